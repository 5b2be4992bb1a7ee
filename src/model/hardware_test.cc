// SPDX-License-Identifier: Apache-2.0
#include "model/hardware.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace zerotouch {
namespace {

using testing::ElementsAre;

const PartnerId kUs{1}, kThey{2}, kThird{3};
const CustomerId kOwner{11}, kOtherOwner{12};
const DeviceId kFirstDevice{100}, kSecondDevice{200};

Claim HeldFor(PartnerId reseller, CustomerId owner = kOwner) {
  return {.held = true, .reseller = reseller, .owner = owner};
}
Claim Former(PartnerId reseller) { return {.held = false, .reseller = reseller}; }

class HardwareTest : public testing::Test {
 protected:
  // Adds a device that each reseller of its claims stated.
  void Add(DeviceId id, std::optional<Claim> zero_touch, std::optional<Claim> sim_lock = {}) {
    DeviceState& device = devices_[id];
    device.id = id;
    device.zero_touch = std::move(zero_touch);
    device.sim_lock = std::move(sim_lock);
    device.statements_read = true;
    for (const std::optional<Claim>* claim : {&device.zero_touch, &device.sim_lock}) {
      if (!claim->has_value()) continue;
      StatementState& entry = device.statements.emplace_back();
      entry.reseller = (*claim)->reseller;
      entry.value.emplace();
      entry.value->identifier.set_imei("490154203237518");
    }
  }
  // Returns the device to claim for zero touch; 0 for a new one.
  std::variant<DeviceId, Outcome> Claimed(std::initializer_list<KeyMatch> key_matches) {
    const auto place = DeviceToClaim(kUs, Section::kZeroTouch, std::vector<KeyMatch>(key_matches),
                                     [&](DeviceId id) -> DeviceState& { return devices_.at(id); });
    if (const auto* refused = std::get_if<Outcome>(&place)) return *refused;
    const DeviceState* const device = std::get<DeviceState*>(place);
    return device == nullptr ? DeviceId() : device->id;
  }

  const KeyMatch own_first{0, kFirstDevice, kUs}, own_second{0, kSecondDevice, kUs};
  const KeyMatch their_first{0, kFirstDevice, kThey}, their_second{1, kSecondDevice, kThey};
  std::map<DeviceId, DeviceState> devices_;
};

using Place = std::variant<DeviceId, Outcome>;

TEST_F(HardwareTest, UnknownHardware_IsANewDevice) { EXPECT_EQ(Claimed({}), Place(DeviceId())); }

TEST_F(HardwareTest, OwnStatement_GoesFirst) {
  Add(kFirstDevice, Former(kUs));
  Add(kSecondDevice, HeldFor(kThey));
  EXPECT_EQ(Claimed({own_first, their_second}), Place(kFirstDevice))
      << "what they hold does not matter";
}

TEST_F(HardwareTest, OwnStatementsOfTwoDevices_PointApart) {
  Add(kFirstDevice, Former(kUs));
  Add(kSecondDevice, HeldFor(kUs));
  EXPECT_EQ(Claimed({own_first, own_second}), Place(Outcome::kIdentifiersPointApart));
}

TEST_F(HardwareTest, SectionHeldByWhoStatedIt_IsRefused) {
  Add(kFirstDevice, HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first}), Place(Outcome::kHeldByOther));
  // Whatever else is right or wrong.
  Add(kSecondDevice, {}, HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first, their_second}), Place(Outcome::kHeldByOther));
}

TEST_F(HardwareTest, HolderOfTheOtherSection_SharesItsRecord) {
  Add(kFirstDevice, {}, HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first}), Place(kFirstDevice));
}

TEST_F(HardwareTest, RecordsOfSeveralHolders_AreNotShared) {
  Add(kFirstDevice, {}, HeldFor(kThey));
  Add(kSecondDevice, {}, HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first, their_second}), Place(DeviceId()));
}

TEST_F(HardwareTest, RecordThatIsOursUnderOtherIdentifiers_IsNotShared) {
  Add(kFirstDevice, Former(kUs), HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first}), Place(DeviceId()));
}

TEST_F(HardwareTest, RecordWhoseSectionAThirdHolds_IsNotShared) {
  Add(kFirstDevice, HeldFor(kThird), HeldFor(kThey));
  EXPECT_EQ(Claimed({their_first}), Place(DeviceId())) << "the holder did not state the key";
}

TEST_F(HardwareTest, HardwareThatNobodyHoldsAnyMore_KeepsItsRecord) {
  Add(kFirstDevice, Former(kThey));
  EXPECT_EQ(Claimed({their_first}), Place(kFirstDevice));
  Add(kSecondDevice, Former(kThey));
  EXPECT_EQ(Claimed({their_first, their_second}), Place(DeviceId()));
}

