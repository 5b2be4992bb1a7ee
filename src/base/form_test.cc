// SPDX-License-Identifier: Apache-2.0
#include "base/form.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

TEST(IsMediaType, IgnoresCaseAndParameters_NotMore) {
  for (const char* same :
       {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8",
        "Application/X-WWW-Form-URLEncoded;charset=utf-8", " application/x-www-form-urlencoded\t;",
        "application/x-www-form-urlencoded ; a=b"}) {
    EXPECT_TRUE(IsMediaType(same, kFormType)) << same;
  }
  for (const char* other :
       {"", " ", ";", "application/x-www-form-urlencodedX", "application/x-www-form-urlencode",
        "text/plain", "application/x-www-form-urlencoded, text/plain",
        "x;application/x-www-form-urlencoded"}) {
    EXPECT_FALSE(IsMediaType(other, kFormType)) << other;
  }
}

TEST(ParseForm, Fields_AreDecodedInOrder) {
  const auto fields = ParseForm("a=1+2&b=%C3%A4&&c&a==%26&=v");
  ASSERT_EQ(fields.size(), 5u);
  EXPECT_EQ(fields[0].name, "a");
  EXPECT_EQ(fields[0].value, "1 2");
  EXPECT_EQ(fields[1].value, "\xC3\xA4");
  EXPECT_EQ(fields[2].name, "c");
  EXPECT_EQ(fields[2].value, "");
  EXPECT_EQ(fields[3].value, "=&");
  EXPECT_EQ(fields[4].name, "");
  EXPECT_TRUE(ParseForm("").empty());
}

TEST(ParseForm, MalformedPercentEncoding_IsReported) {
  const auto fields = ParseForm("a=%&%zz=1");
  ASSERT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields[0].value, std::nullopt);
  EXPECT_EQ(fields[1].name, std::nullopt);
}

}  // namespace
}  // namespace zerotouch
