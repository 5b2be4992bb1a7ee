// SPDX-License-Identifier: Apache-2.0
#include "base/edit_distance.h"

#include <gtest/gtest.h>

namespace zerotouch {
namespace {

TEST(EditDistance, CountsLetters) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "list"), 4U);
  EXPECT_EQ(EditDistance("lst", "list"), 1U);
  EXPECT_EQ(EditDistance("lists", "list"), 1U);
  EXPECT_EQ(EditDistance("lost", "list"), 1U);
  EXPECT_EQ(EditDistance("claim", "unclaim"), 2U);
  EXPECT_EQ(EditDistance("get", "list"), 3U);
}

}  // namespace
}  // namespace zerotouch