TEST_F(HardwareTest, HolderWithoutAStatement_FindsItsDevice) {
  Add(kFirstDevice, HeldFor(kThey), HeldFor(kUs));
  std::erase_if(devices_.at(kFirstDevice).statements,
                [](const StatementState& each) { return each.reseller == kUs; });
  EXPECT_EQ(Claimed({their_first}), Place(kFirstDevice));
}

TEST_F(HardwareTest, HardwareOfOthers_IsOfThoseThatHoldASection) {
  Add(kFirstDevice, HeldFor(kThey), Former(kThey));
  Add(kSecondDevice, HeldFor(kThird), Former(kThey));
  const auto state_of = [&](DeviceId id) -> DeviceState& { return devices_.at(id); };
  const Hardware first = HardwareOfOthers(std::vector{their_first}, state_of);
  EXPECT_TRUE(first.IsOfAnother(Section::kZeroTouch));
  EXPECT_FALSE(first.IsOfAnother(Section::kSimLock));
  EXPECT_EQ(first.device, nullptr);
  const Hardware second = HardwareOfOthers(std::vector{their_second}, state_of);
  EXPECT_FALSE(second.IsOfAnother(Section::kZeroTouch)) << "its holder stated something else";
}

TEST_F(HardwareTest, Customer_FindsWhatTheHoldersOfItsClaimsStated) {
  Add(kFirstDevice, HeldFor(kThey), HeldFor(kUs, kOtherOwner));
  const auto state_of = [&](DeviceId id) -> DeviceState& { return devices_.at(id); };
  EXPECT_THAT(DevicesOfCustomer(kOwner, std::vector{their_first}, state_of),
              ElementsAre(kFirstDevice));
  EXPECT_TRUE(DevicesOfCustomer(kOwner, std::vector{own_first}, state_of).empty());
  EXPECT_TRUE(DevicesOfCustomer(kOtherOwner, std::vector{their_first}, state_of).empty());
}

TEST_F(HardwareTest, SimLockState_EachCase) {
  using State = api::GetDeviceSimLockStateResponse;
  const absl::Time now = absl::FromUnixSeconds(1'900'000'000);
  const auto state_of = [&](DeviceId id) -> DeviceState& { return devices_.at(id); };
  const auto state = [&](PartnerId partner, std::initializer_list<KeyMatch> key_matches,
                         absl::Duration later = absl::ZeroDuration()) {
    return SimLockStateOf(partner, std::vector<KeyMatch>(key_matches), state_of, now + later);
  };
  EXPECT_EQ(state(kUs, {}), State::UNLOCKED);
  Add(kFirstDevice, HeldFor(kUs), HeldFor(kThey));
  EXPECT_EQ(state(kThey, {their_first, own_first}), State::LOCKED_TO_PARTNER);
  EXPECT_EQ(state(kThey, {own_first}), State::UNLOCKED) << "we stated that, not its holder";
  EXPECT_EQ(state(kUs, {their_first, own_first}), State::LOCKED_TO_OTHER_PARTNER);
  EXPECT_EQ(state(kUs, {own_first}), State::LOCKED_TO_OTHER_PARTNER) << "it is our device";
  EXPECT_EQ(state(kThird, {their_first}), State::LOCKED_TO_OTHER_PARTNER);
  EXPECT_EQ(state(kThird, {own_first}), State::UNLOCKED) << "its holder stated something else";
  std::optional<Claim>& lock = devices_.at(kFirstDevice).sim_lock;
  lock->vacation_starts = now - absl::Hours(1);
  lock->vacation_expires = now + absl::Hours(1);
  EXPECT_EQ(state(kThey, {their_first}), State::UNLOCKED);
  EXPECT_EQ(state(kThey, {their_first}, absl::Hours(1)), State::LOCKED_TO_PARTNER)
      << "a vacation ends by itself";
  lock = Former(kThey);
  EXPECT_EQ(state(kUs, {their_first, own_first}), State::UNLOCKED);

  Add(kSecondDevice, HeldFor(kThird), HeldFor(kUs));
  std::erase_if(devices_.at(kSecondDevice).statements,
                [](const StatementState& each) { return each.reseller == kUs; });
  EXPECT_EQ(state(kUs, {{1, kSecondDevice, kThird}}), State::LOCKED_TO_PARTNER)
      << "of a registry with one record for all";
}

}  // namespace
}  // namespace zerotouch
