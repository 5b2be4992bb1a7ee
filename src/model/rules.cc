// SPDX-License-Identifier: Apache-2.0
#include "model/rules.h"

#include <algorithm>
#include <utility>

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

// Returns the other section.
Section OtherSection(Section section) {
  return section == Section::kSimLock ? Section::kZeroTouch : Section::kSimLock;
}

bool IsSame(const api::DeviceIdentifier& a, const api::DeviceIdentifier& b) {
  return a.SerializeAsString() == b.SerializeAsString();
}

// Returns the caller's statement after the claim, or why the claim contradicts it.
// `before` is null if the caller stated nothing yet.
std::variant<StatementState, Outcome> StatementAfter(PartnerId caller,
                                                     const api::PartnerClaim& item,
                                                     CheckedClaim checked,
                                                     const DeviceState& device,
                                                     const StatementState* before) {
  StatementState after;
  if (before != nullptr) {
    after = *before;
  } else {
    after.reseller = caller;
    after.is_new = true;
  }
  if (!after.value.has_value() || !HoldsClaim(caller, device)) {
    if (!after.value.has_value() || !IsSame(after.value->identifier, checked.identifier)) {
      after.SetIdentifier(std::move(checked.identifier), checked.identity);
    }
  } else {
    const api::DeviceIdentifier& stated = after.value->identifier;
    if (const auto wrong = ContradictionOf(checked.identifier, stated)) return *wrong;
    const api::DeviceIdentifier filled = FilledIn(stated, checked.identifier);
    if (!IsSame(filled, stated)) after.SetIdentifier(filled, KeysOf(filled));
  }
  if (item.device_metadata().entries_size() > 0) after.changed = true;
  if (!MergeMetadata(item.device_metadata(), after.value->metadata)) {
    return Outcome::kMetadataTooLarge;
  }
  return after;
}

}  // namespace

void DropFormerStatement(PartnerId former, Section section, DeviceState& device) {
  const std::optional<Claim>& other = device.ClaimIn(OtherSection(section));
  if (other.has_value() && other->reseller == former) return;
  if (StatementState* const entry = device.EntryOf(former)) entry->Drop();
}

std::variant<Target, Outcome> CheckUnclaim(const api::PartnerUnclaim& item,
                                           const RegistryRules& rules, absl::Time now) {
  const std::optional<Section> section = SectionOf(item.section_type());
  if (!section.has_value()) return Outcome::kInvalidSection;
  if (const auto wrong = CheckVacation(item, *section, now)) return *wrong;
  return TargetIn(item, rules);
}

std::optional<Outcome> ContradictionWithOwn(PartnerId caller, const api::DeviceIdentifier& given,
                                            const DeviceState& device) {
  const Statement* const own = device.StatementOf(caller);
  if (own == nullptr || IsAsStated(given, own->identifier)) return std::nullopt;
  api::DeviceIdentifier canonical = given;
  Canonicalize(canonical);
  return ContradictionOf(canonical, own->identifier);
}

ItemResult DecideUnclaim(PartnerId caller, const api::PartnerUnclaim& item,
                         const Hardware& hardware, absl::Time now) {
  const Section section = CheckedSectionOf(item);
  if (hardware.device == nullptr && hardware.IsOfAnother(section)) {
    return {.outcome = Outcome::kNotYours};
  }
  if (const auto refused = RefusalOf(caller, item, hardware)) return {.outcome = *refused};
  DeviceState* const device = hardware.device;
  const std::optional<Claim>& claim = device->ClaimIn(section);
  if (!IsHeld(claim)) return {.outcome = Outcome::kNotClaimed};
  if (claim->reseller != caller) return {.outcome = Outcome::kNotYours};
  Claim after = *claim;
  if (AsksForVacation(item)) {
    after.vacation_starts = now;
    after.vacation_expires = VacationEnd(item, now);
  } else {
    after = GivenUp(after);
  }
  device->SetClaim(section, std::move(after));
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

std::optional<Outcome> CheckOwner(PartnerId caller, const api::PartnerClaim& item,
                                  const CustomersOfReseller& customers) {
  const std::variant<RequestedClaim, Outcome> request = RequestedClaimOf(caller, item, customers);
  const auto* const wrong = std::get_if<Outcome>(&request);
  return wrong == nullptr ? std::nullopt : std::optional(*wrong);
}

ItemResult DecideClaim(PartnerId caller, const api::PartnerClaim& item, CheckedClaim checked,
                       const CustomersOfReseller& customers, DeviceState& device) {
  ZT_CHECK(device.is_new || device.statements_read, "a claim is decided without the statements");
  const std::variant<RequestedClaim, Outcome> request = RequestedClaimOf(caller, item, customers);
  if (const auto* wrong = std::get_if<Outcome>(&request)) return {.outcome = *wrong};
  const RequestedClaim& wanted = std::get<RequestedClaim>(request);
  const std::optional<Claim>& claim = device.ClaimIn(wanted.section);
  if (IsHeld(claim) && !IsSameHolder(*claim, wanted)) {
    return {.outcome = Outcome::kHeldByOther};
  }
  StatementState* const before = device.EntryOf(caller);
  std::variant<StatementState, Outcome> stated =
      StatementAfter(caller, item, std::move(checked), device, before);
  if (const auto* wrong = std::get_if<Outcome>(&stated)) return {.outcome = *wrong};
  StatementState& statement = std::get<StatementState>(stated);
  Claim after = ClaimAfter(claim, wanted);
  const bool is_first = !claim.has_value() || claim->reseller != caller;
  // A statement goes with its reseller's last claim. That it is written here too makes two
  // replicas notice if one drops it while the other relies on it.
  if (is_first) statement.changed = true;
  if (is_first && claim.has_value()) DropFormerStatement(claim->reseller, wanted.section, device);
  device.SetClaim(wanted.section, std::move(after));
  if (before != nullptr) {
    *before = std::move(statement);
  } else {
    device.statements.push_back(std::move(statement));
  }
  return {.outcome = Outcome::kSuccess, .device = device.id};
}

}  // namespace zerotouch
