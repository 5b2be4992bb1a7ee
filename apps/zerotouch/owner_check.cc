// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/owner_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "model/identity.h"

namespace zerotouch::cli {
namespace {

namespace api = client::api;

// Returns who holds the section of a device; 0: nobody.
int64_t HolderOf(const api::Device& device, api::SectionType section) {
  for (const api::DeviceClaim& claim : device.claims()) {
    if (claim.section_type() == section) return claim.owner_company_id();
  }
  return 0;
}

// Returns the keys by which a device is found in a list.
std::vector<std::string> KeysOfDevice(const api::DeviceIdentifier& identifier, int64_t device_id) {
  std::vector<std::string> keys;
  if (device_id != 0) keys.push_back(fmt::format("id {}", device_id));
  const auto parsed = ParseIdentity(identifier, {.lenient = true});
  if (const auto* identity = std::get_if<Identity>(&parsed)) {
    for (const ModemKey modem : identity->modems) keys.push_back(fmt::format("modem {}", modem));
    if (!identity->serial_key.empty()) keys.push_back("serial " + identity->serial_key);
  }
  return keys;
}

// The rows of one owner and section.
class OwnerCheck {
 public:
  OwnerCheck(client::Client& client, int64_t partner, int64_t owner, api::SectionType section)
      : client_(client), partner_(partner), owner_(owner), section_(section) {}

  void Add(size_t device, const api::PartnerUnclaim& unclaim) {
    rows_.push_back({.device = device, .unclaim = &unclaim});
  }

  absl::Status Run(std::vector<WrongOwner>& wrong) {
    ZT_RETURN_IF_ERROR(ListDevices());
    for (const Row& row : rows_) {
      if (row.is_held) continue;
      ZT_ASSIGN_OR_RETURN(const int64_t holder, LookUp(*row.unclaim));
      if (holder != 0 && holder != owner_)
        wrong.push_back({.device = row.device, .holder = holder});
    }
    return absl::OkStatus();
  }

 private:
  struct Row {
    size_t device = 0;
    const api::PartnerUnclaim* unclaim = nullptr;
    bool is_held = false;  // by the owner
  };

  // Marks the rows whose device is in the list of the owner's, if that takes fewer calls
  // than looking up each row.
  absl::Status ListDevices() {
    if (rows_.size() == 1) return absl::OkStatus();
    absl::flat_hash_map<std::string, std::vector<size_t>> by_key;
    std::string token;
    do {
      api::FindDevicesByOwnerRequest request;
      request.set_partner_id(partner_);
      request.add_customer_id(owner_);
      request.set_section_type(section_);
      request.set_limit(limits::kFindLimit);
      request.set_page_token(token);
      const absl::StatusOr<api::FindDevicesByOwnerResponse> page =
          client_.FindDevicesByOwner(std::move(request));
      // Not a customer of this reseller: nobody's device is its.
      if (absl::IsInvalidArgument(page.status()) || absl::IsNotFound(page.status())) {
        return absl::OkStatus();
      }
      ZT_RETURN_IF_ERROR(page.status());
      if (token.empty()) {
        const auto pages = (page->total_size() + limits::kFindLimit - 1) / limits::kFindLimit;
        if (pages > static_cast<int64_t>(rows_.size())) return absl::OkStatus();
        for (size_t i = 0; i < rows_.size(); ++i) {
          const auto& unclaim = *rows_[i].unclaim;
          for (const auto& key : KeysOfDevice(unclaim.device_identifier(), unclaim.device_id())) {
            by_key[key].push_back(i);
          }
        }
      }
      for (const api::Device& device : page->devices()) {
        for (const auto& key : KeysOfDevice(device.device_identifier(), device.device_id())) {
          const auto found = by_key.find(key);
          if (found == by_key.end()) continue;
          for (const size_t row : found->second) rows_[row].is_held = true;
        }
      }
      if (token == page->next_page_token()) break;
      token = page->next_page_token();
    } while (!token.empty());
    return absl::OkStatus();
  }

  // Returns who holds the device that a row names; 0: nobody, or the device is not known. If
  // it names several, the owner, if one of them is its.
  absl::StatusOr<int64_t> LookUp(const api::PartnerUnclaim& unclaim) {
    if (unclaim.has_device_id()) {
      api::GetDeviceRequest request;
      request.set_name(fmt::format("partners/{}/devices/{}", partner_, unclaim.device_id()));
      const absl::StatusOr<api::Device> device = client_.GetDevice(std::move(request));
      if (device.ok()) return HolderOf(*device, section_);
      return OrUnknown(device.status());
    }
    api::FindDevicesByDeviceIdentifierRequest request;
    request.set_partner_id(partner_);
    *request.mutable_device_identifier() = unclaim.device_identifier();
    request.set_limit(limits::kFindLimit);
    const auto found = client_.FindDevicesByDeviceIdentifier(std::move(request));
    if (!found.ok()) return OrUnknown(found.status());
    int64_t holder = 0;
    for (const api::Device& device : found->devices()) {
      const int64_t of_device = HolderOf(device, section_);
      if (of_device == owner_) return owner_;
      if (holder == 0) holder = of_device;
    }
    return holder;
  }

  // The server will refuse the item by itself.
  static absl::StatusOr<int64_t> OrUnknown(const absl::Status& error) {
    if (absl::IsNotFound(error) || absl::IsInvalidArgument(error) ||
        absl::IsFailedPrecondition(error)) {
      return 0;
    }
    return error;
  }

  client::Client& client_;
  const int64_t partner_;
  const int64_t owner_;
  const api::SectionType section_;
  std::vector<Row> rows_;
};

}  // namespace

absl::StatusOr<std::vector<WrongOwner>> FindWrongOwners(client::Client& client, int64_t partner,
                                                        const api::UnclaimDevicesRequest& unclaims,
                                                        const std::vector<OwnedDevice>& devices) {
  std::map<std::pair<int64_t, int>, OwnerCheck> checks;
  for (size_t i = 0; i < devices.size(); ++i) {
    const api::PartnerUnclaim& unclaim = unclaims.unclaims(devices[i].item);
    const auto key = std::make_pair(devices[i].owner, static_cast<int>(unclaim.section_type()));
    checks.try_emplace(key, client, partner, devices[i].owner, unclaim.section_type())
        .first->second.Add(i, unclaim);
  }
  std::vector<WrongOwner> wrong;
  for (auto& [key, check] : checks) ZT_RETURN_IF_ERROR(check.Run(wrong));
  std::sort(wrong.begin(), wrong.end(),
            [](const WrongOwner& a, const WrongOwner& b) { return a.device < b.device; });
  return wrong;
}

}  // namespace zerotouch::cli
