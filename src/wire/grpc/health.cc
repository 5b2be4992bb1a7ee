// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/health.h"

#include <optional>
#include <utility>

#include "errors/errors.h"

namespace zerotouch::wire::grpc {
namespace {

using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kFresh = absl::Seconds(1);

// Sends the state of a service at once and after each change.
class WatchCall final : public StreamingCall {
 public:
  WatchCall(Health& health, const StreamingCall::Encodings& encodings)
      : StreamingCall(encodings), health_(health) {}

  absl::Duration InputTimeout() const override { return kFresh; }

 private:
  absl::Status OnMessage(std::string_view message, std::string&) override {
    HealthCheckRequest request;
    if (service_.has_value() ||
        !request.ParseFromArray(message.data(), static_cast<int>(message.size()))) {
      return errors::BadRequest(
          {{"", "Invalid request: Watch takes exactly one HealthCheckRequest."}});
    }
    service_ = request.service();
    return absl::OkStatus();
  }

  void OnQuiet(const Input& input, std::string& out) override {
    if (!service_.has_value()) return;
    HealthCheckResponse response;
    response.set_status(health_.StateOf(*service_));
    if (input.stopping && response.status() == HealthCheckResponse::SERVING) {
      response.set_status(HealthCheckResponse::NOT_SERVING);
    }
    if (std::exchange(sent_, response.status()) != response.status()) Send(response, out);
  }

  bool OutlastsRequest() const override { return service_.has_value(); }

  Health& health_;
  std::optional<std::string> service_;
  std::optional<HealthCheckResponse::ServingStatus> sent_;
};

}  // namespace

Health::Health(std::set<std::string> services, std::function<absl::Status()> ready,
               const Clock& clock)
    : services_(std::move(services)), ready_(std::move(ready)), clock_(clock) {}

absl::StatusOr<HealthCheckResponse> Health::Check(const HealthCheckRequest& request) {
  HealthCheckResponse response;
  response.set_status(StateOf(request.service()));
  if (response.status() == HealthCheckResponse::SERVICE_UNKNOWN) return errors::NoSuchService();
  return response;
}

std::unique_ptr<http::StreamingCall> Health::Watch(const StreamingCall::Encodings& encodings) {
  return std::make_unique<WatchCall>(*this, encodings);
}

HealthCheckResponse::ServingStatus Health::StateOf(const std::string& service) {
  if (!service.empty() && services_.count(service) == 0) {
    return HealthCheckResponse::SERVICE_UNKNOWN;
  }
  return Ready() ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

bool Health::Ready() {
  const MutexLock lock(mutex_);
  const absl::Time now = clock_.Now();
  if (now - asked_ >= kFresh || now < asked_) {
    was_ready_ = ready_().ok();
    asked_ = now;
  }
  return was_ready_;
}

}  // namespace zerotouch::wire::grpc
