// SPDX-License-Identifier: Apache-2.0
// The portal's pages and sessions in a sandbox.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "e2e/portal_browser.h"
#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class PortalTest : public SandboxTest {
 protected:
  static std::string EmailOf(const std::string& credentials) {
    return FieldIn(ReadFile(credentials), "client_email");
  }
  static std::string Url(const std::string& path) { return sandbox().endpoint + path; }
  static Answer Vendors(const std::string& token) {
    return CallUrl("GET", Url("/v1/partners/" + sandbox().first.partner + "/vendors"), "", token);
  }
  static void Advance(const char* seconds) {
    EXPECT_EQ(Send("POST", Url("/sandbox/v1/clock:advance"),
                   fmt::format("{{\"duration\":\"{}\"}}", seconds), {kJson})
                  .status,
              200);
  }

  const std::string account_ = EmailOf(sandbox().first.credentials);
  Browser browser_{sandbox().endpoint};
};

TEST_F(PortalTest, EveryAddress_HasThePage_UnderAStrictPolicy) {
  for (const char* path : {"/portal/", "/portal/devices/17", "/portal/sign-in?return=/portal/"}) {
    const Answer answer = Send("GET", Url(path), "", {"Origin: https://example.com"});
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_THAT(answer.Header("Content-Type"), StartsWith("text/html"));
    EXPECT_EQ(answer.Header("Cache-Control"), "no-store");
    EXPECT_EQ(answer.Header("Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: "
              "blob:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors "
              "'none'");
    EXPECT_EQ(answer.Header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(answer.Header("Referrer-Policy"), "same-origin");
    EXPECT_EQ(answer.Header("Cross-Origin-Opener-Policy"), "same-origin");
    EXPECT_EQ(answer.Header("Access-Control-Allow-Origin"), "") << "pages of others may not read";
  }
  EXPECT_EQ(Send("GET", Url("/portal")).Header("Location"), "/portal/");
  EXPECT_EQ(Send("GET", Url("/portal/assets/none.js")).status, 404);
  EXPECT_EQ(Send("POST", Url("/portal/"), "{}", {kJson}).status, 405);
  EXPECT_EQ(Send("GET", Url("/portals")).status, 404);
}

TEST_F(PortalTest, SignIn_PicksAnAccountOfTheSandbox) {
  const Answer before = Send("GET", Url(kSession));
  EXPECT_THAT(before.body, HasSubstr(R"("mode":"SANDBOX","signedIn":false)"));
  EXPECT_THAT(before.body, HasSubstr("\"email\":\"" + account_ + "\""));
  EXPECT_THAT(before.body, HasSubstr("\"partnerId\":\"" + sandbox().first.partner + "\""));
  const Answer answer = browser_.SignIn(account_);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.Header("Set-Cookie"), StartsWith("zerotouch-portal="));
  EXPECT_THAT(answer.Header("Set-Cookie"), HasSubstr("; Path=/; HttpOnly; SameSite=Strict"));
  EXPECT_THAT(answer.Header("Set-Cookie"), Not(HasSubstr("Domain")));
  EXPECT_EQ(answer.Header("Cache-Control"), "no-store");
  const Answer session = browser_.Get(kSession);
  EXPECT_EQ(Json(session.body)["/user/email"], account_);
  EXPECT_EQ(Json(session.body)["/user/role"], "OWNER");
  EXPECT_EQ(Json(session.body)["/user/partnerId"], sandbox().first.partner);
  EXPECT_EQ(Json(session.body)["/csrf"], browser_.csrf);
  EXPECT_EQ(Json(session.body)["/sandboxControls"], "true");
  const Answer token = browser_.Change("POST", kToken);
  EXPECT_EQ(Json(token.body)["/expiresIn"], "600");
  EXPECT_EQ(Vendors(browser_.Token()).status, 200);
}

TEST_F(PortalTest, SignIn_AsNobodyKnown_IsRefused) {
  ExpectCustomError(browser_.SignIn("stranger@example.com"), 403, "PERMISSION_DENIED",
                    "AUTHORIZATION_FAIL");
  ExpectError(Send("POST", Url(kSession), "{}", {kJson}), 400, "INVALID_ARGUMENT");
  ExpectError(Send("POST", Url(kSession), "[", {kJson}), 400, "INVALID_ARGUMENT");
}

TEST_F(PortalTest, Cookie_HasNoPowerOutsideThePortal) {
  browser_.SignIn(account_);
  for (const char* path : {"/v1/partners/", "/openzerotouch/v1/partners/"}) {
    const std::string url = path + sandbox().first.partner + "/vendors";
    EXPECT_NE(browser_.Get(url).status, 200) << url;
  }
  ExpectError(browser_.Get("/v1/partners/" + sandbox().first.partner + "/vendors"), 401,
              "UNAUTHENTICATED");
  const std::string secret = browser_.cookie.substr(browser_.cookie.find('=') + 1);
  ExpectError(Vendors(secret), 401, "UNAUTHENTICATED");
}

TEST_F(PortalTest, Changes_ComeOnlyFromThePage) {
  browser_.SignIn(account_);
  const std::string cookie = "Cookie: " + browser_.cookie;
  const std::string csrf = "X-CSRF-Token: " + browser_.csrf;
  for (const auto& [method, path] : {std::pair("POST", kToken), std::pair("DELETE", kSession)}) {
    ExpectError(Send(method, Url(path), "{}", {kJson, cookie}), 403, "PERMISSION_DENIED");
    ExpectError(Send(method, Url(path), "{}", {kJson, cookie, "X-CSRF-Token: x"}), 403,
                "PERMISSION_DENIED");
    EXPECT_EQ(Send(method, Url(path), "{}", {"Content-Type: text/plain", cookie, csrf}).status,
              415);
    ExpectError(Send(method, Url(path), "{}", {kJson, csrf}), 401, "UNAUTHENTICATED");
  }
  Browser other(sandbox().endpoint);
  other.SignIn(account_);
  ExpectError(Send("POST", Url(kToken), "{}", {kJson, "Cookie: " + other.cookie, csrf}), 403,
              "PERMISSION_DENIED");
  const std::string body = "{\"account\":\"" + account_ + "\"}";
  for (const char* foreign : {"Origin: https://evil.example.com", "Origin: null",
                              "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"}) {
    ExpectError(Send("POST", Url(kSession), body, {kJson, foreign}), 403, "PERMISSION_DENIED");
  }
  EXPECT_EQ(Send("POST", Url(kSession), body, {"Content-Type: text/plain"}).status, 415);
  EXPECT_EQ(Send("POST", Url(kSession), body, {kJson, "Origin: " + sandbox().endpoint}).status,
            200);
  ExpectError(Send("GET", Url(kSession), "", {"Host: portal.evil.example.com"}), 403,
              "PERMISSION_DENIED");
  EXPECT_TRUE(browser_.IsSignedIn());
}

TEST_F(PortalTest, SignIn_MakesANewSession_WhateverCookieCame) {
  browser_.cookie = "zerotouch-portal=chosen-by-somebody-else-0123456789abcdef01234";
  EXPECT_FALSE(browser_.IsSignedIn());
  const std::string chosen = browser_.cookie;
  browser_.SignIn(account_);
  EXPECT_NE(browser_.cookie, chosen);
  Browser before = browser_;
  browser_.SignIn(EmailOf(sandbox().second.credentials));
  EXPECT_FALSE(before.IsSignedIn()) << "the session that the browser had before";
  EXPECT_TRUE(browser_.IsSignedIn());
}

TEST_F(PortalTest, SignOut_EndsTheSessionAndItsTokens) {
  browser_.SignIn(account_);
  Browser other(sandbox().endpoint);
  other.SignIn(account_);
  const std::string token = browser_.Token();
  const std::string kept = other.Token();
  EXPECT_EQ(Vendors(token).status, 200);
  const Answer answer = browser_.Change("DELETE", kSession);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.Header("Set-Cookie"), HasSubstr("Max-Age=0"));
  EXPECT_FALSE(browser_.IsSignedIn());
  ExpectError(Vendors(token), 401, "UNAUTHENTICATED");
  EXPECT_EQ(Vendors(kept).status, 200) << "another session of the same account";
}

