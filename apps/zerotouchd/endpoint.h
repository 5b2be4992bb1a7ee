// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_
#define ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace zerotouch::daemon {

// Where to listen: `host:port` or `[v6]:port`.
struct ListenAddress {
  std::string host;   // without brackets
  uint16_t port = 0;  // 0: any free one
};
// nullopt if `text` has not that form.
std::optional<ListenAddress> ParseListenAddress(std::string_view text);

// Whether only this machine can reach it.
bool IsLoopback(const ListenAddress& address);

// How clients reach the server.
struct Endpoint {
  std::string http;  // "http://127.0.0.1:8080", without a slash at the end
  std::string grpc;  // "127.0.0.1:8080"
  std::string TokenUri() const { return http + "/token"; }
};

// The endpoint of a server that listens at `address`, with or without TLS. Of one
// that listens everywhere it is the loopback address.
Endpoint EndpointAt(const ListenAddress& address, bool tls);

// The endpoint behind a `scheme://host[:port]`. nullopt if `url` has not that
// form, or another scheme than http or https. A slash at the end is dropped.
std::optional<Endpoint> ParsePublicUrl(std::string_view url);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ENDPOINT_H_
