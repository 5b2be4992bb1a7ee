// SPDX-License-Identifier: Apache-2.0
#include "http/http_date.h"

#include <gtest/gtest.h>

namespace zerotouch::http {
namespace {

TEST(HttpDate, IsTheRfcsExample) {
  EXPECT_EQ(HttpDate(absl::FromUnixSeconds(784'111'777)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
}  // namespace zerotouch::http
