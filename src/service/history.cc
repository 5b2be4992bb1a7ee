// SPDX-License-Identifier: Apache-2.0
#include "service/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "model/customer_rules.h"
#include "model/device.h"
#include "model/resource_name.h"
#include "service/listing.h"
#include "service/page_token.h"
#include "service/visible_device.h"
#include "store/history.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

using openzerotouch::v1::DeviceHistoryActor;
using openzerotouch::v1::DeviceHistoryClaim;
using openzerotouch::v1::DeviceHistoryEntry;
using openzerotouch::v1::ListDeviceHistoryResponse;

// The caller: a reseller or a customer.
struct Viewer {
  PartnerId partner;
  CustomerId customer;

  bool Has(const std::optional<Claim>& claim) const {
    if (!IsHeld(claim)) return false;
    return partner ? claim->reseller == partner : claim->owner == customer;
  }
  bool IsOwn(const store::Actor& actor) const {
    return partner ? actor.partner == partner : actor.customer == customer;
  }
};

void SetTime(absl::Time time, google::protobuf::Timestamp* message) {
  const int64_t micros = absl::ToUnixMicros(time);
  const int64_t seconds = absl::ToUnixSeconds(time);
  message->set_seconds(seconds);
  message->set_nanos(static_cast<int32_t>((micros - seconds * 1'000'000) * 1'000));
}

DeviceHistoryActor::Kind KindOf(store::ActorKind kind) {
  switch (kind) {
    case store::ActorKind::kReseller:
      return DeviceHistoryActor::RESELLER;
    case store::ActorKind::kCustomer:
      return DeviceHistoryActor::CUSTOMER;
    case store::ActorKind::kOperator:
      return DeviceHistoryActor::OPERATOR;
    case store::ActorKind::kSystem:
      return DeviceHistoryActor::SYSTEM;
  }
  return DeviceHistoryActor::KIND_UNSPECIFIED;
}

DeviceHistoryClaim ClaimView(const Viewer& viewer, const Claim& claim) {
  DeviceHistoryClaim view;
  view.set_owner_company_id(claim.owner.value());
  if (!viewer.partner) view.set_configuration_id(claim.configuration.value());
  view.set_simlock_profile_id(claim.simlock_profile);
  if (claim.vacation_expires.has_value()) {
    SetTime(*claim.vacation_expires, view.mutable_vacation_expire_time());
  }
  return view;
}

DeviceHistoryEntry EntryView(const Viewer& viewer, const store::HistoryEntry& entry) {
  const DeviceChange& change = entry.change;
  DeviceHistoryEntry view;
  SetTime(entry.time, view.mutable_change_time());
  view.mutable_actor()->set_kind(KindOf(entry.actor.kind));
  if (viewer.IsOwn(entry.actor)) view.mutable_actor()->set_account(entry.actor.account);
  view.set_method(entry.actor.method);
  if (entry.actor.operation) view.set_operation(FormatOperationName(entry.actor.operation));
  view.set_request_id(entry.actor.request_id);
  view.set_section_type(static_cast<api::SectionType>(change.section));
  if (viewer.Has(change.before)) *view.mutable_before() = ClaimView(viewer, *change.before);
  if (viewer.Has(change.after)) *view.mutable_after() = ClaimView(viewer, *change.after);
  for (const std::string& key : change.metadata_keys) view.add_metadata_keys(key);
  return view;
}

// Goes through a device's history from its newest change on, or from a page token. Reads at
// most limits::kHistoryRead changes.
class VisibleEntries {
 public:
  VisibleEntries(store::Snapshot& snapshot, const Viewer& viewer, DeviceId device,
                 std::vector<int64_t> from)
      : snapshot_(snapshot), viewer_(viewer), device_(device), from_(std::move(from)) {}

  // Returns the next change that the viewer may see; nullopt at the end, and once enough were
  // read.
  absl::StatusOr<std::optional<store::HistoryEntry>> Next() {
    while (!ended_ && read_ < limits::kHistoryRead) {
      before_ = from_;
      ZT_ASSIGN_OR_RETURN(store::HistoryPage page,
                          store::ReadHistory(snapshot_, device_, from_, /*limit=*/1));
      ++read_;
      from_ = std::move(page.next);
      ended_ = from_.empty();
      if (page.entries.empty()) break;
      store::HistoryEntry& entry = page.entries[0];
      if (viewer_.Has(entry.change.before) || viewer_.Has(entry.change.after)) {
        return std::move(entry);
      }
    }
    return std::nullopt;
  }

  // Returns the places from which the last result of Next can be read again.
  const std::vector<int64_t>& before() const { return before_; }
  // Returns the places after it; empty at the end.
  const std::vector<int64_t>& after() const { return from_; }

 private:
  store::Snapshot& snapshot_;
  const Viewer viewer_;
  const DeviceId device_;
  std::vector<int64_t> from_;
  std::vector<int64_t> before_;
  int64_t read_ = 0;
  bool ended_ = false;
};

// Returns the page. The caller may see the device.
template <class Request>
absl::StatusOr<ListDeviceHistoryResponse> PageOf(store::Snapshot& snapshot, const Viewer& viewer,
                                                 DeviceId device, const Request& request) {
  ZT_ASSIGN_OR_RETURN(const int64_t size, PageSize(request.page_size(), limits::kHistoryPageDefault,
                                                   limits::kHistoryPage));
  ZT_ASSIGN_OR_RETURN(const std::string secret, snapshot.ServerSecret());
  const std::string list = fmt::format("history {} {} {}", viewer.partner.value(),
                                       viewer.customer.value(), device.value());
  ZT_ASSIGN_OR_RETURN(std::vector<int64_t> from,
                      ReadPlacesToken(secret, list, request.page_token()));
  VisibleEntries entries(snapshot, viewer, device, std::move(from));
  ListDeviceHistoryResponse response;
  for (;;) {
    ZT_ASSIGN_OR_RETURN(const std::optional<store::HistoryEntry> entry, entries.Next());
    if (!entry.has_value()) {
      // Others' changes may be many: then the next page goes on behind them.
      if (!entries.after().empty()) {
        response.set_next_page_token(MakePlacesToken(secret, list, entries.after()));
      }
      return response;
    }
    // Only a page that is followed by a change has a token.
    if (response.entries_size() == size) {
      response.set_next_page_token(MakePlacesToken(secret, list, entries.before()));
      return response;
    }
    *response.add_entries() = EntryView(viewer, *entry);
  }
}

}  // namespace

absl::StatusOr<ListDeviceHistoryResponse> History::OfPartner(
    const auth::Authorized<auth::ReadsForPartner>& caller,
    const openzerotouch::v1::ListPartnerDeviceHistoryRequest& request) {
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const DeviceState device,
                      ReadVisibleDevice(*snapshot, partner, request.name()));
  return PageOf(*snapshot, {.partner = partner, .customer = {}}, device.id, request);
}

absl::StatusOr<ListDeviceHistoryResponse> History::OfCustomer(
    const auth::Authorized<auth::ReadsForCustomer>& caller,
    const openzerotouch::v1::ListCustomerDeviceHistoryRequest& request) {
  const CustomerId customer = caller.right().customer;
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const DeviceState device,
                      ReadOwnedDevice(*snapshot, customer, request.name()));
  return PageOf(*snapshot, {.partner = {}, .customer = customer}, device.id, request);
}

}  // namespace zerotouch::service
