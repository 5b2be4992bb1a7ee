// SPDX-License-Identifier: Apache-2.0
#include "model/views.h"

#include <google/protobuf/util/time_util.h>

#include <optional>
#include <string>

#include "model/resource_name.h"

namespace zerotouch {
namespace {

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t micros = absl::ToUnixMicros(time);
  *timestamp = google::protobuf::util::TimeUtil::MicrosecondsToTimestamp(micros);
}

api::DeviceClaim ViewOf(Section section, const Claim& claim, absl::Time now) {
  api::DeviceClaim view;
  view.set_owner_company_id(claim.owner.value());
  view.set_reseller_id(claim.reseller.value());
  view.set_section_type(static_cast<api::SectionType>(section));
  view.set_google_workspace_customer_id(claim.workspace);
  if (IsOnVacation(claim, now)) {
    SetTimestamp(*claim.vacation_starts, view.mutable_vacation_mode_start_time());
    SetTimestamp(*claim.vacation_expires, view.mutable_vacation_mode_expire_time());
  }
  return view;
}

// Returns the device under `name`, with the statement (may be null) and the held
// claims for which `may_see` is true.
template <class MaySee>
api::Device ViewOf(std::string name, const DeviceState& device, const Statement* statement,
                   absl::Time now, const MaySee& may_see) {
  api::Device view;
  view.set_name(std::move(name));
  view.set_device_id(device.id.value());
  if (statement != nullptr) {
    *view.mutable_device_identifier() = statement->identifier;
    if (statement->metadata.entries_size() > 0) {
      *view.mutable_device_metadata() = statement->metadata;
    }
  }
  for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
    const std::optional<Claim>& claim = device.ClaimIn(section);
    if (IsHeld(claim) && may_see(*claim)) *view.add_claims() = ViewOf(section, *claim, now);
  }
  return view;
}

// Returns what the reseller that holds a claim for the customer stated.
const Statement* StatementFor(CustomerId customer, const DeviceState& device) {
  for (const Section section : {Section::kZeroTouch, Section::kSimLock}) {
    const std::optional<Claim>& claim = device.ClaimIn(section);
    if (!IsHeld(claim) || claim->owner != customer) continue;
    if (const Statement* const stated = device.StatementOf(claim->reseller)) return stated;
  }
  return nullptr;
}

}  // namespace

bool IsOnVacation(const Claim& claim, absl::Time now) {
  return claim.vacation_starts.has_value() && claim.vacation_expires.has_value() &&
         now < *claim.vacation_expires;
}

api::Device PartnerView(PartnerId partner, const DeviceState& device, absl::Time now) {
  return ViewOf(FormatDeviceName(partner, device.id), device, device.StatementOf(partner), now,
                [&](const Claim& claim) { return claim.reseller == partner; });
}

api::Device CustomerView(CustomerId customer, const DeviceState& device, absl::Time now) {
  const auto is_own = [&](const Claim& claim) { return claim.owner == customer; };
  api::Device view = ViewOf(FormatCustomerDeviceName(customer, device.id), device,
                            StatementFor(customer, device), now, is_own);
  const std::optional<Claim>& claim = device.zero_touch;
  if (IsHeld(claim) && is_own(*claim) && claim->configuration) {
    view.set_configuration(FormatConfigurationName(customer, claim->configuration));
  }
  return view;
}

}  // namespace zerotouch
