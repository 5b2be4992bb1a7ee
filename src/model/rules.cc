// SPDX-License-Identifier: Apache-2.0
#include "model/rules.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "model/metadata.h"
#include "model/text.h"
#include "model/unknown_fields.h"

namespace zerotouch {
namespace {

constexpr int kVacationDays = 3650;

std::optional<absl::Time> TimeOf(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.nanos() < 0 || timestamp.nanos() > 999'999'999) return std::nullopt;
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

bool AsksForVacation(const api::PartnerUnclaim& item) {
  return item.vacation_mode_days() != 0 || item.has_vacation_mode_expire_time();
}

std::optional<Outcome> CheckVacation(const api::PartnerUnclaim& item, Section section,
                                     absl::Time now) {
  if (!AsksForVacation(item)) return std::nullopt;
  if (section != Section::kSimLock) return Outcome::kVacationOnZeroTouch;
  if (item.vacation_mode_days() != 0 && item.has_vacation_mode_expire_time()) {
    return Outcome::kVacationTwice;
  }
  if (!item.has_vacation_mode_expire_time()) {
    const bool fits = item.vacation_mode_days() > 0 && item.vacation_mode_days() <= kVacationDays;
    return fits ? std::nullopt : std::optional(Outcome::kVacationPast);
  }
  const std::optional<absl::Time> end = TimeOf(item.vacation_mode_expire_time());
  const bool fits = end.has_value() && *end > now && *end <= now + absl::Hours(24) * kVacationDays;
  return fits ? std::nullopt : std::optional(Outcome::kVacationPast);
}

absl::Time VacationEnd(const api::PartnerUnclaim& item, absl::Time now) {
  if (item.has_vacation_mode_expire_time()) {
    return TimeOf(item.vacation_mode_expire_time()).value_or(now);
  }
  return now + absl::Hours(24) * item.vacation_mode_days();
}

std::optional<Outcome> CheckSectionFields(const api::PartnerClaim& item, Section section) {
  if (section == Section::kSimLock) {
    if (item.simlock_profile_id() <= 0) return Outcome::kSimlockProfileMissing;
    if (item.configuration_id() != 0) return Outcome::kInvalidConfiguration;
  } else if (item.simlock_profile_id() != 0) {
    return Outcome::kSimlockProfileOnZeroTouch;
  }
  return std::nullopt;
}

// Checks the owner: a customer account or, for ChromeOS, a Workspace account.
std::optional<Outcome> CheckOwnerFields(const api::PartnerClaim& item, bool chrome_os) {
  const bool workspace = !item.google_workspace_customer_id().empty();
  if ((item.customer_id() != 0) == workspace) return Outcome::kInvalidCustomer;
  if (workspace && !chrome_os) return Outcome::kInvalidCustomer;
  if (item.google_workspace_customer_id().size() > limits::kNameBytes ||
      HasControlCharacter(item.google_workspace_customer_id())) {
    return Outcome::kInvalidCustomer;
  }
  if (chrome_os && item.pre_provisioning_token().empty()) return Outcome::kTokenMissing;
  if (!chrome_os && !item.pre_provisioning_token().empty()) return Outcome::kTokenNotChromeOs;
  return std::nullopt;
}

// The claim that a request asks for.
struct RequestedClaim {
  PartnerId reseller;
  Section section;
  CustomerId owner;
  std::string workspace;
  ConfigurationId configuration;          // in the request, if any
  ConfigurationId default_configuration;  // of the customer
  int64_t simlock_profile;
};

// Returns the section of an item that was checked.
template <class Item>
Section CheckedSectionOf(const Item& item) {
  const std::optional<Section> section = SectionOf(item.section_type());
  ZT_CHECK(section.has_value(), "an item is decided that was not checked");
  return *section;
}

std::variant<RequestedClaim, Outcome> RequestedClaimOf(PartnerId caller,
                                                       const api::PartnerClaim& item,
                                                       const CustomersOfReseller& customers) {
  RequestedClaim request{.reseller = caller,
                         .section = CheckedSectionOf(item),
                         .owner = CustomerId(item.customer_id()),
                         .workspace = item.google_workspace_customer_id(),
                         .configuration = ConfigurationId(item.configuration_id()),
                         .default_configuration = {},
                         .simlock_profile = item.simlock_profile_id()};
  if (!request.workspace.empty()) {
    if (request.configuration) return Outcome::kInvalidConfiguration;
    return request;
  }
  const auto facts = customers.find(request.owner);
  if (facts == customers.end()) return Outcome::kInvalidCustomer;
  if (request.configuration && !facts->second.configurations.contains(request.configuration)) {
    return Outcome::kInvalidConfiguration;
  }
  request.default_configuration = facts->second.default_configuration;
  return request;
}

bool IsSameHolder(const Claim& claim, const RequestedClaim& request) {
  return claim.reseller == request.reseller && claim.owner == request.owner &&
         claim.workspace == request.workspace;
}

// Returns the claim after its holder has made or repeated it.
Claim ClaimAfter(const std::optional<Claim>& before, const RequestedClaim& request) {
  const bool confirmed = IsHeld(before);
  Claim claim = confirmed ? *before : Claim();
  claim.held = true;
  claim.reseller = request.reseller;
  claim.owner = request.owner;
  claim.workspace = request.workspace;
  claim.simlock_profile = request.simlock_profile;
  if (request.configuration) {
    claim.configuration = request.configuration;
  } else if (!confirmed && request.section == Section::kZeroTouch) {
    claim.configuration = request.default_configuration;
  }
  return claim;
}

// Puts a modem id into the first free slot of its kind, unless a slot has it. Returns
// false if no slot is free.
bool AddModem(const std::string& id, std::string* first, std::string* second, bool& added) {
  if (id.empty() || id == *first || id == *second) return true;
  std::string* const slot = first->empty() ? first : second;
  if (!slot->empty()) return false;
  *slot = id;
  added = true;
  return true;
}

void FillIfEmpty(const std::string& given, std::string* kept, bool& added) {
  if (given.empty() || !kept->empty()) return;
  *kept = given;
  added = true;
}

enum class Merge { kUnchanged, kChanged, kNoRoom };

// Adds the identifiers of a claim to a record. Does not change existing ones.
Merge MergeIdentifier(const api::DeviceIdentifier& given, api::DeviceIdentifier& kept) {
  bool added = false;
  for (const std::string* imei : {&given.imei(), &given.imei2()}) {
    if (!AddModem(*imei, kept.mutable_imei(), kept.mutable_imei2(), added)) return Merge::kNoRoom;
  }
  for (const std::string* meid : {&given.meid(), &given.meid2()}) {
    if (!AddModem(*meid, kept.mutable_meid(), kept.mutable_meid2(), added)) return Merge::kNoRoom;
  }
  FillIfEmpty(given.serial_number(), kept.mutable_serial_number(), added);
  FillIfEmpty(given.manufacturer(), kept.mutable_manufacturer(), added);
  FillIfEmpty(given.model(), kept.mutable_model(), added);
  FillIfEmpty(given.chrome_os_attested_device_id(), kept.mutable_chrome_os_attested_device_id(),
              added);
  if (kept.device_type() == api::DEVICE_TYPE_UNSPECIFIED &&
      given.device_type() != api::DEVICE_TYPE_UNSPECIFIED) {
    kept.set_device_type(given.device_type());
    added = true;
  }
  return added ? Merge::kChanged : Merge::kUnchanged;
}

// Returns the index keys of a canonical identifier.
Identity KeysOf(const api::DeviceIdentifier& canonical) {
  const std::variant<Identity, Outcome> keys = ParseIdentity(canonical, {.lenient = true});
  const auto* identity = std::get_if<Identity>(&keys);
  return identity == nullptr ? Identity() : *identity;
}

// Adds the keys of `after` that `before` lacks to the keys to be indexed.
void AddNewKeys(const Identity& before, const Identity& after, DeviceState& device) {
  for (const ModemKey modem : after.modems) {
    if (std::find(before.modems.begin(), before.modems.end(), modem) == before.modems.end() &&
        std::find(device.new_modems.begin(), device.new_modems.end(), modem) ==
            device.new_modems.end()) {
      device.new_modems.push_back(modem);
    }
  }
  if (!after.serial_key.empty() && after.serial_key != before.serial_key) {
    device.new_serial_keys.push_back(after.serial_key);
  }
}

void StartRecord(const api::PartnerClaim& item, const CheckedClaim& checked, DeviceState& device) {
  device.record.emplace();
  device.record->identifier = checked.identifier;
  MergeMetadata(item.device_metadata(), device.record->metadata);
  device.record_changed = true;
  AddNewKeys(Identity(), checked.identity, device);
}

// Returns true if the record's metadata come from a reseller that gave the device up
// before the first claim of `caller`, which may not see them.
bool MetadataAreForeign(PartnerId caller, const DeviceState& device) {
  return !IsHeld(device.sim_lock) && !IsHeld(device.zero_touch) && !IsVisibleTo(caller, device);
}

// Merges the claim into the record. Returns why it cannot, and then leaves the record
// unchanged.
std::optional<Outcome> MergeIntoRecord(PartnerId caller, const api::PartnerClaim& item,
                                       const CheckedClaim& checked, DeviceState& device) {
  DeviceRecord merged = *device.record;
  const bool foreign = MetadataAreForeign(caller, device);
  if (foreign) merged.metadata.Clear();
  const Merge merge = MergeIdentifier(checked.identifier, merged.identifier);
  if (merge == Merge::kNoRoom) return Outcome::kIdentifiersPointApart;
  if (!MergeMetadata(item.device_metadata(), merged.metadata)) return Outcome::kMetadataTooLarge;
  if (merge == Merge::kChanged) {
    AddNewKeys(KeysOf(device.record->identifier), KeysOf(merged.identifier), device);
  }
  if (merge == Merge::kChanged || foreign || item.device_metadata().entries_size() > 0) {
    device.record = std::move(merged);
    device.record_changed = true;
  }
  return std::nullopt;
}

}  // namespace

std::variant<Target, Outcome> CheckUnclaim(const api::PartnerUnclaim& item,
                                           const RegistryRules& rules, absl::Time now) {
  const std::optional<Section> section = SectionOf(item.section_type());
  if (!section.has_value()) return Outcome::kInvalidSection;
  if (const auto wrong = CheckVacation(item, *section, now)) return *wrong;
  return TargetIn(item, rules);
}

ItemResult DecideUnclaim(PartnerId caller, const api::PartnerUnclaim& item, DeviceState* device,
                         absl::Time now) {
  if (device == nullptr || (item.has_device_id() && !IsVisibleTo(caller, *device))) {
    return {.outcome = Outcome::kUnknownDevice};
  }
  const Section section = CheckedSectionOf(item);
  std::optional<Claim>& claim = device->ClaimIn(section);
  if (!IsHeld(claim)) return {.outcome = Outcome::kNotClaimed};
  if (claim->reseller != caller) return {.outcome = Outcome::kNotYours};
  if (AsksForVacation(item)) {
    claim->vacation_starts = now;
    claim->vacation_expires = VacationEnd(item, now);
  } else {
    claim = GivenUp(*claim);
  }
  device->MarkChanged(section);
  return {.outcome = Outcome::kSuccess, .device = device->id};
}

std::variant<CheckedClaim, Outcome> CheckClaim(const api::PartnerClaim& item,
                                               const RegistryRules& rules) {
  const std::optional<Section> section = SectionOf(item.section_type());
  if (!section.has_value()) return Outcome::kInvalidSection;
  CheckedClaim checked{.identity = {}, .identifier = item.device_identifier()};
  DropUnknownFields(checked.identifier);
  std::variant<Identity, Outcome> identity =
      ParseAndCanonicalize(checked.identifier, rules.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) return *wrong;
  checked.identity = std::get<Identity>(std::move(identity));
  const api::DeviceType platform = PlatformOf(checked.identifier);
  if (const auto wrong = CheckSectionFields(item, *section)) return *wrong;
  if (const auto wrong = CheckOwnerFields(item, platform == api::DEVICE_TYPE_CHROME_OS)) {
    return *wrong;
  }
  if (const auto wrong = CheckMetadata(item.device_metadata(), platform, rules)) return *wrong;
  return checked;
}

ItemResult DecideClaim(PartnerId caller, const api::PartnerClaim& item, const CheckedClaim& checked,
                       const CustomersOfReseller& customers, DeviceState& device) {
  ZT_CHECK(device.is_new || device.record.has_value(), "a claim is decided without its record");
  const std::variant<RequestedClaim, Outcome> request = RequestedClaimOf(caller, item, customers);
  if (const auto* wrong = std::get_if<Outcome>(&request)) return {.outcome = *wrong};
  const RequestedClaim& wanted = std::get<RequestedClaim>(request);
  std::optional<Claim>& claim = device.ClaimIn(wanted.section);
  if (IsHeld(claim) && !IsSameHolder(*claim, wanted)) {
    return {.outcome = Outcome::kHeldByOther};
  }
  if (!device.record.has_value()) {
    StartRecord(item, checked, device);
  } else if (const auto wrong = MergeIntoRecord(caller, item, checked, device)) {
    return {.outcome = *wrong};
  }
  Claim after = ClaimAfter(claim, wanted);
  if (claim != after) {
    claim = std::move(after);
    device.MarkChanged(wanted.section);
  }
  return {.outcome = Outcome::kSuccess, .device = device.id};
}

}  // namespace zerotouch
