// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/owner_check.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "base/limits.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "client/retry.h"
#include "json/json.h"
#include "model/identity.h"

namespace zerotouch::cli {
namespace {

namespace api = client::api;

// Calls that are in flight at a time: enough to use the server's processors while others are
// on their way.
constexpr size_t kCallsAtATime = 8;

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

// Calls for 0 to `count` - 1, a few at a time. Returns the first error, after which no more
// calls begin.
absl::Status SideBySide(size_t count, const std::function<absl::Status(size_t)>& call) {
  Mutex mutex;
  absl::Status status;
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < count; i = next++) {
      const absl::Status one = call(i);
      if (one.ok()) continue;
      const MutexLock lock(mutex);
      if (status.ok()) status = one;
      next = count;
    }
  };
  std::vector<std::thread> threads;
  for (size_t i = 1; i < std::min(count, kCallsAtATime); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return status;
}

// The rows of one owner and section.
class OwnerCheck {
 public:
  struct Row {
    size_t device = 0;
    const api::PartnerUnclaim* unclaim = nullptr;
    bool is_held = false;  // by the owner
    int64_t holder = 0;    // if it was looked up
  };

  OwnerCheck(client::Client& client, int64_t partner, int64_t owner, api::SectionType section)
      : client_(client), partner_(partner), owner_(owner), section_(section) {}

  void Add(size_t device, const api::PartnerUnclaim& unclaim) {
    rows_.push_back({.device = device, .unclaim = &unclaim});
  }
  int64_t owner() const { return owner_; }
  std::vector<Row>& rows() { return rows_; }

  // Marks the rows whose device is in the list of the owner's, if that takes fewer calls
  // than looking up each row. Each call needs the token of the one before, so a page is
  // searched while the next one is fetched.
  absl::Status ListDevices() {
    if (rows_.size() == 1) return absl::OkStatus();
    std::future<absl::Status> search;
    std::string token;
    for (bool is_first = true;; is_first = false) {
      absl::StatusOr<std::string> page = FetchPage(token);
      if (search.valid()) ZT_RETURN_IF_ERROR(search.get());
      // Not a customer of this reseller: nobody's device is its.
      if (absl::IsInvalidArgument(page.status()) || absl::IsNotFound(page.status())) {
        return absl::OkStatus();
      }
      ZT_RETURN_IF_ERROR(page.status());
      ZT_ASSIGN_OR_RETURN(const PageHead head, HeadOfPage(*page));
      const int64_t pages = (head.total_size + limits::kFindLimit - 1) / limits::kFindLimit;
      if (is_first && pages > static_cast<int64_t>(rows_.size())) return absl::OkStatus();
      if (is_first) FillKeys();
      search = std::async(std::launch::async,
                          [this, text = *std::move(page)]() mutable { return MarkHeld(text); });
      const bool is_last = head.next.empty() || head.next == token || unheld_ == 0;
      if (is_last) return search.get();
      token = head.next;
    }
  }

  // Finds out who holds the device of a row that the list did not have.
  absl::Status LookUp(Row& row) const {
    ZT_ASSIGN_OR_RETURN(row.holder, HolderOfRow(*row.unclaim));
    return absl::OkStatus();
  }

 private:
  struct PageHead {
    int64_t total_size = 0;
    std::string next;
  };

  // Returns the JSON of a page of the owner's devices, as far as it is needed.
  absl::StatusOr<std::string> FetchPage(const std::string& token) const {
    api::FindDevicesByOwnerRequest request;
    request.add_customer_id(owner_);
    request.set_section_type(section_);
    request.set_limit(limits::kFindLimit);
    request.set_page_token(token);
    std::string body;
    json::Append(request, {.pretty = false}, body);
    return client_.Send(
        "POST",
        fmt::format("/v1/partners/{}/devices:findByOwner"
                    "?fields=devices(deviceId,deviceIdentifier),nextPageToken,totalSize",
                    partner_),
        body, client::Repeat::kAlways);
  }

