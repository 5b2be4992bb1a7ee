// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/endpoint.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace zerotouch::daemon {
namespace {

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, port);
  if (error != std::errc() || stop != end) return std::nullopt;
  return port;
}

}  // namespace

std::optional<ListenAddress> ParseListenAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (host.empty() || host.find_first_of("/[] ") != std::string_view::npos) return std::nullopt;
  return ListenAddress{std::string(host), *port};
}

bool IsLoopback(const ListenAddress& address) {
  in_addr v4 = {};
  const bool is_v4 = inet_pton(AF_INET, address.host.c_str(), &v4) == 1;
  return address.host == "localhost" || address.host == "::1" ||
         (is_v4 && address.host.starts_with("127."));
}

Endpoint EndpointAt(const ListenAddress& address, bool tls) {
  std::string host = address.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = fmt::format("[{}]", host);
  const std::string authority = fmt::format("{}:{}", host, address.port);
  return {(tls ? "https://" : "http://") + authority, authority};
}

std::optional<Endpoint> ParsePublicUrl(std::string_view url) {
  if (url.ends_with('/')) url.remove_suffix(1);
  std::string_view authority = url;
  const bool secure = url.starts_with("https://");
  if (!secure && !url.starts_with("http://")) return std::nullopt;
  authority.remove_prefix(secure ? 8 : 7);
  if (authority.empty() || authority.find_first_of("/?#@ ") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string with_port(authority);
  if (!ParseListenAddress(authority).has_value()) {
    with_port = fmt::format("{}:{}", authority, secure ? 443 : 80);
    if (!ParseListenAddress(with_port).has_value()) return std::nullopt;
  }
  return Endpoint{std::string(url), with_port};
}

}  // namespace zerotouch::daemon
