// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_
#define ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/transport.h"

namespace zerotouch::client {

// HTTP and HTTPS by libcurl. Connections are kept and used again; one for each
// thread that sends at the same time. Honours the usual proxy variables.
// Thread-safe.
class CurlTransport final : public Transport {
 public:
  // `user_agent`: Google's servers compress only for clients whose name holds
  // "gzip", so " (gzip)" is put after it. `ca_certificate`: the path of a PEM file
  // with the authorities by which servers are trusted; empty: the system's.
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
  std::mutex mutex_;
  std::vector<std::unique_ptr<Handle>> idle_;  // guarded by mutex_
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_CURL_TRANSPORT_H_
