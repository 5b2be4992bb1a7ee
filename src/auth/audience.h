// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUDIENCE_H_
#define ZEROTOUCH_AUTH_AUDIENCE_H_

#include <mutex>
#include <string>
#include <string_view>

namespace zerotouch::auth {

// Whom the JWTs that this server takes are addressed to. Thread-safe.
class Audience {
 public:
  // `google_token_uri`: also take assertions addressed to Google's own token
  // endpoint; for the sandbox.
  explicit Audience(std::string endpoint = "", bool google_token_uri = false)
      : endpoint_(std::move(endpoint)), google_token_uri_(google_token_uri) {}

  // The server's root URL, without a slash at the end: known once it listens.
  void SetEndpoint(std::string endpoint) {
    const std::lock_guard lock(mutex_);
    endpoint_ = std::move(endpoint);
  }

  // Whether an assertion for `audience` is meant for this token endpoint.
  bool TakesAssertion(std::string_view audience) const {
    if (google_token_uri_ && audience == "https://oauth2.googleapis.com/token") return true;
    const std::string endpoint = Endpoint();
    return !endpoint.empty() && audience == endpoint + "/token";
  }

  // Whether a self-signed bearer token for `audience` is meant for this API:
  // by Google's name for it, by this server's root or any URL under it.
  bool TakesBearer(std::string_view audience) const {
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

 private:
  std::string Endpoint() const {
    const std::lock_guard lock(mutex_);
    return endpoint_;
  }

  mutable std::mutex mutex_;
  std::string endpoint_;
  const bool google_token_uri_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUDIENCE_H_
