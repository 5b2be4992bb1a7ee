// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_AUDIENCE_H_
#define ZEROTOUCH_AUTH_AUDIENCE_H_

#include <string>
#include <string_view>
#include <utility>

#include "base/mutex.h"

namespace zerotouch::auth {

// The audiences (`aud`) of JWTs that this server accepts. Thread-safe.
class Audience {
 public:
  // A sandbox also accepts assertions that are addressed to Google's token
  // endpoints, and to this server by any of its host names.
  explicit Audience(std::string endpoint = "", bool sandbox = false)
      : endpoint_(std::move(endpoint)), sandbox_(sandbox) {}

  // Sets the server's root URL, without a slash at the end. It is known once the
  // server listens.
  void SetEndpoint(std::string endpoint);

  // Returns the URL of the token endpoint.
  std::string TokenUri() const { return Endpoint() + "/token"; }

  // Returns true if an assertion for `audience` is meant for this token endpoint.
  // `host` is the Host field of the request that brought it.
  bool AcceptsAssertion(std::string_view audience, std::string_view host) const;

  // Returns true if a self-signed bearer token for `audience` is meant for this
  // API: by Google's name for it, by this server's root, or by a URL under it.
  bool AcceptsBearer(std::string_view audience) const;

 private:
  std::string Endpoint() const;

  mutable Mutex mutex_;
  std::string endpoint_ ZT_GUARDED_BY(mutex_);
  const bool sandbox_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_AUDIENCE_H_
