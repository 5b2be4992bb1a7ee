// SPDX-License-Identifier: Apache-2.0
#include "batch/batch_memory.h"

#include <gtest/gtest.h>

#include <optional>

namespace zerotouch::batch {
namespace {

TEST(BatchMemory, BatchesThatFitTogether_AreLoadedTogether) {
  BatchMemory memory(100);
  BatchMemory::Share first(memory);
  std::optional<BatchMemory::Share> second(memory);
  EXPECT_TRUE(first.Hold(40));
  EXPECT_TRUE(second->Hold(60));
  EXPECT_FALSE(first.Hold(41));
  second.reset();
  EXPECT_TRUE(first.Hold(100));
}

TEST(BatchMemory, BatchThatDoesNotFit_HoldsNothing_AndTheOtherGoesOn) {
  BatchMemory memory(100);
  BatchMemory::Share first(memory);
  BatchMemory::Share second(memory);
  EXPECT_TRUE(first.Hold(50));
  EXPECT_TRUE(second.Hold(50));
  EXPECT_FALSE(second.Hold(80)) << "it gives up what it has";
  EXPECT_TRUE(first.Hold(1'000)) << "it is alone now";
  EXPECT_FALSE(second.Hold(1));
  EXPECT_TRUE(first.Hold(99));
  EXPECT_TRUE(second.Hold(1));
}

}  // namespace
}  // namespace zerotouch::batch
