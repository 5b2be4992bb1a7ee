// SPDX-License-Identifier: Apache-2.0
#include "google/longrunning/operations.pb.h"
#include "openzerotouch/v1/webhooks.pb.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using openzerotouch::v1::DeviceEvent;
using testing::ElementsAre;
using testing::IsEmpty;

class WebhooksStoreTest : public StoreTest {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(30);

  Subscriber Reseller() const { return {.partner = kPartner, .customer = {}}; }
  Subscriber Buyer() const { return {.partner = {}, .customer = kCustomer}; }

  Webhook Make(int64_t id, const Subscriber& owner, std::vector<EventType> types) {
    Webhook webhook{.id = WebhookId(id),
                    .owner = owner,
                    .url = "https://example.com/hook",
                    .key = std::string("\0key", 4),
                    .created = kNow};
    for (const EventType type : types) webhook.events.Add(type);
    Write([&](Transaction& tx) { return tx.AddWebhook(webhook); });
    return webhook;
  }
  DeliveryId AddPing(WebhookId webhook, absl::Time due) {
    Delivery delivery = NewDelivery(webhook, EventType::kPing, due, "");
    delivery.next_attempt = due;
    Write([&](Transaction& tx) { return tx.AddDelivery(delivery); });
    return delivery.id;
  }
  std::vector<Delivery> DeliveriesOf(WebhookId webhook) {
    return Read()->ListDeliveries(webhook, 0, 100).value().rows;
  }
  // Returns the payloads of the webhook's pending deliveries, oldest first. Leases them.
  std::vector<LeasedDelivery> LeaseAll(WebhookId webhook) {
    std::vector<Delivery> deliveries = DeliveriesOf(webhook);
    std::reverse(deliveries.begin(), deliveries.end());
    std::vector<LeasedDelivery> leased;
    for (const Delivery& each : deliveries) leased.push_back(*Lease(each.number));
    return leased;
  }
  std::optional<LeasedDelivery> Lease(int64_t number) {
    std::optional<LeasedDelivery> leased;
    Write([&](Transaction& tx) -> absl::Status {
      auto got = tx.LeaseDelivery(number, clock_.Now(), clock_.Now() + kLease);
      if (!got.ok()) return got.status();
      leased = *std::move(got);
      return absl::OkStatus();
    });
    return leased;
  }
  void Record(const LeasedDelivery& leased) {
    Write([&](Transaction& tx) { return tx.RecordAttempt(leased); });
  }
  std::vector<int64_t> Due(WebhookId after = {}, int64_t limit = 100) {
    std::vector<int64_t> numbers;
    auto due = Read()->ReadDueDeliveries(clock_.Now(), clock_.Now(), after, limit);
    EXPECT_TRUE(due.ok()) << due.status();
    for (const DueDelivery& each : *due) numbers.push_back(each.number);
    return numbers;
  }
};

TEST_P(WebhooksStoreTest, Webhooks_AreOfTheirCompany) {
  EXPECT_FALSE(Read()->HasWebhooks().value());
  const Webhook made = Make(5, Reseller(), {EventType::kDeviceClaimed});
  Make(6, Buyer(), {EventType::kDeviceConfigured});
  Make(7, Reseller(), {EventType::kOperationFinished});
  EXPECT_TRUE(Read()->HasWebhooks().value());
  EXPECT_EQ(Read()->CountWebhooks(Reseller()).value(), 2);
  const Webhook found = Read()->FindWebhook(Reseller(), WebhookId(5)).value().value();
  EXPECT_EQ(found.url, made.url);
  EXPECT_EQ(found.key, made.key);
  EXPECT_EQ(found.events, made.events);
  EXPECT_EQ(found.owner, made.owner);
  EXPECT_EQ(found.created, kNow);
  EXPECT_FALSE(Read()->FindWebhook(Buyer(), WebhookId(5)).value().has_value());
  const Page<Webhook> page = Read()->ListWebhooks(Reseller(), WebhookId(), 1).value();
  EXPECT_TRUE(page.more);
  EXPECT_EQ(page.rows[0].id, WebhookId(5));
  EXPECT_EQ(Read()->ListWebhooks(Reseller(), WebhookId(5), 1).value().rows[0].id, WebhookId(7));
  const PartnerId partners[] = {kOtherPartner, kPartner};
  const CustomerId customers[] = {kCustomer};
  EXPECT_EQ(Read()->WebhooksOf(partners, customers).value().size(), 3U);
  EXPECT_THAT(Read()->WebhooksOf({}, {}).value(), IsEmpty());

  Webhook changed = made;
  changed.url = "https://example.com/other";
  Write([&](Transaction& tx) { return tx.UpdateWebhook(changed); });
  EXPECT_EQ(Read()->FindWebhook(Reseller(), WebhookId(5)).value()->url, changed.url);
  changed.owner = Buyer();
  EXPECT_TRUE(
      absl::IsNotFound(store_->Write([&](Transaction& tx) { return tx.UpdateWebhook(changed); })));
  AddPing(WebhookId(5), kNow);
  EXPECT_TRUE(absl::IsNotFound(
      store_->Write([&](Transaction& tx) { return tx.RemoveWebhook(Buyer(), WebhookId(5)); })));
  Write([&](Transaction& tx) { return tx.RemoveWebhook(Reseller(), WebhookId(5)); });
  EXPECT_THAT(DeliveriesOf(WebhookId(5)), IsEmpty());
  EXPECT_EQ(Read()->CountWebhooks(Reseller()).value(), 1);
}

