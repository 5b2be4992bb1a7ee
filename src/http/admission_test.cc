// SPDX-License-Identifier: Apache-2.0
#include "http/admission.h"

#include <gtest/gtest.h>

#include <utility>

namespace zerotouch::http {
namespace {

TEST(Admission, TooManyRequests_AreRefusedUntilOneLeaves) {
  Admission admission(2, 100);
  auto first = admission.Enter();
  auto second = admission.Enter();
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_FALSE(admission.Enter().has_value());
  second.reset();
  EXPECT_TRUE(admission.Enter().has_value());
}

TEST(Admission, BodyBytes_AreSharedAndComeBack) {
  Admission admission(10, 100);
  auto first = admission.Enter();
  auto second = admission.Enter();
  EXPECT_TRUE(first->Hold(60));
  EXPECT_FALSE(second->Hold(41));
  EXPECT_TRUE(second->Hold(40));
  EXPECT_FALSE(second->Hold(41));
  EXPECT_TRUE(first->Hold(10));  // less than before
  EXPECT_TRUE(second->Hold(90));
  EXPECT_FALSE(first->Hold(11));
  second->HoldNothing();
  EXPECT_TRUE(first->Hold(100));
  first.reset();
  EXPECT_TRUE(second->Hold(100));
}

TEST(Admission, MovedTicket_GivesBackOnce) {
  Admission admission(1, 100);
  {
    auto first = admission.Enter();
    EXPECT_TRUE(first->Hold(100));
    const Admission::Ticket moved = std::move(*first);
    first.reset();
    EXPECT_FALSE(admission.Enter().has_value());
  }
  auto next = admission.Enter();
  ASSERT_TRUE(next.has_value());
  EXPECT_TRUE(next->Hold(100));
}

}  // namespace
}  // namespace zerotouch::http
