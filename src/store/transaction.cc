// SPDX-License-Identifier: Apache-2.0
#include "store/transaction.h"

#include <algorithm>
#include <optional>
#include <string>

#include "base/random.h"
#include "store/operation_message.h"

namespace zerotouch::store {
namespace {

// Returns the reseller whose statement the change is of, if it changes no claim.
PartnerId ResellerOf(const DeviceChange& change) {
  return change.after.has_value() ? change.after->reseller : PartnerId();
}

}  // namespace

Delivery NewDelivery(WebhookId webhook, EventType type, absl::Time now, std::string payload) {
  return {.id = DeliveryId(RandomBetween(1'000'000'000'000'000, 8'999'999'999'999'999)),
          .webhook = webhook,
          .type = type,
          .created = now,
          .next_attempt = absl::UnixEpoch(),
          .attempts = {},
          .payload = std::move(payload)};
}

absl::Status Transaction::AddTo(DeviceChange change, int64_t& place) {
  const size_t actor = ActorOf(change);
  if (actors_.size() > 1) change.item = 0;  // each actor made a single call
  ZT_ASSIGN_OR_RETURN(
      place,
      AddEntry(changelog::DeviceEntry{.change = std::move(change), .previous = place}, actor));
  return absl::OkStatus();
}

int64_t Transaction::PartOf(int64_t sequence) const {
  for (const auto& [actor, block] : blocks_) {
    if (sequence < block.end()) return block.PartOf(sequence);
  }
  return 0;
}

absl::StatusOr<bool> Transaction::IsWatched() {
  if (!is_watched_.has_value()) {
    ZT_ASSIGN_OR_RETURN(is_watched_, HasWebhooks());
  }
  return *is_watched_;
}

absl::Status Transaction::NoteFinished(PartnerId partner, OperationId operation) {
  ZT_ASSIGN_OR_RETURN(const bool is_watched, IsWatched());
  if (is_watched) events_.finished.emplace_back(partner, operation);
  return absl::OkStatus();
}

absl::Status Transaction::ReadMissingIdentifiers(std::span<const Webhook> webhooks) {
  const std::vector<MissingIdentifier> missing = MissingIdentifiers(events_.changes, webhooks);
  for (size_t begin = 0, end = 0; begin < missing.size(); begin = end) {
    const PartnerId reseller = missing[begin].reseller;
    std::vector<DeviceId> devices;
    for (; end < missing.size() && missing[end].reseller == reseller; ++end) {
      if (devices.empty() || devices.back() != missing[end].device) {
        devices.push_back(missing[end].device);
      }
    }
    std::vector<std::string> identifiers(devices.size());
    ZT_RETURN_IF_ERROR(ReadStatedIdentifiers(
        reseller, devices,
        [&](size_t i, std::string_view identifier) { identifiers[i] = identifier; }));
    for (size_t i = begin, device = 0; i < end; ++i) {
      if (devices[device] != missing[i].device) ++device;
      events_.changes[missing[i].change].identifiers.emplace_back(reseller, identifiers[device]);
    }
  }
  return absl::OkStatus();
}

absl::Status Transaction::AddEvents(absl::Time now) {
  const Companies companies = CompaniesOf(events_);
  ZT_ASSIGN_OR_RETURN(const std::vector<Webhook> webhooks,
                      WebhooksOf(companies.partners, companies.customers));
  if (webhooks.empty()) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(ReadMissingIdentifiers(webhooks));
  const auto add = [&](const Webhook& webhook, EventType type, const std::string& payload) {
    return AddDelivery(NewDelivery(webhook.id, type, now, payload));
  };
  const std::span<const NotedChange> changes(events_.changes);
  for (size_t begin = 0, end = 0; begin < changes.size(); begin = end) {
    while (end < changes.size() && changes[end].actor == changes[begin].actor) ++end;
    ZT_RETURN_IF_ERROR(MakeDeviceEvents(changes.subspan(begin, end - begin),
                                        actors_[changes[begin].actor], webhooks, add));
  }
  for (const auto& [partner, id] : events_.finished) {
    ZT_ASSIGN_OR_RETURN(const std::optional<OperationHead> head, FindOperation(id));
    if (!head.has_value()) continue;
    const std::string payload = SummaryOf(*head).SerializeAsString();
    for (const Webhook& webhook : webhooks) {
      if (webhook.owner.partner != partner || !webhook.events.Has(EventType::kOperationFinished)) {
        continue;
      }
      ZT_RETURN_IF_ERROR(add(webhook, EventType::kOperationFinished, payload));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<LoggedPlaces> Transaction::AddEntries(const DeviceState& state) {
  ZT_ASSIGN_OR_RETURN(const bool is_watched, IsWatched());
  LoggedPlaces places{
      .sim_lock = state.sim_lock_entry, .zero_touch = state.zero_touch_entry, .statements = {}};
  for (const DeviceChange& change : state.changes) {
    if (is_watched) events_.Note(state, change, ActorOf(change));
    if (change.before != change.after) {
      ZT_RETURN_IF_ERROR(
          AddTo(change, change.section == Section::kSimLock ? places.sim_lock : places.zero_touch));
      continue;
    }
    const PartnerId reseller = ResellerOf(change);
    const auto entry =
        std::find_if(state.statements.begin(), state.statements.end(),
                     [&](const StatementState& each) { return each.reseller == reseller; });
    int64_t place = places.Of(reseller, entry == state.statements.end() ? 0 : entry->last_entry);
    ZT_RETURN_IF_ERROR(AddTo(change, place));
    std::erase_if(places.statements, [&](const auto& each) { return each.first == reseller; });
    places.statements.emplace_back(reseller, place);
  }
  // A state that no recorder watched, as programs make it that fill a registry.
  if (!state.changes.empty()) return places;
  for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
    const bool is_sim_lock = section == Section::kSimLock;
    if (!(is_sim_lock ? state.sim_lock_changed : state.zero_touch_changed)) continue;
    DeviceChange change{.device = state.id,
                        .section = section,
                        .before = {},
                        .after = state.ClaimIn(section),
                        .statements = {},
                        .metadata_keys = {}};
    if (is_watched) events_.Note(state, change, ActorOf(change));
    ZT_RETURN_IF_ERROR(AddTo(std::move(change), is_sim_lock ? places.sim_lock : places.zero_touch));
  }
  return places;
}

}  // namespace zerotouch::store
