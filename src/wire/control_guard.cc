// SPDX-License-Identifier: Apache-2.0
#include "wire/control_guard.h"

#include <arpa/inet.h>

#include <utility>

#include "base/ascii.h"
#include "base/form.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

// Returns the host of `host:port`, in lower case, without the brackets of an IPv6
// address and the dot of an absolute name.
std::string HostName(std::string_view authority) {
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    return AsciiLower(authority.substr(1, end == std::string_view::npos ? end : end - 1));
  }
  std::string_view host = authority.substr(0, authority.find(':'));
  if (host.ends_with('.')) host.remove_suffix(1);
  return AsciiLower(host);
}

bool IsAddress(const std::string& host) {
  unsigned char address[sizeof(in6_addr)];
  return inet_pton(AF_INET, host.c_str(), address) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address) == 1;
}

}  // namespace

void ControlGuard::SetRootUrl(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  std::string host = HostName(url.substr(0, url.find('/')));
  const MutexLock lock(mutex_);
  root_host_ = std::move(host);
}

absl::Status ControlGuard::CheckHost(const http::Request& request) const {
  const std::string host = HostName(request.headers.Get("Host"));
  if (host.find('.') == std::string::npos || IsAddress(host)) return absl::OkStatus();
  const MutexLock lock(mutex_);
  return host == root_host_ ? absl::OkStatus() : errors::ForeignHost(host);
}

absl::Status ControlGuard::Check(const http::Request& request) const {
  absl::Status host = CheckHost(request);
  // The method of a POST with an override may have been replaced already.
  const bool is_post = request.method == "POST" || request.headers.Has("X-HTTP-Method-Override");
  if (!host.ok() || !is_post) return host;
  return IsMediaType(request.headers.Get("Content-Type"), "application/json") ? absl::OkStatus()
                                                                              : errors::NotJson();
}

}  // namespace zerotouch::wire
