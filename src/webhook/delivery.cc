// SPDX-License-Identifier: Apache-2.0
#include "webhook/delivery.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/json_string.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/util/time_util.h"
#include "json/json.h"
#include "openzerotouch/v1/webhooks.pb.h"

namespace zerotouch::webhook {
namespace {

using google::protobuf::util::TimeUtil;

constexpr absl::Duration kRetries[] = {absl::Seconds(5),  absl::Minutes(1), absl::Minutes(5),
                                       absl::Minutes(30), absl::Hours(2),   absl::Hours(8),
                                       absl::Hours(24)};

// Appends what is stored of the event, as JSON.
template <class Data>
absl::Status AppendData(const store::Delivery& delivery, std::string& json) {
  Data data;
  if (!data.ParseFromString(delivery.payload)) {
    return absl::DataLossError(
        fmt::format("the event of delivery {} is damaged", delivery.id.value()));
  }
  json::Append(data, {.pretty = false}, json);
  return absl::OkStatus();
}

absl::Status AppendEvent(const store::Delivery& delivery, std::string& json) {
  switch (delivery.type) {
    case EventType::kPing:
      json += "{}";
      return absl::OkStatus();
    case EventType::kOperationFinished:
      return AppendData<google::longrunning::Operation>(delivery, json);
    case EventType::kDeviceClaimed:
    case EventType::kDeviceUnclaimed:
    case EventType::kDeviceConfigured:
      return AppendData<openzerotouch::v1::DeviceEvent>(delivery, json);
  }
  return absl::DataLossError(fmt::format("delivery {} is of an unknown type", delivery.id.value()));
}

void NoteAttempt(const Attempt& attempt, store::Delivery& delivery) {
  openzerotouch::v1::WebhookAttempts kept;
  static_cast<void>(kept.ParseFromString(delivery.attempts));
  openzerotouch::v1::WebhookAttempt& noted = *kept.add_attempts();
  *noted.mutable_time() = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(attempt.begun));
  noted.set_http_status(attempt.http_status);
  noted.set_error(attempt.error.substr(0, limits::kWebhookErrorBytes));
  *noted.mutable_latency() =
      TimeUtil::MicrosecondsToDuration(absl::ToInt64Microseconds(attempt.latency));
  while (kept.attempts_size() > limits::kWebhookAttempts) {
    kept.mutable_attempts()->erase(kept.attempts().begin());
  }
  delivery.attempts = kept.SerializeAsString();
}

}  // namespace

std::string MessageId(DeliveryId id) { return fmt::format("msg_{}", id.value()); }

absl::StatusOr<std::string> BodyOf(const store::Delivery& delivery) {
  const auto created = TimeUtil::MicrosecondsToTimestamp(absl::ToUnixMicros(delivery.created));
  std::string json = R"({"type":)";
  AppendJsonString(NameOf(delivery.type), json);
  json += R"(,"timestamp":)";
  AppendJsonString(TimeUtil::ToString(created), json);
  json += R"(,"data":)";
  ZT_RETURN_IF_ERROR(AppendEvent(delivery, json));
  json += '}';
  return json;
}

void Settle(const Attempt& attempt, absl::Time now, store::Delivery& delivery) {
  NoteAttempt(attempt, delivery);
  if (attempt.succeeded()) {
    delivery.state = store::DeliveryState::kDelivered;
    return;
  }
  const auto failed = static_cast<size_t>(delivery.failures);
  ++delivery.failures;
  if (delivery.failures >= limits::kWebhookFailuresInOrder) delivery.in_order = false;
  if (failed >= std::size(kRetries)) {
    delivery.state = store::DeliveryState::kFailed;
  } else {
    delivery.next_attempt = now + kRetries[failed];
  }
}

}  // namespace zerotouch::webhook
