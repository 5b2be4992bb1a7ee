// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_
#define ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zerotouch::daemon {

// An address to listen on: `host:port` or `[v6]:port`.
struct ListenAddress {
  std::string host;   // without brackets
  uint16_t port = 0;  // 0: any free port
};
// Parses a listen address; returns nullopt if `text` is invalid.
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

// Returns true if only this machine can reach the address.
bool IsLoopback(const ListenAddress& address);

// The address of the server for clients.
struct Endpoint {
  std::string http;  // "http://127.0.0.1:8080", without a trailing slash
  std::string grpc;  // "127.0.0.1:8080"
  std::string TokenUri() const { return http + "/token"; }
};

// Returns the endpoint of a server that listens on `address`, with or without TLS.
// For a server that listens on all addresses it is the loopback address.
Endpoint EndpointAt(const ListenAddress& address, bool tls);

// Parses `scheme://host[:port]`, with the scheme http or https and an optional
// trailing slash, which is dropped. Returns nullopt if `url` has another form.
std::optional<Endpoint> ParsePublicUrl(std::string_view url);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_