  static absl::StatusOr<PageHead> HeadOfPage(const std::string& page) {
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    if (parser.parse(page).get(root) != simdjson::SUCCESS) {
      return absl::InternalError("the server's answer is not a JSON object");
    }
    PageHead head;
    std::string_view next;
    if (root["nextPageToken"].get(next) == simdjson::SUCCESS) head.next = next;
    // Left out if it is 0.
    if (root["totalSize"].get(head.total_size) != simdjson::SUCCESS) head.total_size = 0;
    return head;
  }

  void FillKeys() {
    for (size_t i = 0; i < rows_.size(); ++i) {
      const auto& unclaim = *rows_[i].unclaim;
      for (const auto& key : KeysOfDevice(unclaim.device_identifier(), unclaim.device_id())) {
        by_key_[key].push_back(i);
      }
    }
    unheld_ = rows_.size();
  }

  // Marks the rows of the devices on the page.
  absl::Status MarkHeld(std::string& page) {
    api::FindDevicesByOwnerResponse devices;
    const auto violations = json::Parse(page, devices, {.ignore_unknown_fields = true});
    if (!violations.empty()) {
      return absl::InternalError(fmt::format("the server's answer is not a list of devices: {}",
                                             violations.front().description));
    }
    for (const api::Device& device : devices.devices()) {
      for (const auto& key : KeysOfDevice(device.device_identifier(), device.device_id())) {
        const auto found = by_key_.find(key);
        if (found == by_key_.end()) continue;
        for (const size_t row : found->second) {
          if (!std::exchange(rows_[row].is_held, true)) --unheld_;
        }
      }
    }
    return absl::OkStatus();
  }

  // Returns who holds the device that a row names; 0: nobody, or the device is not known. If
  // it names several, the owner, if one of them is its.
  absl::StatusOr<int64_t> HolderOfRow(const api::PartnerUnclaim& unclaim) const {
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
  absl::flat_hash_map<std::string, std::vector<size_t>> by_key_;  // rows that name a device so
  std::atomic<size_t> unheld_ = 0;                                // rows without a device so far
};

}  // namespace

absl::StatusOr<std::vector<WrongOwner>> FindWrongOwners(client::Client& client, int64_t partner,
                                                        const api::UnclaimDevicesRequest& unclaims,
                                                        const std::vector<OwnedDevice>& devices) {
  std::map<std::pair<int64_t, int>, std::unique_ptr<OwnerCheck>> by_owner;
  std::vector<OwnerCheck*> checks;
  for (size_t i = 0; i < devices.size(); ++i) {
    const api::PartnerUnclaim& unclaim = unclaims.unclaims(devices[i].item);
    const int64_t owner = devices[i].owner;
    std::unique_ptr<OwnerCheck>& check = by_owner[{owner, unclaim.section_type()}];
    if (check == nullptr) {
      check = std::make_unique<OwnerCheck>(client, partner, owner, unclaim.section_type());
      checks.push_back(check.get());
    }
    check->Add(i, unclaim);
  }
  ZT_RETURN_IF_ERROR(SideBySide(checks.size(), [&](size_t i) { return checks[i]->ListDevices(); }));
  std::vector<std::pair<OwnerCheck*, OwnerCheck::Row*>> left;
  for (OwnerCheck* const check : checks) {
    for (OwnerCheck::Row& row : check->rows()) {
      if (!row.is_held) left.emplace_back(check, &row);
    }
  }
  ZT_RETURN_IF_ERROR(
      SideBySide(left.size(), [&](size_t i) { return left[i].first->LookUp(*left[i].second); }));
  std::vector<WrongOwner> wrong;
  for (const auto& [check, row] : left) {
    if (row->holder == 0 || row->holder == check->owner()) continue;
    wrong.push_back({.device = row->device, .holder = row->holder});
  }
  std::sort(wrong.begin(), wrong.end(),
            [](const WrongOwner& a, const WrongOwner& b) { return a.device < b.device; });
  return wrong;
}

}  // namespace zerotouch::cli
