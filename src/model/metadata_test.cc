// SPDX-License-Identifier: Apache-2.0
#include "model/metadata.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/limits.h"

namespace zerotouch {
namespace {

const PartnerId kHolder{1}, kOtherReseller{2};

api::DeviceMetadata Metadata(const std::map<std::string, std::string>& entries) {
  api::DeviceMetadata metadata;
  metadata.mutable_entries()->insert(entries.begin(), entries.end());
  return metadata;
}

std::map<std::string, std::string> EntriesOf(const DeviceState& device) {
  const auto& entries = device.statements[0].value->metadata.entries();
  return {entries.begin(), entries.end()};
}

api::UpdateMetadataArguments ById(const std::map<std::string, std::string>& entries) {
  api::UpdateMetadataArguments item;
  item.set_device_id(7);
  *item.mutable_device_metadata() = Metadata(entries);
  return item;
}

api::UpdateMetadataArguments ByImei(const std::map<std::string, std::string>& entries) {
  api::UpdateMetadataArguments item = ById(entries);
  item.mutable_device_identifier()->set_imei("490154203237518");
  return item;
}

DeviceState ClaimedDevice(PartnerId reseller, bool held = true) {
  DeviceState device;
  device.id = DeviceId(7);
  device.zero_touch = Claim{.held = held, .reseller = reseller};
  device.statements_read = true;
  device.statements.emplace_back().reseller = reseller;
  device.statements[0].value.emplace();
  device.statements[0].value->metadata = Metadata({{"phonenumber", "1"}, {"ordernumber", "A"}});
  return device;
}

TEST(CheckMetadataUpdate, NeedsADeviceAndMetadata) {
  api::UpdateMetadataArguments item = ById({});
  EXPECT_EQ(std::get<DeviceId>(std::get<Target>(CheckMetadataUpdate(item, {}))), DeviceId(7));
  item.clear_device_metadata();
  EXPECT_EQ(std::get<Outcome>(CheckMetadataUpdate(item, {})), Outcome::kMetadataMissing);
  item = ById({});
  item.clear_device_id();
  EXPECT_EQ(std::get<Outcome>(CheckMetadataUpdate(item, {})), Outcome::kNoIdentifier);
  item.mutable_device_identifier()->set_imei("1");
  EXPECT_EQ(std::get<Outcome>(CheckMetadataUpdate(item, {})), Outcome::kInvalidImei);
}

TEST(DecideMetadataUpdate, SetsReplacesAndDeletes) {
  DeviceState device = ClaimedDevice(kHolder);
  const ItemResult result = DecideMetadataUpdate(
      kHolder, ById({{"phonenumber", "2"}, {"ordernumber", ""}}), {}, {.device = &device});
  EXPECT_EQ(result, (ItemResult{.outcome = Outcome::kSuccess, .device = DeviceId(7)}));
  EXPECT_EQ(EntriesOf(device), (std::map<std::string, std::string>{{"phonenumber", "2"}}));
  EXPECT_TRUE(device.statements[0].changed);
  EXPECT_FALSE(device.zero_touch_changed);
}

TEST(DecideMetadataUpdate, Refusals) {
  DeviceState others = ClaimedDevice(kOtherReseller);
  DeviceState given_up = ClaimedDevice(kHolder, /*held=*/false);
  const struct {
    const char* reason;
    api::UpdateMetadataArguments item;
    Hardware hardware;
    Outcome outcome;
  } rows[] = {
      {"unknown hardware", ByImei({}), {}, Outcome::kUnknownDevice},
      {"another's, by its id", ById({}), {.device = &others}, Outcome::kUnknownDevice},
      {"another's, by its hardware", ByImei({}), {.sim_lock_of_another = true}, Outcome::kNotYours},
      {"given up, by its id", ById({}), {.device = &given_up}, Outcome::kNotYours},
      {"given up, by its hardware", ByImei({}), {.device = &given_up}, Outcome::kNotYours},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(DecideMetadataUpdate(kHolder, row.item, {}, row.hardware).outcome, row.outcome)
        << row.reason;
    EXPECT_FALSE(row.hardware.device != nullptr && row.hardware.device->Changed()) << row.reason;
  }
}

TEST(DecideMetadataUpdate, SimLockClaimIsEnough) {
  DeviceState device = ClaimedDevice(kOtherReseller);
  device.sim_lock = Claim{.held = true, .reseller = kHolder};
  EXPECT_EQ(
      DecideMetadataUpdate(kHolder, ById({{"phonenumber", "2"}}), {}, {.device = &device}).outcome,
      Outcome::kSuccess);
  EXPECT_EQ(device.StatementOf(kHolder)->metadata.entries().at("phonenumber"), "2");
  EXPECT_EQ(EntriesOf(device).at("phonenumber"), "1") << "the other reseller's stay";
}

TEST(DecideMetadataUpdate, InvalidMetadata_LeaveTheDeviceUnchanged) {
  const struct {
    std::map<std::string, std::string> entries;
    Outcome outcome;
  } rows[] = {
      {{{"colour", "red"}}, Outcome::kInvalidMetadataKey},
      {{{"annotateduser", "x"}}, Outcome::kInvalidMetadataKey},
      {{{"phonenumber", "2"}, {"colour", ""}}, Outcome::kInvalidMetadataKey},
      {{{"phonenumber", std::string(limits::kMetadataValueBytes + 1, 'x')}},
       Outcome::kMetadataTooLarge},
  };
  for (const auto& row : rows) {
    DeviceState device = ClaimedDevice(kHolder);
    EXPECT_EQ(DecideMetadataUpdate(kHolder, ById(row.entries), {}, {.device = &device}).outcome,
              row.outcome);
    EXPECT_EQ(EntriesOf(device).at("phonenumber"), "1");
    EXPECT_FALSE(device.Changed());
  }
}

TEST(DecideMetadataUpdate, Keys_DependOnThePlatform_AndTheOperator) {
  DeviceState chrome_os = ClaimedDevice(kHolder);
  chrome_os.statements[0].value->identifier.set_chrome_os_attested_device_id("A");
  EXPECT_EQ(
      DecideMetadataUpdate(kHolder, ById({{"annotateduser", "x"}}), {}, {.device = &chrome_os})
          .outcome,
      Outcome::kSuccess);
  EXPECT_EQ(DecideMetadataUpdate(kHolder, ById({{"phonenumber", "x"}}), {}, {.device = &chrome_os})
                .outcome,
            Outcome::kInvalidMetadataKey);
  DeviceState android = ClaimedDevice(kHolder);
  RegistryRules rules;
  rules.more_metadata_keys = {"colour"};
  EXPECT_EQ(
      DecideMetadataUpdate(kHolder, ById({{"colour", "red"}}), rules, {.device = &android}).outcome,
      Outcome::kSuccess);
}

TEST(DecideMetadataUpdate, TooManyKeys_AreRefused) {
  DeviceState device = ClaimedDevice(kHolder);
  RegistryRules rules;
  std::map<std::string, std::string> entries;
  for (int i = 0; i < limits::kMetadataKeys; ++i) entries["k" + std::to_string(i)] = "v";
  for (const auto& [key, value] : entries) rules.more_metadata_keys.insert(key);
  EXPECT_EQ(DecideMetadataUpdate(kHolder, ById(entries), rules, {.device = &device}).outcome,
            Outcome::kMetadataTooLarge)
      << "with the two there are already";
  EXPECT_EQ(EntriesOf(device).size(), 2u);
  entries["phonenumber"] = entries["ordernumber"] = "";
  entries.erase("k0");
  entries.erase("k1");
  EXPECT_EQ(DecideMetadataUpdate(kHolder, ById(entries), rules, {.device = &device}).outcome,
            Outcome::kSuccess);
}

}  // namespace
}  // namespace zerotouch
