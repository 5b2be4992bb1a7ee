// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/watch.h"

#include <fmt/format.h>

#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "batch/figures.h"

namespace zerotouch::daemon {
namespace {

// Threads that collect figures: one more than a Prometheus needs.
constexpr int kCollectors = 2;

constexpr std::string_view kInFlight = "zerotouch_requests_in_flight";
constexpr std::string_view kInFlightHelp = "Requests that are handled or queued.";
constexpr std::string_view kConnections = "zerotouch_connections";
constexpr std::string_view kConnectionsHelp = "Open connections whose protocol is known.";

void AddConnections(std::string_view protocol, int connections, metrics::Sink& sink) {
  const metrics::Label labels[] = {{"protocol", protocol}};
  sink.Add(kConnections, kConnectionsHelp, metrics::Type::kGauge, labels, connections);
}

}  // namespace

Watch::Watch(store::Store& store, std::function<absl::Status()> ready)
    : store_(store), handler_(std::move(ready)) {}

absl::Status Watch::Start(const std::string& address) {
  if (address.empty()) return absl::OkStatus();
  http::ServerOptions options;
  options.listen = address;
  options.threads = 1;
  options.worker_threads = kCollectors;
  options.connections = limits::kWatchConnections;
  options.peer_connections = limits::kWatchConnections;
  options.admission = http::AdmissionLimits::Of(limits::kWatchMemoryBytes);
  absl::StatusOr<std::unique_ptr<http::Server>> listener = http::Server::Start(options, handler_);
  if (!listener.ok()) {
    return absl::Status(listener.status().code(),
                        fmt::format("metrics-listen: {}", MessageOf(listener.status())));
  }
  listener_ = *std::move(listener);
  log::Info("serving metrics", {{"port", listener_->port()}});
  return absl::OkStatus();
}

void Watch::SetServer(const http::Server* server) {
  const MutexLock lock(mutex_);
  server_ = server;
}

void Watch::SetCertificateEnd(std::optional<absl::Time> end) {
  const MutexLock lock(mutex_);
  certificate_end_ = end;
}

void Watch::Collect(metrics::Sink& sink) {
  const metrics::Label version[] = {{"version", ZEROTOUCH_VERSION}};
  sink.Add("zerotouch_build_info", "The version of the program.", metrics::Type::kGauge, version,
           1);
  metrics::AddHeldBytes("log", log::QueuedBytes(), sink);
  batch::CollectUnfinished(store_, sink);
  const MutexLock lock(mutex_);
  if (certificate_end_.has_value()) {
    sink.Add("zerotouch_certificate_expiry_timestamp_seconds",
             "When the server's certificate expires, in seconds since 1970.", metrics::Type::kGauge,
             {}, static_cast<double>(absl::ToUnixSeconds(*certificate_end_)));
  }
  sink.Declare(kInFlight, kInFlightHelp, metrics::Type::kGauge);
  sink.Declare(kConnections, kConnectionsHelp, metrics::Type::kGauge);
  if (server_ == nullptr) return;
  const http::ServerLoad load = server_->load();
  sink.Add(kInFlight, kInFlightHelp, metrics::Type::kGauge, {}, load.requests);
  AddConnections("http1", load.http1_connections, sink);
  AddConnections("http2", load.http2_connections, sink);
  metrics::AddHeldBytes("requests", load.account_bytes, sink);
  metrics::AddHeldBytes("strangers", load.stranger_bytes, sink);
  metrics::AddHeldBytes("small_requests", load.small_bytes, sink);
}

}  // namespace zerotouch::daemon
