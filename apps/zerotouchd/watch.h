// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_WATCH_H_
#define ZEROTOUCH_ZEROTOUCHD_WATCH_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "http/server.h"
#include "store/store.h"
#include "wire/watch/watch_handler.h"

namespace zerotouch::daemon {

// Lets others watch the server: the listener of `metrics-listen`, and the figures that
// are read when somebody asks for them. Thread-safe.
class Watch {
 public:
  // `ready` is as for WatchHandler. The store must outlive it.
  Watch(store::Store& store, std::function<absl::Status()> ready);

  // Listens on `address`; does nothing if it is empty. An error is one line that explains
  // the remedy.
  absl::Status Start(const std::string& address);

  // Sets the server to watch; null: none.
  void SetServer(const http::Server* server);

  // Sets when the server's certificate expires; nullopt: it has none.
  void SetCertificateEnd(std::optional<absl::Time> end);

 private:
  void Collect(metrics::Sink& sink);

  store::Store& store_;
  wire::WatchHandler handler_;
  Mutex mutex_;
  const http::Server* server_ ZT_GUARDED_BY(mutex_) = nullptr;
  std::optional<absl::Time> certificate_end_ ZT_GUARDED_BY(mutex_);
  const metrics::Registration figures_{[this](metrics::Sink& sink) { Collect(sink); }};
  std::unique_ptr<http::Server> listener_;  // null: off
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_WATCH_H_
