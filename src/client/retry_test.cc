// SPDX-License-Identifier: Apache-2.0
#include "client/retry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/api_error.h"
#include "support/scripted_transport.h"

namespace zerotouch::client {
namespace {

using test::FakePacer;
using test::ScriptedTransport;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr char kBusy[] = R"({"error":{"code":503,"message":"full","status":"UNAVAILABLE"}})";

class RetryTest : public testing::Test {
 protected:
  absl::StatusOr<HttpResponse> Send(Repeat repeat = Repeat::kAlways) {
    return SendWithRetries(transport_, pacer_, policy_, repeat,
                           {.method = "POST", .url = "http://server/x"},
                           [this](const absl::Status&, absl::Duration) { ++told_; });
  }

  FakePacer pacer_;
  ScriptedTransport transport_;
  RetryPolicy policy_;
  int told_ = 0;
};

TEST_F(RetryTest, PassingFailures_AreRepeated_WithGrowingPauses) {
  transport_.Answer(503, kBusy);
  transport_.Fail(absl::UnavailableError("refused"));
  transport_.Answer(500);
  transport_.Fail(absl::AbortedError("reset"));
  transport_.Answer(200, "ok");
  EXPECT_EQ(Send()->body, "ok");
  EXPECT_THAT(pacer_.slept, ElementsAre(absl::Milliseconds(125), absl::Milliseconds(250),
                                        absl::Milliseconds(500), absl::Seconds(1)));
  EXPECT_EQ(told_, 4);
}

TEST_F(RetryTest, Refusals_AreFinal) {
  for (const int status : {400, 401, 403, 404, 409, 413, 501}) {
    transport_.Answer(status);
    EXPECT_EQ(Send()->status, status);
  }
  EXPECT_THAT(pacer_.slept, IsEmpty());
}

TEST_F(RetryTest, RetryAfter_IsHonoured) {
  transport_.answers.emplace_back(HttpResponse{.status = 429, .retry_after = absl::Seconds(7)});
  transport_.Answer(200);
  EXPECT_TRUE(Send().ok());
  EXPECT_THAT(pacer_.slept, ElementsAre(absl::Seconds(7)));
}

TEST_F(RetryTest, RetryAfter_BeyondTheTotal_EndsAtOnce) {
  transport_.answers.emplace_back(HttpResponse{.status = 429, .retry_after = absl::Hours(1)});
  const auto answer = Send();
  EXPECT_TRUE(absl::IsResourceExhausted(answer.status())) << answer.status();
  EXPECT_EQ(ApiErrorOf(answer.status())->retry_after, absl::Hours(1));
  EXPECT_THAT(pacer_.slept, IsEmpty());
}

TEST_F(RetryTest, Attempts_AreBounded) {
  const auto answer = Send();  // never reached
  EXPECT_TRUE(absl::IsUnavailable(answer.status()));
  EXPECT_EQ(transport_.requests.size(), 8u);
}

TEST_F(RetryTest, TotalTime_IsBounded) {
  policy_.attempts = 1'000'000;
  const absl::Time begin = pacer_.now;
  EXPECT_FALSE(Send().ok());
  EXPECT_LE(pacer_.now - begin, policy_.total);
  EXPECT_GT(pacer_.now - begin, policy_.total - policy_.longest_pause);
}

TEST_F(RetryTest, Deadline_CutsAttemptsOff) {
  policy_.deadline = pacer_.now + absl::Seconds(1);
  EXPECT_FALSE(Send().ok());
  EXPECT_EQ(transport_.requests.front().timeout, absl::Seconds(1));
  EXPECT_LE(pacer_.now, policy_.deadline);
}

TEST_F(RetryTest, WhereRepeatingHurts_OnlyWhatWasNotActedOnIsRepeated) {
  const auto is_repeated = [&](absl::StatusOr<HttpResponse> first) {
    transport_.answers.clear();
    transport_.answers.push_back(std::move(first));
    transport_.Answer(200);
    return Send(Repeat::kIfNotActedOn).ok();
  };
  EXPECT_TRUE(is_repeated(absl::UnavailableError("refused")));
  EXPECT_TRUE(is_repeated(HttpResponse{.status = 429}));
  EXPECT_TRUE(is_repeated(HttpResponse{.status = 503, .body = kBusy}));
  EXPECT_FALSE(is_repeated(HttpResponse{.status = 503, .body = "<html>bad gateway</html>"}));
  EXPECT_FALSE(is_repeated(HttpResponse{.status = 502}));
  EXPECT_FALSE(is_repeated(HttpResponse{.status = 500}));
  EXPECT_FALSE(is_repeated(HttpResponse{
      .status = 500, .body = R"({"error":{"code":500,"status":"UNKNOWN","message":"lost"}})"}));
  EXPECT_FALSE(is_repeated(absl::AbortedError("reset")));
  EXPECT_FALSE(is_repeated(absl::DeadlineExceededError("slow")));
}

TEST_F(RetryTest, WhatCanNeverBeSent_IsNotRepeated) {
  transport_.Fail(absl::InvalidArgumentError("malformed URL"));
  transport_.Answer(200);
  EXPECT_FALSE(Send().ok());
}

}  // namespace
}  // namespace zerotouch::client
