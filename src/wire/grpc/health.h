// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_HEALTH_H_
#define ZEROTOUCH_WIRE_GRPC_HEALTH_H_

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "grpc/health/v1/health.pb.h"
#include "http/http.h"

namespace zerotouch::wire::grpc {

// grpc.health.v1.Health. Thread-safe.
class Health {
 public:
  // `services`: full names. `ready` says whether calls can be answered; it is
  // asked once a second at most. `clock` must outlive it.
  Health(std::set<std::string> services, std::function<absl::Status()> ready, const Clock& clock);

  // NOT_FOUND for a service that is not one of those.
  absl::StatusOr<::grpc::health::v1::HealthCheckResponse> Check(
      const ::grpc::health::v1::HealthCheckRequest& request);

  // A call of Watch; the health must outlive it.
  std::unique_ptr<http::StreamingCall> Watch(std::string_view encoding);

  // The state of a service, by its name; of the whole server if it is empty.
  ::grpc::health::v1::HealthCheckResponse::ServingStatus StateOf(const std::string& service);

 private:
  bool Ready();

  const std::set<std::string> services_;
  const std::function<absl::Status()> ready_;
  const Clock& clock_;
  std::mutex mutex_;
  absl::Time asked_ = absl::InfinitePast();  // guarded by mutex_
  bool was_ready_ = false;                   // guarded by mutex_
};

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_HEALTH_H_
