// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_HEALTH_H_
#define ZEROTOUCH_WIRE_GRPC_HEALTH_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "grpc/health/v1/health.pb.h"
#include "http/http.h"
#include "wire/grpc/streaming.h"

namespace zerotouch::wire::grpc {

// grpc.health.v1.Health. Thread-safe.
class Health {
 public:
  // Takes the full names of the services. `ready` returns OK if calls can be
  // answered; it is called at most once a second. `clock` must outlive it.
  Health(std::set<std::string> services, std::function<absl::Status()> ready, const Clock& clock);

  // Returns NOT_FOUND for an unknown service.
  absl::StatusOr<::grpc::health::v1::HealthCheckResponse> Check(
      const ::grpc::health::v1::HealthCheckRequest& request);

  // Begins a call of Watch, which this object must outlive.
  std::unique_ptr<http::StreamingCall> Watch(const StreamingCall::Encodings& encodings);

  // Returns the state of a service, or of the whole server if the name is empty.
  ::grpc::health::v1::HealthCheckResponse::ServingStatus StateOf(const std::string& service);

 private:
  bool Ready();

  const std::set<std::string> services_;
  const std::function<absl::Status()> ready_;
  const Clock& clock_;
  Mutex mutex_;
  absl::Time asked_ ZT_GUARDED_BY(mutex_) = absl::InfinitePast();
  bool was_ready_ ZT_GUARDED_BY(mutex_) = false;
};

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_HEALTH_H_
