// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace zerotouch::wire {
namespace {

std::string Own(std::string_view text) {
  std::string out;
  for (const auto& [name, value] : ParseQuery(text).parameters) out += name + "=" + value + ";";
  return out;
}

TEST(ParseQuery, MethodParameters_AreDecodedAndKeepTheirOrder) {
  EXPECT_EQ(Own(""), "");
  EXPECT_EQ(Own("b=1&a=x%20y+z&&b=2"), "b=1;a=x y z;b=2;");
  EXPECT_EQ(Own("flag&empty=&eq=a=b"), "flag=;empty=;eq=a=b;");
  EXPECT_EQ(Own("p%61ge=%26%3D"), "page=&=;");
}

TEST(ParseQuery, SystemParameters_AreNotTheMethods) {
  EXPECT_EQ(Own("alt=json&$alt=json&prettyPrint=true&%24prettyPrint=false&access_token=a&"
                "oauth_token=b&fields=x&$fields=x&key=k&$key=k&quotaUser=u&callback=c&"
                "$callback=c&$.xgafv=2&trace=token:t&uploadType=t&upload_protocol=p&$ct=c"),
            "");
}

TEST(ParseQuery, PrettyPrint_IsOnUnlessTurnedOff) {
  EXPECT_TRUE(ParseQuery("").pretty);
  EXPECT_TRUE(ParseQuery("prettyPrint=true").pretty);
  EXPECT_FALSE(ParseQuery("prettyPrint=false").pretty);
  EXPECT_FALSE(ParseQuery("$prettyPrint=0").pretty);
  EXPECT_FALSE(ParseQuery("prettyPrint=false&prettyPrint=true").pretty);
}

TEST(ParseQuery, RepeatedSystemParameter_TheFirstCounts) {
  EXPECT_EQ(ParseQuery("alt=media&alt=json").alt, "media");
  EXPECT_EQ(ParseQuery("$alt=json&alt=media").alt, "json");
  EXPECT_EQ(ParseQuery("oauth_token=a&access_token=b").access_token, "a");
}

TEST(ParseQuery, MalformedEscape_IsNamed) {
  const Query query = ParseQuery("a=%zz&b=1&%=2");
  ASSERT_EQ(query.violations.size(), 2u);
  EXPECT_EQ(query.violations[0].description,
            "Malformed percent-encoding in the query parameter \"a\".");
  EXPECT_EQ(query.violations[1].description,
            "Malformed percent-encoding in the name of a query parameter.");
  EXPECT_EQ(query.parameters.size(), 1u);
}

TEST(PathForLog, EndsBeforeAnythingThatCanHoldAToken) {
  const std::pair<const char*, const char*> cases[] = {{"/v1/x?access_token=S", "/v1/x"},
                                                       {"/v1/x%3Faccess_token=S", "/v1/x"},
                                                       {"/v1/x#a", "/v1/x"},
                                                       {"/v1/x%23a", "/v1/x"},
                                                       {"http://h/v1/x?a", "/v1/x"},
                                                       {"x?u=http://h/y&access_token=S", "x"},
                                                       {"/v1/a%20b", "/v1/a%20b"},
                                                       {"", ""},
                                                       {"/v1/x%3", "/v1/x%3"}};
  for (const auto& [target, path] : cases) EXPECT_EQ(PathForLog(target), path) << target;
}

TEST(SplitTarget, Forms) {
  const struct {
    const char* target;
    const char* path;
    const char* query;
  } cases[] = {
      {"/v1/customers", "/v1/customers", ""},
      {"/v1?a=b?c", "/v1", "a=b?c"},
      {"/?", "/", ""},
      {"http://h:1/v1/x?y", "/v1/x", "y"},
      {"HTTPS://h", "/", ""},
      {"http://h?y", "", "y"},
      {"/v1/http://x", "/v1/http://x", ""},
      {"*", "*", ""},
      {"", "", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(SplitTarget(c.target).path, c.path) << c.target;
    EXPECT_EQ(SplitTarget(c.target).query, c.query) << c.target;
  }
}

}  // namespace
}  // namespace zerotouch::wire
