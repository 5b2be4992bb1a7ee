// SPDX-License-Identifier: Apache-2.0
#include "model/rules.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "model/rules_test_values.h"
#include "model/views.h"

namespace zerotouch::rules_test {
namespace {

Outcome CheckOfUnclaim(const std::string& item) {
  const auto checked = CheckUnclaim(Parse<api::PartnerUnclaim>(item), {}, Now());
  const auto* refused = std::get_if<Outcome>(&checked);
  return refused == nullptr ? kFine : *refused;
}

TEST(CheckUnclaim, EachRow) {
  const std::string zero = std::string(kZeroTouch) + kImei;
  const std::string sim = std::string(kSimLock) + kImei;
  const int64_t now = absl::ToUnixSeconds(Now());
  const auto expires = [](int64_t seconds) {
    return fmt::format("vacation_mode_expire_time {{ seconds: {} }} ", seconds);
  };
  const struct {
    const char* reason;
    std::string item;
    Outcome outcome;
  } rows[] = {
      {"by identifier", zero, kFine},
      {"by id", std::string(kZeroTouch) + "device_id: 5", kFine},
      {"by an id that cannot be one", std::string(kZeroTouch) + "device_id: -5", kFine},
      {"no section", kImei, Outcome::kInvalidSection},
      {"a section of 0", std::string("section_type: SECTION_TYPE_UNSPECIFIED ") + kImei,
       Outcome::kInvalidSection},
      {"no device", kZeroTouch, Outcome::kNoIdentifier},
      {"an empty identifier", std::string(kZeroTouch) + "device_identifier {}",
       Outcome::kNoIdentifier},
      {"a bad IMEI", std::string(kZeroTouch) + "device_identifier { imei: '1' }",
       Outcome::kInvalidImei},
      {"vacation days, SIM lock", sim + "vacation_mode_days: 3", kFine},
      {"the most days", sim + "vacation_mode_days: 3650", kFine},
      {"a day more", sim + "vacation_mode_days: 3651", Outcome::kVacationPast},
      {"negative days", sim + "vacation_mode_days: -1", Outcome::kVacationPast},
      {"an end ahead, SIM lock", sim + expires(now + 1), kFine},
      {"an end now", sim + expires(now), Outcome::kVacationPast},
      {"an end past", sim + expires(now - 1), Outcome::kVacationPast},
      {"an end far ahead", sim + expires(now + 3651 * 86'400LL), Outcome::kVacationPast},
      {"nanoseconds out of range",
       sim + fmt::format("vacation_mode_expire_time {{ seconds: {} nanos: -1 }}", now + 9),
       Outcome::kVacationPast},
      {"both forms", sim + "vacation_mode_days: 3 " + expires(now + 9), Outcome::kVacationTwice},
      {"days, zero touch", zero + "vacation_mode_days: 3", Outcome::kVacationOnZeroTouch},
      {"an end, zero touch", zero + expires(now + 9), Outcome::kVacationOnZeroTouch},
      {"both, zero touch", zero + "vacation_mode_days: 3 " + expires(now + 9),
       Outcome::kVacationOnZeroTouch},
  };
  for (const auto& row : rows) EXPECT_EQ(CheckOfUnclaim(row.item), row.outcome) << row.reason;
}

TEST(DecideUnclaim, Permissions) {
  const std::string by_imei = std::string(kZeroTouch) + kImei;
  const std::string by_id = std::string(kZeroTouch) + "device_id: 1000";
  const struct {
    const char* reason;
    std::string item;
    std::optional<DeviceState> device;
    Outcome outcome;
  } rows[] = {
      {"own claim", by_imei, Device(HeldBy(kCaller)), kFine},
      {"own claim, by id", by_id, Device(HeldBy(kCaller)), kFine},
      {"an unknown device", by_imei, std::nullopt, Outcome::kUnknownDevice},
      {"an unknown id", by_id, std::nullopt, Outcome::kUnknownDevice},
      {"given up already", by_imei, Device(GivenUpBy(kCaller)), Outcome::kNotClaimed},
      {"given up already, by id", by_id, Device(GivenUpBy(kCaller)), Outcome::kNotClaimed},
      {"a claim only in the other section", by_imei, Device({}, HeldBy(kCaller)),
       Outcome::kNotClaimed},
      {"another reseller's claim on a device of ours", by_imei,
       Device(HeldBy(kOther), HeldBy(kCaller)), Outcome::kNotYours},
      {"another reseller's claim, by id: it tells nothing", by_id, Device(HeldBy(kOther)),
       Outcome::kUnknownDevice},
      {"given up by another, by id: nor does this", by_id, Device(GivenUpBy(kOther)),
       Outcome::kUnknownDevice},
      {"another's claim on a device of ours, by id", by_id, Device(HeldBy(kOther), HeldBy(kCaller)),
       Outcome::kNotYours},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.reason);
    std::optional<DeviceState> device = row.device;
    const Hardware hardware = device.has_value() ? HardwareOf(*device) : Hardware();
    const ItemResult result =
        DecideUnclaim(kCaller, Parse<api::PartnerUnclaim>(row.item), hardware, Now());
    EXPECT_EQ(result.outcome, row.outcome);
    EXPECT_EQ(result.device, row.outcome == kFine ? kDevice : DeviceId());
    if (!device.has_value()) continue;
    EXPECT_EQ(device->Changed(), row.outcome == kFine);
    if (row.outcome == kFine) continue;
    EXPECT_EQ(device->zero_touch, row.device->zero_touch) << "a refused item changes nothing";
    EXPECT_EQ(device->sim_lock, row.device->sim_lock);
  }
}

TEST(DecideUnclaim, SameVacationAgain_ChangesNothing) {
  DeviceState device = Device({}, HeldBy(kCaller));
  const auto item =
      Parse<api::PartnerUnclaim>(std::string(kSimLock) + kImei + "vacation_mode_days: 3");
  EXPECT_EQ(DecideUnclaim(kCaller, item, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_TRUE(device.Changed());
  device.sim_lock_changed = false;
  EXPECT_EQ(DecideUnclaim(kCaller, item, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_FALSE(device.Changed()) << "an undo would take it for the change of another item";
}

TEST(DecideUnclaimDeathTest, AnItemThatWasNotChecked_EndsTheProcess) {
  DeviceState device = Device(HeldBy(kCaller));
  EXPECT_DEATH(DecideUnclaim(kCaller, Parse<api::PartnerUnclaim>(kImei), HardwareOf(device), Now()),
               "not checked");
}

TEST(DecideUnclaim, HardwareThatOnlyOthersStated_IsNotOurs_IfTheyHoldTheSection) {
  const auto item = Parse<api::PartnerUnclaim>(std::string(kZeroTouch) + kImei);
  EXPECT_EQ(DecideUnclaim(kCaller, item, {.zero_touch_of_another = true}, Now()).outcome,
            Outcome::kNotYours);
  EXPECT_EQ(DecideUnclaim(kCaller, item, {.sim_lock_of_another = true}, Now()).outcome,
            Outcome::kUnknownDevice);
}

TEST(DecideUnclaim, IdentifiersThatContradictTheStatement_AreRefused) {
  DeviceState device = Device(HeldBy(kCaller));
  StatedBy(device).identifier = Parse<api::DeviceIdentifier>(
      "imei: '490154203237518' serial_number: 'S1' manufacturer: 'M' model: 'N'");
  const auto unclaim = [&](const std::string& more) {
    const auto item = Parse<api::PartnerUnclaim>(
        std::string(kZeroTouch) + "device_identifier { imei: '490154203237518' " + more + " }");
    return DecideUnclaim(kCaller, item, {.device = &device, .check_identifier = true}, Now())
        .outcome;
  };
  EXPECT_EQ(unclaim("serial_number: 'S2'"), Outcome::kOtherSerialStated);
  EXPECT_EQ(unclaim("model: 'other'"), Outcome::kOtherModelStated);
  EXPECT_FALSE(device.Changed());
  EXPECT_EQ(unclaim("serial_number: ' s1 ' manufacturer: 'm' imei2: '356938035643809'"), kFine)
      << "without case and space; a second IMEI was not stated yet";
}

TEST(DecideUnclaim, Success_RemovesTheConfiguration_AndKeepsTheOtherSection) {
  DeviceState device = Device(HeldBy(kCaller), HeldBy(kCaller));
  const auto item = Parse<api::PartnerUnclaim>(std::string(kZeroTouch) + kImei);
  EXPECT_EQ(DecideUnclaim(kCaller, item, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_EQ(device.zero_touch, GivenUpBy(kCaller)) << "who held it last is all that is kept";
  EXPECT_EQ(device.sim_lock, HeldBy(kCaller));
  EXPECT_TRUE(device.zero_touch_changed);
  EXPECT_FALSE(device.sim_lock_changed);
  EXPECT_TRUE(IsVisibleTo(kCaller, device));
  EXPECT_EQ(DecideUnclaim(kCaller, item, HardwareOf(device), Now()).outcome, Outcome::kNotClaimed)
      << "the same device twice in a batch";
}

TEST(DecideUnclaim, Vacation_KeepsTheClaim_UntilItEnds) {
  const auto claims_at = [](const DeviceState& device, absl::Time now) {
    return PartnerView(kCaller, device, now).claims(0);
  };
  DeviceState device = Device({}, HeldBy(kCaller));
  const auto days =
      Parse<api::PartnerUnclaim>(std::string(kSimLock) + kImei + "vacation_mode_days: 3");
  ASSERT_EQ(DecideUnclaim(kCaller, days, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_TRUE(device.sim_lock->held);
  EXPECT_EQ(device.sim_lock->vacation_starts, Now());
  EXPECT_EQ(device.sim_lock->vacation_expires, Now() + absl::Hours(72));
  EXPECT_TRUE(claims_at(device, Now() + absl::Hours(71)).has_vacation_mode_start_time());
  EXPECT_TRUE(claims_at(device, Now() + absl::Hours(71)).has_vacation_mode_expire_time());
  EXPECT_FALSE(claims_at(device, Now() + absl::Hours(72)).has_vacation_mode_start_time());
  EXPECT_FALSE(claims_at(device, Now() + absl::Hours(72)).has_vacation_mode_expire_time());

  const auto until = Parse<api::PartnerUnclaim>(
      std::string(kSimLock) + kImei +
      fmt::format("vacation_mode_expire_time {{ seconds: {} }}", absl::ToUnixSeconds(Now()) + 60));
  ASSERT_EQ(DecideUnclaim(kCaller, until, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_EQ(device.sim_lock->vacation_expires, Now() + absl::Minutes(1));

  const auto for_good = Parse<api::PartnerUnclaim>(std::string(kSimLock) + kImei);
  ASSERT_EQ(DecideUnclaim(kCaller, for_good, HardwareOf(device), Now()).outcome, kFine);
  EXPECT_EQ(device.sim_lock, GivenUpBy(kCaller));
}

TEST(PartnerView, ShowsOnlyOwnHeldClaims_WithoutTheConfiguration) {
  DeviceState device = Device(HeldBy(kCaller), HeldBy(kOther));
  (*StatedBy(device).metadata.mutable_entries())["ordernumber"] = "2";
  const api::Device view = PartnerView(kCaller, device, Now());
  EXPECT_EQ(view.name(), "partners/1/devices/1000");
  EXPECT_EQ(view.device_id(), 1000);
  EXPECT_EQ(view.device_identifier().imei(), "490154203237518");
  EXPECT_EQ(view.device_metadata().entries().at("ordernumber"), "2");
  EXPECT_EQ(view.configuration(), "");
  ASSERT_EQ(view.claims_size(), 1);
  EXPECT_EQ(view.claims(0).section_type(), api::SECTION_TYPE_ZERO_TOUCH);
  EXPECT_EQ(view.claims(0).owner_company_id(), kCustomer.value());
  EXPECT_EQ(view.claims(0).reseller_id(), kCaller.value());
  EXPECT_FALSE(view.claims(0).has_vacation_mode_start_time());
}

TEST(PartnerView, AfterUnclaim_HasNoClaims) {
  const api::Device view = PartnerView(kCaller, Device(GivenUpBy(kCaller)), Now());
  EXPECT_EQ(view.claims_size(), 0);
  EXPECT_FALSE(view.has_device_metadata());
}

TEST(Visibility, IncludesTheLastHolderOfASection) {
  EXPECT_TRUE(IsVisibleTo(kCaller, Device(HeldBy(kCaller))));
  EXPECT_TRUE(IsVisibleTo(kCaller, Device(GivenUpBy(kCaller))));
  EXPECT_TRUE(IsVisibleTo(kCaller, Device(HeldBy(kOther), GivenUpBy(kCaller))));
  EXPECT_FALSE(IsVisibleTo(kCaller, Device(HeldBy(kOther))));
  EXPECT_FALSE(IsVisibleTo(kCaller, Device(GivenUpBy(kOther))));
  EXPECT_FALSE(IsVisibleTo(kCaller, Device({})));
}

}  // namespace
}  // namespace zerotouch::rules_test
