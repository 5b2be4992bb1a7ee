// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_E2E_PORTAL_BROWSER_H_
#define ZEROTOUCH_E2E_PORTAL_BROWSER_H_

#include <string>
#include <utility>
#include <vector>

#include "support/json_reader.h"
#include "support/server_process.h"

namespace zerotouch::test {

inline constexpr char kJson[] = "Content-Type: application/json";
inline constexpr char kSession[] = "/portal/session";
inline constexpr char kToken[] = "/portal/token";

// Sends a request without credentials.
inline Answer Send(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::vector<std::string>& header = {}) {
  return CallUrl(method, path, body, "", header);
}

// A browser that has one cookie of a sandbox's portal.
class Browser {
 public:
  explicit Browser(std::string endpoint) : endpoint_(std::move(endpoint)) {}

  Answer Get(const std::string& path) {
    return Send("GET", endpoint_ + path, "", {"Cookie: " + cookie});
  }
  // Sends a change as the page does.
  Answer Change(const std::string& method, const std::string& path,
                const std::string& body = "{}") {
    return Send(method, endpoint_ + path, body,
                {kJson, "Cookie: " + cookie, "X-CSRF-Token: " + csrf});
  }
  Answer SignIn(const std::string& account) {
    Answer answer = Send("POST", endpoint_ + kSession, "{\"account\":\"" + account + "\"}",
                         {kJson, "Cookie: " + cookie});
    const std::string set = answer.Header("Set-Cookie");
    cookie = set.substr(0, set.find(';'));
    csrf = Json(answer.body)["/csrf"];
    return answer;
  }
  std::string Token() { return Json(Change("POST", kToken).body)["/accessToken"]; }
  bool IsSignedIn() { return Json(Get(kSession).body)["/signedIn"] == "true"; }

  std::string cookie, csrf;

 private:
  const std::string endpoint_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_E2E_PORTAL_BROWSER_H_
