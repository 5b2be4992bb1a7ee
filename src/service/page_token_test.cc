// SPDX-License-Identifier: Apache-2.0
#include "service/page_token.h"

#include <gtest/gtest.h>

#include <set>

#include "errors/errors.h"

namespace zerotouch::service {
namespace {

const std::string kSecret(32, 's');

TEST(PageToken, HoldsTheEndOfThePage) {
  for (const PageEnd& end : {PageEnd{.last_id = 1}, PageEnd{.last_id = int64_t{1} << 62},
                             PageEnd{.last_id = 5, .total_size = 1'000'000}}) {
    const auto read = ReadPageToken(kSecret, "list", MakePageToken(kSecret, "list", end));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->last_id, end.last_id);
    EXPECT_EQ(read->total_size, end.total_size);
  }
}

TEST(PageToken, Empty_IsTheStart) { EXPECT_EQ(ReadPageToken(kSecret, "list", "")->last_id, 0); }

TEST(PageToken, OfAnotherListOrServer_IsRefused) {
  const std::string token = MakePageToken(kSecret, "list", {.last_id = 1});
  EXPECT_EQ(ReadPageToken(kSecret, "other", token).status(), errors::InvalidPageToken());
  EXPECT_EQ(ReadPageToken(std::string(32, 't'), "list", token).status(),
            errors::InvalidPageToken());
}

TEST(PageToken, AnyCharacterChanged_IsRefused) {
  const std::string token = MakePageToken(kSecret, "list", {.last_id = 1, .total_size = 2});
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789-_"),
            std::string::npos)
      << "it can stand in a URL";
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(ReadPageToken(kSecret, "list", changed).ok()) << i;
    EXPECT_FALSE(ReadPageToken(kSecret, "list", token.substr(0, i + 1) + "A").ok() &&
                 i + 1 < token.size());
  }
  EXPECT_FALSE(ReadPageToken(kSecret, "list", token + "A").ok());
}

}  // namespace
}  // namespace zerotouch::service
