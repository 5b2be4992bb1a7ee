// SPDX-License-Identifier: Apache-2.0
// Tests of errors past a quota: of calls over each transport, and of tokens.

#include <string>

#include "auth/call_quota.h"
#include "conformance/whole_api_base.h"
#include "support/golden_file.h"

namespace zerotouch::wire {
namespace {

class QuotaErrors : public WholeApi {};

TEST_F(QuotaErrors, CallsAndTokens) {
  auth::CallQuota quota(1, nullptr, clock_);
  authenticator_.SetQuota(quota);
  const http::Request call = Make("GET", "/v1/partners/7/vendors", "", Sender::kReseller);
  EXPECT_EQ(whole_.Handle(http::Request(call)).status, 200);  // uses it up
  std::string text = "# a call past the account's quota\n" + AnswersTo(call);

  auth::TokenEndpoint tokens(*store_, accounts_, clock_, audience_,
                             {.per_minute = 1, .per_peer = 2});
  Api api(table_, authenticator_, tokens, *store_, clock_);
  const auto ask = [&](const std::string& peer) {
    http::Request request = Request(
        "POST", "/token",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
            crypto::SignJwt(key_, kKeyId, ClaimsOf(std::string(kEndpoint) + "/token")).value());
    request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
    request.peer = peer;
    return api.Handle(std::move(request));
  };
  EXPECT_EQ(ask("192.0.2.1").status, 200);
  text += "# a token past the account's quota\n" + HttpText("OAuth", ask("192.0.2.1"));
  text += "# a token past the address's quota\n" + HttpText("OAuth", ask("192.0.2.1"));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_quota.txt", text);
}

}  // namespace
}  // namespace zerotouch::wire
