// SPDX-License-Identifier: Apache-2.0
#include "webhook/policy.h"

#include <gtest/gtest.h>

namespace zerotouch::webhook {
namespace {

TEST(Policy, ServerTakesHttpsOfTheInternet) {
  const Policy policy;
  for (const char* url :
       {"https://example.com", "https://example.com:8443/hook?a=b", "https://1.1.1.1/",
        "https://[2606:4700::1111]/", "HTTPS://EXAMPLE.com/"}) {
    EXPECT_EQ(policy.Refuse(url), std::nullopt) << url;
  }
  for (const char* url :
       {"http://example.com", "https://127.0.0.1/", "https://0x7f000001/", "https://[::1]:8443/",
        "https://a:b@example.com/", "", "https:///a", "https:/a", "https://a#b",
        "https://example.com:0/", "https://example.com:00", "https://example.com:65536/"}) {
    EXPECT_NE(policy.Refuse(url), std::nullopt) << url;
  }
}

TEST(Policy, AllowedBlocks_AreTaken) {
  Policy policy;
  policy.allowed.push_back(*AddressBlock::Parse("127.0.0.0/8"));
  EXPECT_EQ(policy.Refuse("https://127.0.0.1/"), std::nullopt);
  EXPECT_NE(policy.Refuse("https://10.0.0.1/"), std::nullopt);
  EXPECT_NE(policy.Refuse("http://127.0.0.1/"), std::nullopt);
}

TEST(Policy, SandboxTakesAnyAddress) {
  const Policy policy{.any_url = true, .allowed = {}, .ca_file = {}};
  EXPECT_EQ(policy.Refuse("http://127.0.0.1:1/"), std::nullopt);
  EXPECT_EQ(policy.Refuse("http://localhost/"), std::nullopt);
  EXPECT_NE(policy.Refuse("file:///etc/passwd"), std::nullopt);
}

}  // namespace
}  // namespace zerotouch::webhook
