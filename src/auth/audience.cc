// SPDX-License-Identifier: Apache-2.0
#include "auth/audience.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/ascii.h"

namespace zerotouch::auth {
namespace {

// Google's token endpoints, the newest first.
constexpr std::string_view kGoogleTokenUris[] = {
    "https://oauth2.googleapis.com/token",
    "https://www.googleapis.com/oauth2/v4/token",
    "https://accounts.google.com/o/oauth2/token",
};

}  // namespace

void Audience::SetEndpoint(std::string endpoint) {
  const MutexLock lock(mutex_);
  endpoint_ = std::move(endpoint);
}

std::string Audience::Endpoint() const {
  const MutexLock lock(mutex_);
  return endpoint_;
}

bool Audience::AcceptsAssertion(std::string_view audience, std::string_view host) const {
  const std::string endpoint = Endpoint();
  if (!endpoint.empty() && audience == endpoint + "/token") return true;
  if (!sandbox_) return false;
  if (std::ranges::find(kGoogleTokenUris, audience) != std::end(kGoogleTokenUris)) return true;
  if (host.empty()) return false;
  // A proxy may speak TLS for the sandbox, so the scheme does not count.
  return EqualIgnoringCase(audience, fmt::format("http://{}/token", host)) ||
         EqualIgnoringCase(audience, fmt::format("https://{}/token", host));
}

bool Audience::AcceptsBearer(std::string_view audience) const {
  constexpr std::string_view kService = "https://androiddeviceprovisioning.googleapis.com";
  if (audience.starts_with(kService)) {
    audience.remove_prefix(kService.size());
    return audience.empty() || audience == "/";
  }
  const std::string endpoint = Endpoint();
  if (endpoint.empty() || !audience.starts_with(endpoint)) return false;
  audience.remove_prefix(endpoint.size());
  return audience.empty() || audience.front() == '/';
}

}  // namespace zerotouch::auth
