// SPDX-License-Identifier: Apache-2.0
#include "base/percent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(PercentDecode, Escapes_BecomeBytes) {
  EXPECT_THAT(PercentDecode("a%20b%C3%a4%2Fc+d"), Optional(Eq("a b\xC3\xA4/c+d")));
  EXPECT_THAT(PercentDecode("%00").value().size(), 1u);
}

TEST(PercentDecode, KeepSlashes_LeavesThemEncoded) {
  EXPECT_THAT(PercentDecode("a%2Fb%2f%20", Keep::kSlashes), Optional(Eq("a%2Fb%2f ")));
}

TEST(PercentDecode, DoubleEncoding_IsUndoneOnce) {
  EXPECT_THAT(PercentDecode("1%252F2"), Optional(Eq("1%2F2")));
}

TEST(PercentDecode, MalformedEscape_IsRefused) {
  for (const char* bad : {"%", "a%2", "%zz", "%2g", "%%20"}) {
    EXPECT_EQ(PercentDecode(bad), std::nullopt) << bad;
  }
}

TEST(FormDecode, Plus_IsASpace) {
  EXPECT_THAT(FormDecode("a+b%2Bc"), Optional(Eq("a b+c")));
  EXPECT_EQ(FormDecode("+%"), std::nullopt);
}

}  // namespace
}  // namespace zerotouch
