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

bool IsOnVacation(const Claim& claim, absl::Time now) {
  return claim.vacation_starts.has_value() && claim.vacation_expires.has_value() &&
         now < *claim.vacation_expires;
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

bool IsHeldOnlyByOthers(PartnerId partner, const DeviceState& device) {
  return (IsHeld(device.sim_lock) || IsHeld(device.zero_touch)) && !HoldsClaim(partner, device);
}

// Returns the device under `name`, with the held claims for which `may_see` is true.
template <class MaySee>
api::Device ViewOf(std::string name, const DeviceState& device, absl::Time now,
                   const MaySee& may_see) {
  api::Device view;
  view.set_name(std::move(name));
  view.set_device_id(device.id.value());
  if (device.record.has_value()) {
    *view.mutable_device_identifier() = device.record->identifier;
    if (device.record->metadata.entries_size() > 0) {
      *view.mutable_device_metadata() = device.record->metadata;
    }
  }
  for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
    const std::optional<Claim>& claim = device.ClaimIn(section);
    if (IsHeld(claim) && may_see(*claim)) *view.add_claims() = ViewOf(section, *claim, now);
  }
  return view;
}

}  // namespace

api::Device PartnerView(PartnerId partner, const DeviceState& device, absl::Time now) {
  api::Device view = ViewOf(FormatDeviceName(partner, device.id), device, now,
                            [&](const Claim& claim) { return claim.reseller == partner; });
  if (IsHeldOnlyByOthers(partner, device)) view.clear_device_metadata();
  return view;
}

api::Device CustomerView(CustomerId customer, const DeviceState& device, absl::Time now) {
  const auto is_own = [&](const Claim& claim) { return claim.owner == customer; };
  api::Device view = ViewOf(FormatCustomerDeviceName(customer, device.id), device, now, is_own);
  const std::optional<Claim>& claim = device.zero_touch;
  if (IsHeld(claim) && is_own(*claim) && claim->configuration) {
    view.set_configuration(FormatConfigurationName(customer, claim->configuration));
  }
  return view;
}

api::GetDeviceSimLockStateResponse::SimLockState SimLockStateOf(PartnerId partner,
                                                                const DeviceState* device,
                                                                absl::Time now) {
  using State = api::GetDeviceSimLockStateResponse;
  if (device == nullptr || !IsHeld(device->sim_lock) || IsOnVacation(*device->sim_lock, now)) {
    return State::UNLOCKED;
  }
  return device->sim_lock->reseller == partner ? State::LOCKED_TO_PARTNER
                                               : State::LOCKED_TO_OTHER_PARTNER;
}

}  // namespace zerotouch
