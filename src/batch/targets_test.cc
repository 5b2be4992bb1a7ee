// SPDX-License-Identifier: Apache-2.0
#include "batch/targets.h"

#include <gtest/gtest.h>

namespace zerotouch::batch {
namespace {

TEST(TargetDevicesDeathTest, AnItemWithoutATarget_EndsTheProcess) {
  TargetDevices devices;
  EXPECT_DEATH(devices.Decide(0, [](const Hardware&) { return ItemResult(); }), "has no target");
}

}  // namespace
}  // namespace zerotouch::batch
