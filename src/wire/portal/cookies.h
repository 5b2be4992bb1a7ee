// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_PORTAL_COOKIES_H_
#define ZEROTOUCH_WIRE_PORTAL_COOKIES_H_

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "http/http.h"

// Cookies (RFC 6265) of the portal. No other path of the server reads any.
namespace zerotouch::wire {

// How a cookie is set. With TLS its name begins with `__Host-`, so that neither another host nor
// a page without TLS can set it (RFC 6265bis section 4.1.3.2).
struct CookieRules {
  bool is_secure = false;  // clients reach the server by https
};

// The cookies of the portal.
enum class Cookie {
  kSession,  // SameSite=Strict
  kSignIn,   // of a sign-in that is under way; SameSite=Lax, as the provider leads back to us
};

// Returns the value of the cookie, or an empty text. A cookie that was sent more than once with
// different values has none.
std::string_view ReadCookie(const http::Headers& headers, Cookie cookie, CookieRules rules);

// Adds a Set-Cookie field. A lifetime of zero deletes the cookie.
void SetCookie(Cookie cookie, std::string_view value, absl::Duration lifetime, CookieRules rules,
               http::Headers& headers);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_PORTAL_COOKIES_H_