TEST_P(WebhooksStoreTest, DueDeliveries_AreTheFirstInOrderAndOneThatIsLate) {
  Make(5, Reseller(), {});
  Make(6, Buyer(), {});
  for (int i = 0; i < 3; ++i) AddPing(WebhookId(5), kNow);
  AddPing(WebhookId(6), kNow + absl::Seconds(1));
  const std::vector<Delivery> five = DeliveriesOf(WebhookId(5));
  ASSERT_EQ(five.size(), 3U);
  const int64_t first = five[2].number;
  EXPECT_THAT(Due(), ElementsAre(first));
  clock_.Advance(absl::Seconds(1));
  const int64_t other = DeliveriesOf(WebhookId(6))[0].number;
  EXPECT_THAT(Due(), ElementsAre(first, other));
  EXPECT_THAT(Due(WebhookId(5)), ElementsAre(other));
  EXPECT_THAT(Due({}, 1), ElementsAre(first));

  // A leased one holds up the later ones.
  LeasedDelivery leased = *Lease(first);
  EXPECT_FALSE(Lease(first).has_value());
  EXPECT_THAT(Due(), ElementsAre(other));
  // A failure too, until it lets them past.
  leased.delivery.failures = 1;
  leased.delivery.next_attempt = clock_.Now() + absl::Minutes(1);
  Record(leased);
  EXPECT_THAT(Due(), ElementsAre(other));
  leased = *Lease(first);
  leased.delivery.in_order = false;
  Record(leased);
  EXPECT_THAT(Due(), ElementsAre(five[1].number, other));
  clock_.Advance(absl::Minutes(1));
  EXPECT_THAT(Due(), testing::UnorderedElementsAre(first, five[1].number, other));
  // A delivered one is done.
  leased = *Lease(five[1].number);
  leased.delivery.state = DeliveryState::kDelivered;
  Record(leased);
  EXPECT_THAT(Due(), testing::UnorderedElementsAre(first, five[0].number, other));
}

TEST_P(WebhooksStoreTest, Lease_EndsWithTime_AndItsLoserRecordsNothing) {
  Make(5, Reseller(), {});
  const DeliveryId id = AddPing(WebhookId(5), kNow);
  const int64_t number = DeliveriesOf(WebhookId(5))[0].number;
  LeasedDelivery lost = *Lease(number);
  EXPECT_EQ(lost.webhook.id, WebhookId(5));
  EXPECT_EQ(lost.webhook.key, std::string("\0key", 4));
  clock_.Advance(kLease);
  LeasedDelivery held = *Lease(number);
  lost.delivery.state = DeliveryState::kDelivered;
  Record(lost);
  EXPECT_EQ(DeliveriesOf(WebhookId(5))[0].state, DeliveryState::kPending);
  held.delivery.state = DeliveryState::kFailed;
  held.delivery.attempts = std::string("\0attempts", 9);
  Record(held);
  const Delivery failed = Read()->FindDelivery(WebhookId(5), id).value().value();
  EXPECT_EQ(failed.state, DeliveryState::kFailed);
  EXPECT_EQ(failed.attempts, held.delivery.attempts);
  EXPECT_FALSE(Lease(number).has_value());
  EXPECT_FALSE(Read()->FindDelivery(WebhookId(6), id).value().has_value());

  Write([&](Transaction& tx) { return tx.Redeliver(WebhookId(5), id, clock_.Now()); });
  const Delivery again = Read()->FindDelivery(WebhookId(5), id).value().value();
  EXPECT_EQ(again.state, DeliveryState::kPending);
  EXPECT_FALSE(again.in_order);
  EXPECT_EQ(again.failures, 0);
  EXPECT_THAT(Due(), ElementsAre(number));
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.Redeliver(WebhookId(5), DeliveryId(1), clock_.Now()); })));
}

