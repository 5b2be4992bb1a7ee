// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_RULES_TEST_VALUES_H_
#define ZEROTOUCH_MODEL_RULES_TEST_VALUES_H_

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "model/rules.h"

// Companies, devices and requests that the tests of the rules share.
namespace zerotouch::rules_test {

inline constexpr Outcome kFine = Outcome::kSuccess;
inline constexpr char kZeroTouch[] = "section_type: SECTION_TYPE_ZERO_TOUCH ";
inline constexpr char kSimLock[] = "section_type: SECTION_TYPE_SIM_LOCK ";
inline constexpr char kImei[] = "device_identifier { imei: '490154203237518' } ";
inline constexpr char kChromeOs[] =
    "device_identifier { serial_number: 'S' model: 'N' chrome_os_attested_device_id: 'A' } ";

inline const PartnerId kCaller{1}, kOther{2};
inline const CustomerId kCustomer{11}, kSecondCustomer{12}, kForeignCustomer{21};
inline const ConfigurationId kDefault{101}, kChosen{102}, kForeignConfiguration{201};
inline const DeviceId kDevice{1000};

template <class Item>
Item Parse(const std::string& text) {
  Item item;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &item)) << text;
  return item;
}

inline absl::Time Now() { return absl::FromUnixSeconds(1'800'000'000); }

inline CustomersOfReseller Customers() {
  return {{kCustomer, {.default_configuration = kDefault, .configurations = {kDefault, kChosen}}},
          {kSecondCustomer, {.default_configuration = {}, .configurations = {}}}};
}

inline Claim HeldBy(PartnerId reseller, CustomerId owner = kCustomer) {
  Claim claim;
  claim.held = true;
  claim.reseller = reseller;
  claim.owner = owner;
  claim.configuration = kDefault;
  return claim;
}

inline Claim GivenUpBy(PartnerId reseller) {
  Claim claim;
  claim.reseller = reseller;
  return claim;
}

// A device that was stated by each reseller that its claims name.
inline DeviceState Device(std::optional<Claim> zero_touch, std::optional<Claim> sim_lock = {}) {
  DeviceState device;
  device.id = kDevice;
  device.zero_touch = std::move(zero_touch);
  device.sim_lock = std::move(sim_lock);
  device.statements_read = true;
  for (const std::optional<Claim>* claim : {&device.zero_touch, &device.sim_lock}) {
    if (!claim->has_value() || device.EntryOf((*claim)->reseller) != nullptr) continue;
    StatementState& entry = device.statements.emplace_back();
    entry.reseller = (*claim)->reseller;
    entry.value.emplace();
    entry.value->identifier = Parse<api::DeviceIdentifier>("imei: '490154203237518'");
  }
  return device;
}

inline DeviceState NewDevice() {
  DeviceState device;
  device.id = kDevice;
  device.is_new = true;
  device.statements_read = true;
  return device;
}

// Return the entry of the reseller, and the statement in it.
inline StatementState& EntryOf(DeviceState& device, PartnerId reseller = kCaller) {
  StatementState* const entry = device.EntryOf(reseller);
  EXPECT_NE(entry, nullptr);
  return *entry;
}
inline Statement& StatedBy(DeviceState& device, PartnerId reseller = kCaller) {
  return *EntryOf(device, reseller).value;
}

// The device as identifiers that its caller stated find it.
inline Hardware HardwareOf(DeviceState& device) { return {.device = &device}; }

}  // namespace zerotouch::rules_test

#endif  // ZEROTOUCH_MODEL_RULES_TEST_VALUES_H_
