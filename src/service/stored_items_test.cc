// SPDX-License-Identifier: Apache-2.0
#include "service/stored_items.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "model/api.h"

namespace zerotouch::service {
namespace {

TEST(StoredItems, Slices_AreTheChunk) {
  api::UnclaimDevicesRequest chunk;
  chunk.set_partner_id(7);
  for (int i = 0; i < 1'000; ++i) {
    auto& item = *chunk.add_unclaims();
    if (i % 3 == 0) item.set_device_id(i);
    if (i % 3 == 1) item.mutable_device_identifier()->set_serial_number(std::string(300, 'x'));
  }
  const std::string bytes = chunk.SerializeAsString();
  for (const int count : {1, 7, 200, 999, 1'000, 5'000}) {
    api::UnclaimDevicesRequest joined;
    for (int first = 0; first < 1'000; first += count) {
      api::UnclaimDevicesRequest slice;
      ASSERT_TRUE(slice.ParseFromString(std::string(SliceOf(bytes, first, count))));
      EXPECT_EQ(slice.unclaims_size(), std::min(count, 1'000 - first));
      joined.MergeFrom(slice);
    }
    joined.set_partner_id(7);
    EXPECT_EQ(joined.SerializeAsString(), bytes) << count;
  }
  EXPECT_TRUE(SliceOf(bytes, 1'000, 200).empty());
  EXPECT_TRUE(SliceOf("", 0, 200).empty());
}

TEST(StoredItems, DamagedChunk_DoesNotParse) {
  api::UnclaimDevicesRequest chunk;
  for (int i = 0; i < 10; ++i) chunk.add_unclaims()->set_device_id(i + 1);
  const std::string bytes = chunk.SerializeAsString();
  const std::string_view slice =
      SliceOf(std::string_view(bytes).substr(0, bytes.size() - 1), 0, 20);
  EXPECT_FALSE(api::UnclaimDevicesRequest().ParseFromString(std::string(slice)));
}

}  // namespace
}  // namespace zerotouch::service