TEST_F(PortalTest, Session_EndsWhenIdle_AndAfterTwelveHours) {
  browser_.SignIn(account_);
  const std::string token = browser_.Token();
  Advance("601s");
  ExpectError(Vendors(token), 401, "UNAUTHENTICATED");
  Advance("2990s");
  EXPECT_TRUE(browser_.IsSignedIn()) << "used 59 minutes and 51 seconds ago";
  Advance("3601s");
  EXPECT_FALSE(browser_.IsSignedIn()) << "not used for an hour";
  browser_.SignIn(account_);
  for (int hour = 0; hour < 12; ++hour) {
    EXPECT_TRUE(browser_.IsSignedIn()) << hour;
    Advance("3599s");
  }
  EXPECT_TRUE(browser_.IsSignedIn());
  Advance("13s");
  EXPECT_FALSE(browser_.IsSignedIn()) << "used all the time";
}

TEST_F(PortalTest, AnAccount_HasTwentySessions) {
  const std::string email = EmailOf(sandbox().second.credentials);
  std::vector<Browser> browsers(21, Browser(sandbox().endpoint));
  for (Browser& browser : browsers) {
    browser.SignIn(email);
    Advance("1s");
  }
  EXPECT_FALSE(browsers[0].IsSignedIn());
  EXPECT_TRUE(browsers[1].IsSignedIn());
  EXPECT_TRUE(browsers[20].IsSignedIn());
}

}  // namespace
}  // namespace zerotouch::test
