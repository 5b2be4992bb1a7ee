// SPDX-License-Identifier: Apache-2.0
#include "webhook/delivery.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/limits.h"
#include "openzerotouch/v1/webhooks.pb.h"
#include "webhook/signature.h"

namespace zerotouch::webhook {
namespace {

const absl::Time kCreated = absl::FromUnixSeconds(1'790'000'000);

TEST(Signature, IsThatOfTheStandard) {
  // The example of the specification's reference libraries.
  const std::string key = *ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(Sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, R"({"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(Secret, HasTwentyFourToSixtyFourBytes) {
  EXPECT_EQ(ParseSecret(FormatSecret(std::string(24, 'k'))), std::string(24, 'k'));
  EXPECT_EQ(ParseSecret(FormatSecret(std::string(64, 'k'))), std::string(64, 'k'));
  EXPECT_FALSE(ParseSecret(FormatSecret(std::string(23, 'k'))).has_value());
  EXPECT_FALSE(ParseSecret(FormatSecret(std::string(65, 'k'))).has_value());
  EXPECT_FALSE(ParseSecret("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").has_value());
  EXPECT_FALSE(ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS").has_value());
  EXPECT_FALSE(ParseSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa_-").has_value());
  EXPECT_NE(NewKey(), NewKey());
}

TEST(Body, HasTypeTimeAndData) {
  store::Delivery delivery = store::NewDelivery(WebhookId(1), EventType::kPing, kCreated, "");
  EXPECT_EQ(BodyOf(delivery).value(),
            R"({"type":"ping","timestamp":"2026-09-21T14:13:20Z","data":{}})");
  openzerotouch::v1::DeviceEvent event;
  event.set_operation("operations/apibatchoperation/1");
  event.add_devices()->set_device_id(7);
  delivery.type = EventType::kDeviceClaimed;
  delivery.payload = event.SerializeAsString();
  EXPECT_EQ(BodyOf(delivery).value(),
            R"({"type":"device.claimed","timestamp":"2026-09-21T14:13:20Z",)"
            R"("data":{"operation":"operations/apibatchoperation/1",)"
            R"("devices":[{"deviceId":"7"}]}})");
  delivery.payload = "\xff";
  EXPECT_TRUE(absl::IsDataLoss(BodyOf(delivery).status()));
}

TEST(Settle, SevenRetriesFollow) {
  store::Delivery delivery = store::NewDelivery(WebhookId(1), EventType::kPing, kCreated, "");
  const std::vector<absl::Duration> waits = {absl::Seconds(5),  absl::Minutes(1), absl::Minutes(5),
                                             absl::Minutes(30), absl::Hours(2),   absl::Hours(8),
                                             absl::Hours(24)};
  absl::Time now = kCreated;
  for (size_t i = 0; i < waits.size(); ++i) {
    Settle({.begun = now, .http_status = 500}, now, delivery);
    EXPECT_EQ(delivery.state, store::DeliveryState::kPending);
    EXPECT_EQ(delivery.next_attempt, now + waits[i]);
    EXPECT_EQ(delivery.in_order, i < 2);
    now = delivery.next_attempt;
  }
  Settle({.begun = now, .error = "cannot connect"}, now, delivery);
  EXPECT_EQ(delivery.state, store::DeliveryState::kFailed);
  openzerotouch::v1::WebhookAttempts attempts;
  ASSERT_TRUE(attempts.ParseFromString(delivery.attempts));
  EXPECT_EQ(attempts.attempts_size(), 8);
  EXPECT_EQ(attempts.attempts(7).error(), "cannot connect");
}

TEST(Settle, AnswerOfTheTwoHundreds_IsDelivery_AndAttemptsAreBounded) {
  store::Delivery delivery = store::NewDelivery(WebhookId(1), EventType::kPing, kCreated, "");
  for (int i = 0; i < 25; ++i) {
    delivery.failures = 0;
    Settle({.begun = kCreated, .http_status = 300 + i}, kCreated, delivery);
  }
  Settle({.begun = kCreated, .latency = absl::Milliseconds(1500), .http_status = 204}, kCreated,
         delivery);
  EXPECT_EQ(delivery.state, store::DeliveryState::kDelivered);
  openzerotouch::v1::WebhookAttempts attempts;
  ASSERT_TRUE(attempts.ParseFromString(delivery.attempts));
  ASSERT_EQ(attempts.attempts_size(), limits::kWebhookAttempts);
  EXPECT_EQ(attempts.attempts(19).http_status(), 204);
  EXPECT_EQ(attempts.attempts(19).latency().nanos(), 500'000'000);
}

}  // namespace
}  // namespace zerotouch::webhook
