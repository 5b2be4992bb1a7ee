// SPDX-License-Identifier: Apache-2.0
#include "http/admission.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace zerotouch::http {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

class AdmissionTest : public ::testing::Test {
 protected:
  using Ticket = Admission::Ticket;

  AdmissionLimits limits_{.requests = 10,
                          .peer_requests = 10,
                          .bytes = 8 * kMiB,
                          .stranger_bytes = 4 * kMiB,
                          .payer_bytes = 3 * kMiB,
                          .small_bytes = 32 << 10};
  Peer peer_{"192.0.2.1"};
  Peer other_peer_{"192.0.2.2"};
};

TEST_F(AdmissionTest, TooManyRequests_AreRefusedUntilOneLeaves) {
  limits_.requests = 2;
  Admission admission(limits_);
  Ticket first(admission, peer_);
  std::optional<Ticket> second(std::in_place, admission, peer_);
  ASSERT_TRUE(first.Enter() && second->Enter());
  Ticket third(admission, other_peer_);
  EXPECT_FALSE(third.Enter());
  second.reset();
  EXPECT_TRUE(third.Enter());
  EXPECT_TRUE(third.Enter()) << "counts once";
}

TEST_F(AdmissionTest, RequestsOfOnePeer_LeaveRoomForOthers) {
  limits_.peer_requests = 1;
  Admission admission(limits_);
  Ticket first(admission, peer_);
  Ticket second(admission, peer_);
  Ticket others(admission, other_peer_);
  ASSERT_TRUE(first.Enter());
  EXPECT_FALSE(second.Enter());
  EXPECT_TRUE(others.Enter());
}

TEST_F(AdmissionTest, Memory_IsSharedAndComesBack) {
  Admission admission(limits_);
  std::optional<Ticket> first(std::in_place, admission, peer_);
  Ticket second(admission, peer_);
  EXPECT_TRUE(first->Hold(2 * kMiB));
  EXPECT_FALSE(second.Hold(kMiB + 1));
  EXPECT_TRUE(second.Hold(kMiB));
  EXPECT_TRUE(first->Hold(kMiB));  // less than before
  EXPECT_TRUE(second.Hold(2 * kMiB));
  EXPECT_FALSE(first->Hold(kMiB + 1));
  second.HoldNothing();
  EXPECT_TRUE(first->Hold(3 * kMiB));
  first.reset();
  EXPECT_TRUE(second.Hold(3 * kMiB));
  EXPECT_EQ(admission.held_bytes(), 3 * kMiB);
}

TEST_F(AdmissionTest, Strangers_LeaveRoomForAccounts) {
  Admission admission(limits_);
  Ticket stranger(admission, peer_);
  Ticket other_stranger(admission, other_peer_);
  ASSERT_TRUE(stranger.Hold(3 * kMiB));
  EXPECT_FALSE(other_stranger.Hold(kMiB + 1));
  Ticket account(admission, peer_);
  ASSERT_TRUE(account.Identify("a@example.com"));
  EXPECT_TRUE(account.Hold(3 * kMiB));
}

TEST_F(AdmissionTest, OneAccount_LeavesRoomForOthers) {
  Admission admission(limits_);
  Ticket first(admission, peer_);
  Ticket second(admission, other_peer_);
  Ticket other(admission, peer_);
  ASSERT_TRUE(first.Identify("a@example.com") && second.Identify("a@example.com") &&
              other.Identify("b@example.com"));
  EXPECT_TRUE(first.Hold(2 * kMiB));
  EXPECT_FALSE(second.Hold(2 * kMiB));
  EXPECT_TRUE(other.Hold(2 * kMiB));
}

TEST_F(AdmissionTest, Identified_IsNoLongerAStranger) {
  Admission admission(limits_);
  Ticket first(admission, peer_);
  ASSERT_TRUE(first.Hold(3 * kMiB));
  ASSERT_TRUE(first.Identify("a@example.com"));
  Ticket second(admission, peer_);
  EXPECT_TRUE(second.Hold(3 * kMiB));
  EXPECT_FALSE(second.Identify("a@example.com")) << "its share is used up";
  EXPECT_EQ(admission.held_bytes(), 3 * kMiB);
}

TEST_F(AdmissionTest, SmallRequests_AreNotKeptOutByLargeOnes) {
  Admission admission(limits_);
  Ticket large(admission, peer_);
  Ticket other(admission, other_peer_);
  ASSERT_TRUE(large.Hold(3 * kMiB) && other.Hold(kMiB));
  std::vector<std::unique_ptr<Ticket>> small;
  for (int i = 0; i < 2; ++i) {
    small.push_back(std::make_unique<Ticket>(admission, peer_));
    EXPECT_TRUE(small.back()->Hold(limits::kSmallRequestBytes));
  }
  Ticket last(admission, peer_);
  EXPECT_FALSE(last.Hold(1)) << "small ones have a limit, too";
  small.clear();
  EXPECT_TRUE(last.Hold(1));
  EXPECT_FALSE(last.Hold(kMiB)) << "grown, it is charged to strangers, who have no room";
  EXPECT_EQ(admission.held_bytes(), 4 * kMiB + 1);
}

}  // namespace
}  // namespace zerotouch::http
