// SPDX-License-Identifier: Apache-2.0
#include "store/events.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "model/device.h"
#include "model/resource_name.h"
#include "openzerotouch/v1/webhooks.pb.h"

namespace zerotouch::store {
namespace {

using openzerotouch::v1::DeviceEvent;
using openzerotouch::v1::DeviceEventDevice;

// The types of events about devices, in the order in which those of one change are sent.
constexpr std::array kDeviceTypes = {EventType::kDeviceUnclaimed, EventType::kDeviceClaimed,
                                     EventType::kDeviceConfigured};
constexpr std::array kSections = {Section::kSimLock, Section::kZeroTouch};

// Returns true if the company may see the claim.
bool MaySee(const Subscriber& company, const std::optional<Claim>& claim) {
  if (!IsHeld(claim)) return false;
  return company.partner ? claim->reseller == company.partner : claim->owner == company.customer;
}

// Returns true if the change is an event of this type for the company.
bool IsEvent(EventType type, const Subscriber& company, const NotedChange& change) {
  const bool before = MaySee(company, change.before);
  const bool after = MaySee(company, change.after);
  switch (type) {
    case EventType::kDeviceUnclaimed:
      return before && !after;
    case EventType::kDeviceClaimed:
      if (!after) return false;
      return !before || change.before->owner != change.after->owner ||
             change.before->workspace != change.after->workspace;
    case EventType::kDeviceConfigured: {
      if (!company.customer || !after) return false;
      const ConfigurationId former = before ? change.before->configuration : ConfigurationId();
      return change.after->configuration != former;
    }
    default:
      return false;
  }
}

// Returns the claim that an event of this type is about.
const Claim& ClaimOf(EventType type, const NotedChange& change) {
  return type == EventType::kDeviceUnclaimed ? *change.before : *change.after;
}

// Returns the reseller whose identifiers the event shows.
PartnerId StatedBy(EventType type, const Subscriber& company, const NotedChange& change) {
  return company.partner ? company.partner : ClaimOf(type, change).reseller;
}

// Collects the events of one company.
class CompanyEvents {
 public:
  CompanyEvents(const Actor& actor, std::span<const Webhook* const> webhooks, const AddEvent& add)
      : actor_(actor), webhooks_(webhooks), company_(webhooks[0]->owner), add_(add) {}

  absl::Status Add(const NotedChange& change) {
    std::array<bool, kDeviceTypes.size()> is = {};
    for (size_t i = 0; i < kDeviceTypes.size(); ++i) {
      is[i] = IsWanted(kDeviceTypes[i]) && IsEvent(kDeviceTypes[i], company_, change);
    }
    if (std::find(is.begin(), is.end(), true) == is.end()) return absl::OkStatus();
    // Events are sent by type, so an earlier change of this device goes first.
    if (!seen_.insert(change.device).second) {
      ZT_RETURN_IF_ERROR(Send());
      seen_.insert(change.device);
    }
    for (size_t i = 0; i < kDeviceTypes.size(); ++i) {
      if (is[i]) AddDevice(kDeviceTypes[i], change, EventOf(i, change.section));
    }
    return seen_.size() == limits::kEventDevices ? Send() : absl::OkStatus();
  }

  // Passes on what was collected.
  absl::Status Send() {
    for (size_t i = 0; i < kDeviceTypes.size(); ++i) {
      for (const Section section : kSections) {
        DeviceEvent& event = EventOf(i, section);
        if (event.devices_size() == 0) continue;
        ZT_RETURN_IF_ERROR(SendOne(kDeviceTypes[i], section, event));
        event.Clear();
      }
    }
    seen_.clear();
    return absl::OkStatus();
  }

 private:
  bool IsWanted(EventType type) const {
    return std::any_of(webhooks_.begin(), webhooks_.end(),
                       [&](const Webhook* webhook) { return webhook->events.Has(type); });
  }

  DeviceEvent& EventOf(size_t type, Section section) {
    return events_[type * kSections.size() + (section == Section::kSimLock ? 0 : 1)];
  }

  void AddDevice(EventType type, const NotedChange& change, DeviceEvent& event) {
    DeviceEventDevice& device = *event.add_devices();
    device.set_device_id(change.device.value());
    const std::string* const identifier = change.IdentifierOf(StatedBy(type, company_, change));
    // Every stored identifier can be parsed.
    if (identifier != nullptr && !identifier->empty()) {
      static_cast<void>(device.mutable_device_identifier()->ParseFromString(*identifier));
    }
    const Claim& claim = ClaimOf(type, change);
    device.set_customer_id(claim.owner.value());
    if (company_.customer && type != EventType::kDeviceUnclaimed) {
      device.set_configuration_id(claim.configuration.value());
    }
  }

