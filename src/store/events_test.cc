// SPDX-License-Identifier: Apache-2.0
#include "store/events.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "model/device.h"
#include "openzerotouch/v1/webhooks.pb.h"

namespace zerotouch::store {
namespace {

using openzerotouch::v1::DeviceEvent;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr PartnerId kHolder{11};
constexpr PartnerId kRival{12};
constexpr CustomerId kOwner{21};
constexpr CustomerId kOtherOwner{22};

Claim HeldBy(PartnerId reseller, CustomerId owner, int64_t configuration = 0) {
  return {.held = true,
          .reseller = reseller,
          .owner = owner,
          .workspace = {},
          .configuration = ConfigurationId(configuration)};
}

class EventsTest : public testing::Test {
 protected:
  void Change(int64_t device, std::optional<Claim> before, std::optional<Claim> after) {
    changes_.push_back({.device = DeviceId(device),
                        .before = std::move(before),
                        .after = std::move(after),
                        .identifiers = {}});
  }

  // Returns the events of a webhook of the company that asks for all, as
  // "type: device/customer/configuration, ...".
  std::vector<std::string> EventsOf(PartnerId partner, CustomerId customer) {
    Webhook webhook{.id = WebhookId(1), .owner = {.partner = partner, .customer = customer}};
    for (const EventType type : kSubscribedTypes) webhook.events.Add(type);
    std::vector<std::string> events;
    const Webhook webhooks[] = {webhook};
    const absl::Status status =
        MakeDeviceEvents(changes_, actor_, webhooks,
                         [&](const Webhook&, EventType type, const std::string& payload) {
                           EXPECT_TRUE(last_.ParseFromString(payload));
                           std::string text = fmt::format("{}:", NameOf(type));
                           for (const auto& device : last_.devices()) {
                             text += fmt::format(" {}/{}/{}", device.device_id(),
                                                 device.customer_id(), device.configuration_id());
                           }
                           events.push_back(std::move(text));
                           return absl::OkStatus();
                         });
    EXPECT_TRUE(status.ok());
    return events;
  }

  std::vector<NotedChange> changes_;
  Actor actor_;
  DeviceEvent last_;
};

TEST_F(EventsTest, Takeover_IsAnUnclaimForOneAndAClaimForTheOther) {
  Change(1, HeldBy(kHolder, kOwner, 5), HeldBy(kRival, kOtherOwner));
  EXPECT_THAT(EventsOf(kHolder, {}), ElementsAre("device.unclaimed: 1/21/0"));
  EXPECT_THAT(EventsOf(kRival, {}), ElementsAre("device.claimed: 1/22/0"));
  EXPECT_THAT(EventsOf({}, kOwner), ElementsAre("device.unclaimed: 1/21/0"));
  EXPECT_THAT(EventsOf({}, kOtherOwner), ElementsAre("device.claimed: 1/22/0"));
  EXPECT_THAT(EventsOf({}, CustomerId(99)), IsEmpty());
}

TEST_F(EventsTest, ClaimWithAConfiguration_IsBothForTheCustomer) {
  Change(1, std::nullopt, HeldBy(kHolder, kOwner, 5));
  EXPECT_THAT(EventsOf({}, kOwner),
              ElementsAre("device.claimed: 1/21/5", "device.configured: 1/21/5"));
  EXPECT_THAT(EventsOf(kHolder, {}), ElementsAre("device.claimed: 1/21/0"));
}

TEST_F(EventsTest, RemovedConfiguration_IsAnEvent_AndAnotherOwnerIsAClaim) {
  Change(1, HeldBy(kHolder, kOwner, 5), HeldBy(kHolder, kOwner));
  EXPECT_THAT(EventsOf({}, kOwner), ElementsAre("device.configured: 1/21/0"));
  EXPECT_THAT(EventsOf(kHolder, {}), IsEmpty());
  Change(2, HeldBy(kHolder, kOwner), HeldBy(kHolder, kOtherOwner));
  EXPECT_THAT(EventsOf(kHolder, {}), ElementsAre("device.claimed: 2/22/0"));
}

TEST_F(EventsTest, ChangesOfOneDevice_StayInOrder) {
  Change(1, std::nullopt, HeldBy(kHolder, kOwner));
  Change(2, std::nullopt, HeldBy(kHolder, kOwner));
  Change(1, HeldBy(kHolder, kOwner), GivenUp(HeldBy(kHolder, kOwner)));
  Change(1, GivenUp(HeldBy(kHolder, kOwner)), HeldBy(kHolder, kOwner));
  EXPECT_THAT(EventsOf(kHolder, {}),
              ElementsAre("device.claimed: 1/21/0 2/21/0", "device.unclaimed: 1/21/0",
                          "device.claimed: 1/21/0"));
}

TEST_F(EventsTest, EventHasAThousandDevices) {
  for (int i = 1; i <= 2'001; ++i) Change(i, std::nullopt, HeldBy(kHolder, kOwner));
  EXPECT_EQ(EventsOf(kHolder, {}).size(), 3U);
  EXPECT_EQ(last_.devices_size(), 1);
}

TEST_F(EventsTest, ResellerSeesOnlyItsOwnOperations) {
  actor_ = {.kind = ActorKind::kReseller, .partner = kRival, .operation = OperationId(7)};
  Change(1, HeldBy(kHolder, kOwner), HeldBy(kRival, kOwner));
  EventsOf(kHolder, {});
  EXPECT_EQ(last_.operation(), "");
  EventsOf(kRival, {});
  EXPECT_EQ(last_.operation(), "operations/apibatchoperation/7");
}

TEST_F(EventsTest, MissingIdentifiers_AreThoseOfTheClaimsResellers) {
  Change(1, HeldBy(kHolder, kOwner), GivenUp(HeldBy(kHolder, kOwner)));
  Change(2, std::nullopt, HeldBy(kRival, kOwner));
  changes_[1].identifiers.emplace_back(kRival, "known");
  Webhook webhook{.id = WebhookId(1), .owner = {.partner = {}, .customer = kOwner}};
  webhook.events.Add(EventType::kDeviceUnclaimed);
  webhook.events.Add(EventType::kDeviceClaimed);
  const Webhook webhooks[] = {webhook};
  EXPECT_THAT(
      MissingIdentifiers(changes_, webhooks),
      ElementsAre(MissingIdentifier{.reseller = kHolder, .device = DeviceId(1), .change = 0}));
}

}  // namespace
}  // namespace zerotouch::store
