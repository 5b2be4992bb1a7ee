// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_
#define ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "client/transport.h"

namespace zerotouch::client {

// Sends HTTP and HTTPS requests with libcurl. Reuses connections, one for each
// thread that sends at the same time. Uses the usual proxy variables. Thread-safe.
class CurlTransport final : public Transport {
 public:
  // Appends " (gzip)" to `user_agent`: Google's servers compress only for clients
  // whose name contains "gzip". `ca_certificate` is the path of a PEM file with the
  // trusted certificate authorities; empty: those of the system.
  explicit CurlTransport(std::string_view user_agent, std::string ca_certificate = "");
  ~CurlTransport() override;
  CurlTransport(const CurlTransport&) = delete;
  CurlTransport& operator=(const CurlTransport&) = delete;

  absl::StatusOr<HttpResponse> Send(const HttpRequest& request) override;

 private:
  struct Handle;

  std::unique_ptr<Handle> Take();

  const std::string user_agent_;
  const std::string ca_certificate_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_
