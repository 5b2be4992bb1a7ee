// SPDX-License-Identifier: Apache-2.0
#include "sandbox/redact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch::sandbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Redact, Credentials_AreRemovedInEveryForm) {
  const char* const texts[] = {
      R"({"access_token":"CANARY-1","expires_in":3599})",
      R"({"access_token" : "CANARY with spaces & signs = \" and quotes"})",
      R"({"dpcExtras":"{\"secret\":\"CANARY\",\"x\":1}"})",
      R"({"preProvisioningToken":"CANARY"})",
      R"({"private_key":"-----BEGIN PRIVATE KEY-----\nCANARY\n-----END PRIVATE KEY-----\n"})",
      "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\n",
      "grant_type=urn%3Ax&assertion=CANARY.CANARY.CANARY",
      "a=1&access_token=CANARY&b=2",
      "http://example.com/?key=CANARY",
      "Authorization: Bearer CANARY",
      "Authorization: CANARY\r\nHost: x",
      "bearer CANARY",
      "Basic Q0FOQVJZCANARY",
      "eyJhbGciOiJSUzI1NiJ9.CANARY.CANARY",
      "text ya29.ozt-CANARY text",
      R"({"secret":"CANARY)",  // cut off
      "grant_type=x&%61ssertion=CANARY",
      R"({"\u0061ssertion":"CANARY"})",
      R"({"url":"https://user:CANARY@example.com/hook"})",
      "X-Session-Id: CANARY\r\nX-Access-Key: CANARY\r\nPassphrase: CANARY",
  };
  for (const char* text : texts) {
    const std::string out = Redact(text);
    EXPECT_THAT(out, Not(HasSubstr("CANARY"))) << out;
    EXPECT_THAT(out, HasSubstr(std::string(kRedacted))) << text;
  }
}

TEST(Redact, OtherText_StaysAsItIs) {
  for (const char* text :
       {R"({"nextPageToken":"abc","imei":"490154203237518","companyName":"Key & Lock = fine"})", "",
        "pageSize=10&pageToken=x", R"({"key )", "token", "the token expired",
        R"({"metadata":{"entries":{"ordernumber":"1"}}})", "https://example.com/a@b?c=d",
        "50 %25 of \\u0041"}) {
    EXPECT_EQ(Redact(text), text);
  }
}

TEST(Redact, SecretNames) {
  for (const char* name : {"Authorization", "proxy-authorization", "Cookie", "Set-Cookie",
                           "X-Goog-Api-Key", "x-api-key", "access_token", "assertion",
                           "X-Goog-IAM-Authorization-Token", "key", "client_secret"}) {
    EXPECT_TRUE(IsSecretName(name)) << name;
  }
  for (const char* name :
       {"pageToken", "next_page_token", "token_type", "Content-Type", "keyboard", "Host"}) {
    EXPECT_FALSE(IsSecretName(name)) << name;
  }
}

}  // namespace
}  // namespace zerotouch::sandbox