TEST_P(WebhooksStoreTest, OldDeliveries_AreDeleted) {
  Make(5, Reseller(), {});
  for (int i = 0; i < 5; ++i) AddPing(WebhookId(5), kNow + absl::Hours(i));
  int64_t deleted = 0;
  const auto run = [&](const auto& sweep) {
    Write([&](Transaction& tx) -> absl::Status {
      auto swept = sweep(tx);
      if (!swept.ok()) return swept.status();
      deleted = *swept;
      return absl::OkStatus();
    });
  };
  run([&](Transaction& tx) { return tx.SweepDeliveries(kNow + absl::Hours(3), 2); });
  EXPECT_EQ(deleted, 2);
  run([&](Transaction& tx) { return tx.SweepDeliveries(kNow + absl::Hours(3), 10); });
  EXPECT_EQ(deleted, 1);
  run([&](Transaction& tx) { return tx.TrimDeliveries(2); });
  EXPECT_EQ(deleted, 0);
  run([&](Transaction& tx) { return tx.TrimDeliveries(1); });
  EXPECT_EQ(deleted, 1);
  EXPECT_EQ(DeliveriesOf(WebhookId(5)).front().created, kNow + absl::Hours(4));
  const Page<Delivery> page = Read()->ListDeliveries(WebhookId(5), 0, 1).value();
  EXPECT_FALSE(page.more);
  EXPECT_THAT(Read()->ListDeliveries(WebhookId(5), page.rows[0].number, 1).value().rows, IsEmpty());
}

TEST_P(WebhooksStoreTest, ChangesOfDevices_AreEventsForThoseWhoMaySeeThem) {
  Make(5, Reseller(), {EventType::kDeviceClaimed, EventType::kDeviceUnclaimed});
  Make(6, Buyer(), {EventType::kDeviceUnclaimed});
  Make(7, {.partner = kOtherPartner, .customer = {}}, {EventType::kDeviceClaimed});
  const DeviceId device = AddDevice({49015420323751}, kPartner, kCustomer);
  ChangeDevice(device, [](DeviceState& state) {
    const Claim before = *state.zero_touch;
    state.zero_touch = GivenUp(before);
    state.MarkChanged(Section::kZeroTouch);
    state.changes.push_back({.device = state.id,
                             .section = Section::kZeroTouch,
                             .before = before,
                             .after = state.zero_touch,
                             .statements = {},
                             .metadata_keys = {}});
  });
  const std::vector<LeasedDelivery> own = LeaseAll(WebhookId(5));
  ASSERT_EQ(own.size(), 2U);
  EXPECT_EQ(own[0].delivery.type, EventType::kDeviceClaimed);
  EXPECT_EQ(own[1].delivery.type, EventType::kDeviceUnclaimed);
  for (const LeasedDelivery& each : own) {
    DeviceEvent event;
    ASSERT_TRUE(event.ParseFromString(each.delivery.payload));
    ASSERT_EQ(event.devices_size(), 1);
    EXPECT_EQ(event.devices(0).device_id(), device.value());
    EXPECT_EQ(event.devices(0).customer_id(), kCustomer.value());
  }
  const std::vector<LeasedDelivery> buyers = LeaseAll(WebhookId(6));
  ASSERT_EQ(buyers.size(), 1U);
  EXPECT_EQ(buyers[0].delivery.type, EventType::kDeviceUnclaimed);
  EXPECT_THAT(DeliveriesOf(WebhookId(7)), IsEmpty());
}

TEST_P(WebhooksStoreTest, RolledBackChange_HasNoEvent) {
  Make(5, Reseller(), {EventType::kOperationFinished});
  const auto cancel = [&](bool fails) {
    return store_->Write([&](Transaction& tx) -> absl::Status {
      absl::Status status = tx.CancelOperation(OperationId(9), kNow);
      return fails ? absl::AbortedError("on purpose") : status;
    });
  };
  Write([&](Transaction& tx) {
    return tx.AddOperation({.id = OperationId(9),
                            .partner = kPartner,
                            .items = 3,
                            .accepted = kNow,
                            .started = {},
                            .finished = {}},
                           std::vector<std::string>{"chunk"});
  });
  EXPECT_TRUE(absl::IsAborted(cancel(true)));
  EXPECT_THAT(DeliveriesOf(WebhookId(5)), IsEmpty());
  EXPECT_TRUE(cancel(false).ok());
  EXPECT_TRUE(cancel(false).ok());
  const std::vector<LeasedDelivery> leased = LeaseAll(WebhookId(5));
  ASSERT_EQ(leased.size(), 1U);
  google::longrunning::Operation operation;
  ASSERT_TRUE(operation.ParseFromString(leased[0].delivery.payload));
  EXPECT_EQ(operation.name(), "operations/apibatchoperation/9");
  EXPECT_TRUE(operation.done());
}

INSTANTIATE_TEST_SUITE_P(Stores, WebhooksStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