  absl::Status SendOne(EventType type, Section section, DeviceEvent& event) {
    event.set_section_type(static_cast<api::SectionType>(section));
    // A reseller does not learn the operations of others.
    const bool may_see_operation = company_.customer || actor_.partner == company_.partner;
    if (actor_.operation && may_see_operation) {
      event.set_operation(FormatOperationName(actor_.operation));
    }
    const std::string payload = event.SerializeAsString();
    for (const Webhook* const webhook : webhooks_) {
      if (webhook->events.Has(type)) ZT_RETURN_IF_ERROR(add_(*webhook, type, payload));
    }
    return absl::OkStatus();
  }

  const Actor& actor_;
  const std::span<const Webhook* const> webhooks_;
  const Subscriber company_;
  const AddEvent& add_;
  std::array<DeviceEvent, kDeviceTypes.size() * kSections.size()> events_;
  absl::flat_hash_set<DeviceId> seen_;
};

// Groups webhooks by company.
std::vector<std::vector<const Webhook*>> ByCompany(std::span<const Webhook> webhooks) {
  std::vector<const Webhook*> sorted;
  for (const Webhook& webhook : webhooks) sorted.push_back(&webhook);
  std::sort(sorted.begin(), sorted.end(), [](const Webhook* a, const Webhook* b) {
    return std::pair(a->owner.partner, a->owner.customer) <
           std::pair(b->owner.partner, b->owner.customer);
  });
  std::vector<std::vector<const Webhook*>> groups;
  for (const Webhook* const webhook : sorted) {
    if (groups.empty() || groups.back()[0]->owner != webhook->owner) groups.emplace_back();
    groups.back().push_back(webhook);
  }
  return groups;
}

}  // namespace

const std::string* NotedChange::IdentifierOf(PartnerId reseller) const {
  for (const auto& [each, identifier] : identifiers) {
    if (each == reseller) return &identifier;
  }
  return nullptr;
}

void NotedEvents::Note(const DeviceState& state, const DeviceChange& change, size_t actor) {
  if (change.before == change.after) return;
  NotedChange noted{.device = state.id,
                    .section = change.section,
                    .before = change.before,
                    .after = change.after,
                    .identifiers = {},
                    .actor = actor};
  for (const StatementState& each : state.statements) {
    if (!each.value.has_value()) continue;
    noted.identifiers.emplace_back(each.reseller, each.value->identifier.SerializeAsString());
  }
  for (const FormerStatement& each : change.statements) {
    if (!each.dropped) continue;
    noted.identifiers.emplace_back(each.reseller, each.identifier.SerializeAsString());
  }
  changes.push_back(std::move(noted));
}

Companies CompaniesOf(const NotedEvents& events) {
  Companies companies;
  for (const NotedChange& change : events.changes) {
    for (const std::optional<Claim>* claim : {&change.before, &change.after}) {
      if (!IsHeld(*claim)) continue;
      companies.partners.push_back((*claim)->reseller);
      if ((*claim)->owner) companies.customers.push_back((*claim)->owner);
    }
  }
  for (const auto& [partner, operation] : events.finished) companies.partners.push_back(partner);
  SortUnique(companies.partners);
  SortUnique(companies.customers);
  return companies;
}

std::vector<MissingIdentifier> MissingIdentifiers(std::span<const NotedChange> changes,
                                                  std::span<const Webhook> webhooks) {
  std::vector<MissingIdentifier> missing;
  for (size_t i = 0; i < changes.size(); ++i) {
    for (const Webhook& webhook : webhooks) {
      for (const EventType type : kDeviceTypes) {
        if (!webhook.events.Has(type) || !IsEvent(type, webhook.owner, changes[i])) continue;
        const PartnerId reseller = StatedBy(type, webhook.owner, changes[i]);
        if (changes[i].IdentifierOf(reseller) != nullptr) continue;
        missing.push_back({.reseller = reseller, .device = changes[i].device, .change = i});
      }
    }
  }
  SortUnique(missing);
  return missing;
}

absl::Status MakeDeviceEvents(std::span<const NotedChange> changes, const Actor& actor,
                              std::span<const Webhook> webhooks, const AddEvent& add) {
  for (const std::vector<const Webhook*>& group : ByCompany(webhooks)) {
    CompanyEvents events(actor, group, add);
    for (const NotedChange& change : changes) ZT_RETURN_IF_ERROR(events.Add(change));
    ZT_RETURN_IF_ERROR(events.Send());
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store
