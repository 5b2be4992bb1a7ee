// SPDX-License-Identifier: Apache-2.0
#include "base/in_two.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <vector>

namespace zerotouch {
namespace {

TEST(InTwoTest, EachItemIsRunOnce) {
  for (const size_t count : {size_t{0}, size_t{1}, kLeastInTwo - 1, kLeastInTwo, kLeastInTwo + 1}) {
    std::vector<int> runs(count);
    const absl::Status status = InTwo(count, [&](size_t begin, size_t end) {
      for (size_t i = begin; i < end; ++i) ++runs[i];
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok());
    EXPECT_TRUE(std::all_of(runs.begin(), runs.end(), [](int times) { return times == 1; }))
        << count;
  }
}

TEST(InTwoTest, SecondHalf_RunsOnAnotherThread) {
  std::thread::id threads[2];
  ASSERT_TRUE(InTwo(kLeastInTwo, [&](size_t begin, size_t) {
                threads[begin == 0 ? 0 : 1] = std::this_thread::get_id();
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(threads[0], std::this_thread::get_id());
  EXPECT_NE(threads[1], std::this_thread::get_id());
}

TEST(InTwoTest, Errors_OfEitherHalf_AreReturned) {
  const auto fail_from = [](size_t least) {
    return InTwo(kLeastInTwo, [&](size_t begin, size_t) {
      if (begin < least) return absl::OkStatus();
      return begin == 0 ? absl::DataLossError("first") : absl::InternalError("second");
    });
  };
  EXPECT_TRUE(absl::IsDataLoss(fail_from(0)));
  EXPECT_TRUE(absl::IsInternal(fail_from(1)));
}

TEST(InTwoTest, Exceptions_OfEitherHalf_AreThrown) {
  for (const bool first : {true, false}) {
    EXPECT_THROW(InTwo(kLeastInTwo,
                       [&](size_t begin, size_t) -> absl::Status {
                         if ((begin == 0) == first) throw std::runtime_error("failed");
                         return absl::OkStatus();
                       })
                     .IgnoreError(),
                 std::runtime_error);
  }
}

}  // namespace
}  // namespace zerotouch
