// SPDX-License-Identifier: Apache-2.0
// The rules for claims.

#include <fmt/format.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>

#include "base/limits.h"
#include "model/rules_test_values.h"

namespace zerotouch::rules_test {
namespace {

RegistryRules MoreKeys() {
  RegistryRules rules;
  rules.more_metadata_keys = {"asset"};
  return rules;
}

Outcome CheckOfClaim(const std::string& item, const RegistryRules& rules = {}) {
  const auto checked = CheckClaim(Parse<api::PartnerClaim>(item), rules);
  const auto* refused = std::get_if<Outcome>(&checked);
  return refused == nullptr ? kFine : *refused;
}

using Entries = std::map<std::string, std::string>;

std::string Metadata(const Entries& entries) {
  std::string text = "device_metadata { ";
  for (const auto& [key, value] : entries) {
    text += fmt::format("entries {{ key: '{}' value: '{}' }} ", key, value);
  }
  return text + "} ";
}
std::string Metadata(const std::string& key, const std::string& value = "v") {
  return Metadata({{key, value}});
}

TEST(CheckClaim, EachRow) {
  const std::string zero = std::string(kZeroTouch) + kImei;
  const std::string good = zero + "customer_id: 11 ";
  const std::string sim = std::string(kSimLock) + kImei + "customer_id: 11 ";
  const std::string chrome = std::string(kZeroTouch) + kChromeOs + "pre_provisioning_token: 'T' ";
  const std::string workspace = "google_workspace_customer_id: 'C01' ";
  const struct {
    const char* reason;
    std::string item;
    Outcome outcome;
  } rows[] = {
      {"zero touch", good, kFine},
      {"SIM lock", sim + "simlock_profile_id: 7", kFine},
      {"no section", std::string(kImei) + "customer_id: 11", Outcome::kInvalidSection},
      {"no device", std::string(kZeroTouch) + "customer_id: 11", Outcome::kNoIdentifier},
      {"a serial number alone",
       std::string(kZeroTouch) + "device_identifier { serial_number: 'S' } customer_id: 11",
       Outcome::kSerialSetIncomplete},
      {"no customer", zero, Outcome::kInvalidCustomer},
      {"a SIM lock without a profile", sim, Outcome::kSimlockProfileMissing},
      {"a negative profile", sim + "simlock_profile_id: -7", Outcome::kSimlockProfileMissing},
      {"a profile on zero touch", good + "simlock_profile_id: 7",
       Outcome::kSimlockProfileOnZeroTouch},
      {"a configuration on a SIM lock", sim + "simlock_profile_id: 7 configuration_id: 102",
       Outcome::kInvalidConfiguration},
      {"ChromeOS for a Workspace account", chrome + workspace, kFine},
      {"ChromeOS for a customer account", chrome + "customer_id: 11", kFine},
      {"ChromeOS without a token", std::string(kZeroTouch) + kChromeOs + workspace,
       Outcome::kTokenMissing},
      {"a token for Android", good + "pre_provisioning_token: 'T'", Outcome::kTokenNotChromeOs},
      {"a Workspace account for Android", zero + workspace, Outcome::kInvalidCustomer},
      {"two owners", chrome + workspace + "customer_id: 11", Outcome::kInvalidCustomer},
      {"a Workspace id with a NUL", chrome + "google_workspace_customer_id: 'a\\000b'",
       Outcome::kInvalidCustomer},
      {"a Workspace id that is too long",
       chrome + "google_workspace_customer_id: '" + std::string(257, 'c') + "'",
       Outcome::kInvalidCustomer},
      {"metadata", good + Metadata({{"phonenumber", "1"}, {"ordernumber", "2"}}), kFine},
      {"an unknown metadata key", good + Metadata("colour"), Outcome::kInvalidMetadataKey},
      {"an unknown key, deleted", good + Metadata("colour", ""), Outcome::kInvalidMetadataKey},
      {"a key in capitals", good + Metadata("OrderNumber"), Outcome::kInvalidMetadataKey},
      {"an empty key", good + Metadata(""), Outcome::kInvalidMetadataKey},
      {"a ChromeOS key on Android", good + Metadata("annotateduser"), Outcome::kInvalidMetadataKey},
      {"a ChromeOS key on ChromeOS", chrome + workspace + Metadata("annotateduser"), kFine},
      {"an Android key on ChromeOS", chrome + workspace + Metadata("phonenumber"),
       Outcome::kInvalidMetadataKey},
      {"the largest value", good + Metadata("ordernumber", std::string(1024, 'v')), kFine},
      {"a value too large", good + Metadata("ordernumber", std::string(1025, 'v')),
       Outcome::kMetadataTooLarge},
      {"a key too large", good + Metadata(std::string(129, 'k')), Outcome::kMetadataTooLarge},
  };
  for (const auto& row : rows) EXPECT_EQ(CheckOfClaim(row.item), row.outcome) << row.reason;
}

TEST(CheckClaim, ConfiguredMetadataKeys_AreAllowedOnAllDevices_UpToTheLimit) {
  const std::string base = std::string(kZeroTouch) + kImei + "customer_id: 11 ";
  EXPECT_EQ(CheckOfClaim(base + Metadata("asset")), Outcome::kInvalidMetadataKey);
  EXPECT_EQ(CheckOfClaim(base + Metadata("asset"), MoreKeys()), kFine);
  RegistryRules many;
  Entries entries;
  while (entries.size() < limits::kMetadataKeys) {
    entries[fmt::format("k{}", entries.size())] = "v";
  }
  for (const auto& [key, value] : entries) many.more_metadata_keys.insert(key);
  EXPECT_EQ(CheckOfClaim(base + Metadata(entries), many), kFine);
  entries["asset"] = "v";
  many.more_metadata_keys.insert("asset");
  EXPECT_EQ(CheckOfClaim(base + Metadata(entries), many), Outcome::kMetadataTooLarge);
}

TEST(CheckClaim, LenientRules_AcceptWrongCheckDigits) {
  const std::string item =
      std::string(kZeroTouch) + "device_identifier { imei: '490154203237519' } customer_id: 11";
  EXPECT_EQ(CheckOfClaim(item), Outcome::kInvalidImei);
  EXPECT_EQ(CheckOfClaim(item, {.identity = {.lenient = true}, .more_metadata_keys = {}}), kFine);
}

ItemResult Decide(const std::string& text, DeviceState& device, PartnerId caller = kCaller) {
  const auto item = Parse<api::PartnerClaim>(text);
  const auto checked = CheckClaim(item, MoreKeys());
  EXPECT_TRUE(std::holds_alternative<CheckedClaim>(checked)) << text;
  return DecideClaim(caller, item, std::get<CheckedClaim>(checked), Customers(), device);
}

std::string ClaimFor(CustomerId customer, const std::string& more = "",
                     const char* section = kZeroTouch, const std::string& device = kImei) {
  return fmt::format("{} {} customer_id: {} {}", section, device, customer.value(), more);
}

TEST(DecideClaim, Permissions) {
  const struct {
    const char* reason;
    std::string item;
    DeviceState device;
    Outcome outcome;
  } rows[] = {
      {"new hardware", ClaimFor(kCustomer), NewDevice(), kFine},
      {"hardware that nobody holds", ClaimFor(kCustomer), Device({}), kFine},
      {"held for the same customer", ClaimFor(kCustomer), Device(HeldBy(kCaller)), kFine},
      {"held for another customer", ClaimFor(kSecondCustomer), Device(HeldBy(kCaller)),
       Outcome::kHeldByOther},
      {"held by another reseller", ClaimFor(kCustomer), Device(HeldBy(kOther)),
       Outcome::kHeldByOther},
      {"given up by ourselves", ClaimFor(kSecondCustomer), Device(GivenUpBy(kCaller)), kFine},
      {"given up by another reseller", ClaimFor(kCustomer), Device(GivenUpBy(kOther)), kFine},
      {"another's claim in the other section", ClaimFor(kCustomer), Device({}, HeldBy(kOther)),
       kFine},
      {"an unknown customer", ClaimFor(CustomerId(99)), NewDevice(), Outcome::kInvalidCustomer},
      {"another reseller's customer", ClaimFor(kForeignCustomer), NewDevice(),
       Outcome::kInvalidCustomer},
      {"a negative customer", ClaimFor(CustomerId(-1)), NewDevice(), Outcome::kInvalidCustomer},
      {"a configuration of the customer", ClaimFor(kCustomer, "configuration_id: 102"), NewDevice(),
       kFine},
      {"a configuration of another", ClaimFor(kCustomer, "configuration_id: 201"), NewDevice(),
       Outcome::kInvalidConfiguration},
      {"a wrong customer of a held device: nothing is said of the device",
       ClaimFor(kForeignCustomer), Device(HeldBy(kOther)), Outcome::kInvalidCustomer},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    DeviceState device = row.device;
    const ItemResult result = Decide(row.item, device);
    EXPECT_EQ(result.outcome, row.outcome);
    EXPECT_EQ(result.device, row.outcome == kFine ? kDevice : DeviceId());
    if (row.outcome == kFine) {
      ASSERT_TRUE(device.zero_touch.has_value());
      EXPECT_TRUE(device.zero_touch->held);
      EXPECT_EQ(device.zero_touch->reseller, kCaller);
      continue;
    }
    EXPECT_EQ(device.zero_touch, row.device.zero_touch) << "a refused item changes nothing";
    EXPECT_EQ(device.statements.size(), row.device.statements.size());
    EXPECT_EQ(device.Changed(), row.device.is_new);
  }
}

TEST(DecideClaim, Configuration_IsTheRequestedOne_OrTheDefaultOfANewClaim) {
  Claim without_default = HeldBy(kCaller);
  without_default.configuration = {};
  Claim chosen = HeldBy(kCaller);
  chosen.configuration = kChosen;
  const struct {
    const char* reason;
    std::string item;
    DeviceState device;
    ConfigurationId configuration;
  } rows[] = {
      {"new", ClaimFor(kCustomer), NewDevice(), kDefault},
      {"new, asked for", ClaimFor(kCustomer, "configuration_id: 102"), NewDevice(), kChosen},
      {"new, a customer without a default", ClaimFor(kSecondCustomer), NewDevice(),
       ConfigurationId()},
      {"claimed again after it was given up", ClaimFor(kCustomer), Device(GivenUpBy(kCaller)),
       kDefault},
      {"a default is not set on devices that are there already", ClaimFor(kCustomer),
       Device(without_default), ConfigurationId()},
      {"nor does it replace another", ClaimFor(kCustomer), Device(chosen), kChosen},
      {"one asked for does", ClaimFor(kCustomer, "configuration_id: 102"), Device(HeldBy(kCaller)),
       kChosen},
  };
  for (const auto& row : rows) {
    DeviceState device = row.device;
    ASSERT_EQ(Decide(row.item, device).outcome, kFine) << row.reason;
    EXPECT_EQ(device.zero_touch->configuration, row.configuration) << row.reason;
  }
}

TEST(DecideClaim, SimLock_HasItsProfileAndNoConfiguration) {
  DeviceState device = NewDevice();
  ASSERT_EQ(Decide(ClaimFor(kCustomer, "simlock_profile_id: 7", kSimLock), device).outcome, kFine);
  EXPECT_EQ(device.sim_lock->simlock_profile, 7);
  EXPECT_EQ(device.sim_lock->configuration, ConfigurationId());
  EXPECT_FALSE(device.zero_touch.has_value());
  ASSERT_EQ(Decide(ClaimFor(kCustomer, "simlock_profile_id: 8", kSimLock), device).outcome, kFine);
  EXPECT_EQ(device.sim_lock->simlock_profile, 8) << "the holder changes the profile";
}

TEST(DecideClaim, Workspace_OwnsTheDevice_WithoutConfiguration) {
  const std::string base = std::string(kZeroTouch) + kChromeOs +
                           "pre_provisioning_token: 'T' google_workspace_customer_id: 'C01' ";
  DeviceState device = NewDevice();
  ASSERT_EQ(Decide(base, device).outcome, kFine);
  EXPECT_EQ(device.zero_touch->workspace, "C01");
  EXPECT_EQ(device.zero_touch->owner, CustomerId());
  EXPECT_EQ(Decide(base, device).outcome, kFine) << "the same again";
  const std::string other = std::string(kZeroTouch) + kChromeOs +
                            "pre_provisioning_token: 'T' google_workspace_customer_id: 'C02' ";
  EXPECT_EQ(Decide(other, device).outcome, Outcome::kHeldByOther);
  DeviceState fresh = NewDevice();
  EXPECT_EQ(Decide(base + "configuration_id: 102", fresh).outcome, Outcome::kInvalidConfiguration);
}

std::map<std::string, std::string> MetadataOf(const DeviceState& device) {
  const auto& entries = device.StatementOf(kCaller)->metadata.entries();
  return {entries.begin(), entries.end()};
}

TEST(DecideClaim, Metadata_IsMerged_AndAnEmptyValueDeletes) {
  DeviceState device = NewDevice();
  Decide(ClaimFor(kCustomer, Metadata({{"phonenumber", "1"}, {"asset", ""}})), device);
  EXPECT_EQ(MetadataOf(device), (Entries{{"phonenumber", "1"}}));
  Decide(ClaimFor(kCustomer, Metadata("ordernumber", "2")), device);
  EXPECT_EQ(MetadataOf(device), (Entries{{"ordernumber", "2"}, {"phonenumber", "1"}}));
  Decide(ClaimFor(kCustomer, Metadata("phonenumber", "3")), device);
  EXPECT_EQ(MetadataOf(device), (Entries{{"ordernumber", "2"}, {"phonenumber", "3"}}));
  Decide(ClaimFor(kCustomer, Metadata("phonenumber", "")), device);
  EXPECT_EQ(MetadataOf(device), (Entries{{"ordernumber", "2"}}));
}

TEST(DecideClaim, Metadata_WithTooManyKeys_IsRefused) {
  DeviceState device = Device(HeldBy(kCaller));
  for (int i = 0; i < limits::kMetadataKeys; ++i) {
    (*StatedBy(device).metadata.mutable_entries())[fmt::format("old{}", i)] = "v";
  }
  EXPECT_EQ(Decide(ClaimFor(kCustomer, Metadata("ordernumber")), device).outcome,
            Outcome::kMetadataTooLarge);
  EXPECT_EQ(StatedBy(device).metadata.entries_size(), limits::kMetadataKeys);
  EXPECT_FALSE(device.Changed());
}

TEST(DecideClaim, StatementOfAFormerReseller_IsDropped_AndNotPassedOn) {
  DeviceState given_up = Device(GivenUpBy(kOther));
  (*StatedBy(given_up, kOther).metadata.mutable_entries())["ordernumber"] = "theirs";
  StatedBy(given_up, kOther).identifier.set_imei2("356938035643809");
  ASSERT_EQ(Decide(ClaimFor(kCustomer, Metadata("phonenumber", "1")), given_up).outcome, kFine);
  EXPECT_EQ(MetadataOf(given_up), (Entries{{"phonenumber", "1"}}));
  EXPECT_EQ(StatedBy(given_up).identifier.imei2(), "");
  EXPECT_EQ(given_up.StatementOf(kOther), nullptr);
  EXPECT_EQ(EntryOf(given_up, kOther).dropped_keys.modems.size(), 2);
  EXPECT_TRUE(EntryOf(given_up, kOther).changed);
}

TEST(DecideClaim, StatementOfAFormerReseller_Stays_WhileItHasTheOtherSection) {
  for (const Claim& sim_lock : {HeldBy(kOther), GivenUpBy(kOther)}) {
    DeviceState device = Device(GivenUpBy(kOther), sim_lock);
    ASSERT_EQ(Decide(ClaimFor(kCustomer), device).outcome, kFine);
    EXPECT_NE(device.StatementOf(kOther), nullptr);
    EXPECT_NE(device.StatementOf(kCaller), nullptr);
    EXPECT_FALSE(EntryOf(device, kOther).changed);
  }
}

TEST(DecideClaim, OwnMetadata_ComeBack_AfterTheDeviceWasGivenUp) {
  DeviceState own = Device(GivenUpBy(kCaller));
  (*StatedBy(own).metadata.mutable_entries())["ordernumber"] = "ours";
  ASSERT_EQ(Decide(ClaimFor(kCustomer), own).outcome, kFine);
  EXPECT_EQ(MetadataOf(own), (Entries{{"ordernumber", "ours"}}));
}

Outcome ClaimIdentifiers(const std::string& identifier, DeviceState& device) {
  return Decide(ClaimFor(kCustomer, "", kZeroTouch, "device_identifier { " + identifier + " }"),
                device)
      .outcome;
}

TEST(DecideClaim, Identifiers_AreFilledIn_ByTheHolder) {
  DeviceState device = Device(HeldBy(kCaller));
  EXPECT_EQ(ClaimIdentifiers("imei: '490154203237518'", device), kFine);
  EXPECT_FALSE(device.Changed()) << "nothing new";
  EXPECT_EQ(ClaimIdentifiers("imei: '356938035643809' imei2: '490154203237518' serial_number: 'S' "
                             "manufacturer: 'M' model: 'N'",
                             device),
            kFine);
  EXPECT_EQ(StatedBy(device).identifier.imei(), "490154203237518");
  EXPECT_EQ(StatedBy(device).identifier.imei2(), "356938035643809") << "into the free slot";
  EXPECT_EQ(StatedBy(device).identifier.serial_number(), "S");
  const Identity& added = EntryOf(device).added_keys;
  ASSERT_EQ(added.modems.size(), 1) << "what was indexed is not indexed again";
  EXPECT_EQ(added.modems[0], ModemKeyOfImei("356938035643809"));
  EXPECT_EQ(added.serial, "S");
}

TEST(DecideClaim, IdentifiersThatContradictTheHoldersStatement_AreRefused) {
  const std::string stated =
      "imei: '490154203237518' imei2: '356938035643809' meid: 'AF0123450ABCDE' "
      "meid2: 'AF0123450ABCDF' serial_number: 'S1' manufacturer: 'Maker' model: 'Model' "
      "chrome_os_attested_device_id: 'A'";
  const struct {
    const char* identifier;
    Outcome outcome;
  } rows[] = {
      {"serial_number: 'S2' manufacturer: 'Maker' model: 'Model'", Outcome::kOtherSerialStated},
      {"manufacturer: 'Makers'", Outcome::kOtherManufacturerStated},
      {"model: 'Model 2'", Outcome::kOtherModelStated},
      {"serial_number: 'S1' model: 'Model' chrome_os_attested_device_id: 'B'",
       Outcome::kOtherAttestedIdStated},
      {"imei2: '012345678901237'", Outcome::kOtherImeisStated},
      {"meid: '99000124997700'", Outcome::kOtherMeidsStated},
      {"serial_number: 's1' manufacturer: 'MAKER' model: 'model'", kFine},
      {"meid: 'AF0123450ABCDF'", kFine},
  };
  for (const auto& row : rows) {
    DeviceState device = Device(HeldBy(kCaller));
    StatedBy(device).identifier = Parse<api::DeviceIdentifier>(stated);
    const auto given = Parse<api::DeviceIdentifier>(row.identifier);
    EXPECT_EQ(ContradictionOf(given, StatedBy(device).identifier).value_or(kFine), row.outcome)
        << row.identifier;
  }
  DeviceState device = Device(HeldBy(kCaller));
  StatedBy(device).identifier.set_manufacturer("Maker");
  EXPECT_EQ(ClaimIdentifiers("imei: '490154203237518' manufacturer: 'Other' model: 'New'", device),
            Outcome::kOtherManufacturerStated);
  EXPECT_FALSE(device.Changed());
  EXPECT_EQ(StatedBy(device).identifier.model(), "");
}

TEST(DecideClaim, IdentifiersOfHardwareThatWasGivenUp_AreReplaced) {
  DeviceState device = Device(GivenUpBy(kCaller));
  StatedBy(device).identifier = Parse<api::DeviceIdentifier>(
      "imei: '490154203237518' imei2: '356938035643809' serial_number: 'S1' "
      "manufacturer: 'Typo' model: 'N'");
  EXPECT_EQ(ClaimIdentifiers("imei: '490154203237518' serial_number: 'S1' manufacturer: 'M' "
                             "model: 'N'",
                             device),
            kFine);
  EXPECT_EQ(StatedBy(device).identifier.manufacturer(), "M");
  EXPECT_EQ(StatedBy(device).identifier.imei2(), "");
  const StatementState& entry = EntryOf(device);
  ASSERT_EQ(entry.dropped_keys.modems.size(), 1);
  EXPECT_EQ(entry.dropped_keys.modems[0], ModemKeyOfImei("356938035643809"));
  EXPECT_TRUE(entry.added_keys.modems.empty());
  EXPECT_NE(entry.dropped_keys.serial_key, entry.added_keys.serial_key);
  // The next claim of a batch states again what this one dropped.
  EXPECT_EQ(ClaimIdentifiers("imei: '490154203237518' imei2: '356938035643809'", device), kFine);
  EXPECT_TRUE(EntryOf(device).dropped_keys.modems.empty());
  EXPECT_TRUE(EntryOf(device).added_keys.modems.empty());
}

TEST(DecideClaim, NewDevice_IsIndexedByAllItsIdentifiers) {
  DeviceState device = NewDevice();
  ASSERT_EQ(ClaimIdentifiers("imei2: '490154203237518' meid: '293608736500703710' "
                             "serial_number: 'S' manufacturer: 'M' model: 'N'",
                             device),
            kFine);
  EXPECT_TRUE(EntryOf(device).is_new);
  EXPECT_EQ(EntryOf(device).added_keys.modems.size(), 2);
  EXPECT_EQ(EntryOf(device).added_keys.serial, "S");
  EXPECT_EQ(StatedBy(device).identifier.meid(), "AF0123450ABCDE");
}

}  // namespace
}  // namespace zerotouch::rules_test
