// SPDX-License-Identifier: Apache-2.0
#include "json/http_rule.h"

#include <gtest/gtest.h>

namespace zerotouch::json {
namespace {

TEST(HttpRule, PatternIsMethodAndTemplate) {
  google::api::HttpRule rule;
  EXPECT_EQ(PatternOf(rule).method, "");
  EXPECT_EQ(PatternOf(rule).path_template, "");
  rule.set_patch("/v1/{name=a/*}");
  EXPECT_EQ(PatternOf(rule).method, "PATCH");
  EXPECT_EQ(PatternOf(rule).path_template, "/v1/{name=a/*}");
  rule.mutable_custom()->set_kind("HEAD");
  rule.mutable_custom()->set_path("/v1/b");
  EXPECT_EQ(PatternOf(rule).method, "HEAD");
  EXPECT_EQ(PatternOf(rule).path_template, "/v1/b");
}

}  // namespace
}  // namespace zerotouch::json
