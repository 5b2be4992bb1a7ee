// SPDX-License-Identifier: Apache-2.0
#include "batch/stored_request.h"

#include <gtest/gtest.h>

#include "base/limits.h"
#include "google/protobuf/unknown_field_set.h"

namespace zerotouch::batch {
namespace {

void AddUnknown(google::protobuf::Message* message) {
  message->GetReflection()->MutableUnknownFields(message)->AddLengthDelimited(9'999, "x");
}

TEST(StoredRequest, IsSplitIntoChunks_ThatHoldTheItemsInOrder) {
  constexpr int kItems = limits::kStoredChunkItems + 1;
  api::UnclaimDevicesRequest request;
  for (int i = 0; i < kItems; ++i) request.add_unclaims()->set_device_id(i + 1);
  const PackedItems packed(request.unclaims());
  EXPECT_EQ(packed.size(), kItems);
  const std::vector<std::string>& chunks = packed.chunks();
  ASSERT_EQ(chunks.size(), static_cast<size_t>(ChunksOf(kItems)));
  api::UnclaimDevicesRequest first, last;
  ASSERT_TRUE(ParseChunk(chunks[0], OperationId(1), first).ok());
  ASSERT_TRUE(ParseChunk(chunks[1], OperationId(1), last).ok());
  EXPECT_EQ(first.unclaims_size(), limits::kStoredChunkItems);
  EXPECT_EQ(first.unclaims(0).device_id(), 1);
  ASSERT_EQ(last.unclaims_size(), 1);
  EXPECT_EQ(last.unclaims(0).device_id(), kItems);
  EXPECT_TRUE(absl::IsDataLoss(ParseChunk("\xff", OperationId(1), first)));
}

TEST(StoredRequest, Chunk_IsSplitIntoItems) {
  api::UnclaimDevicesRequest request;
  request.add_unclaims()->set_device_id(1);
  request.add_unclaims();
  request.add_unclaims()->mutable_device_identifier()->set_imei("490154203237518");
  const std::string chunk = PackedItems(request.unclaims()).chunks()[0];
  std::vector<std::string_view> items;
  ASSERT_TRUE(SplitChunk(chunk, OperationId(1), items).ok());
  ASSERT_EQ(items.size(), 3u);
  api::PartnerUnclaim item;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(ParseItem(items[static_cast<size_t>(i)], OperationId(1), item).ok());
    EXPECT_EQ(item.SerializeAsString(), request.unclaims(i).SerializeAsString());
  }
  EXPECT_TRUE(absl::IsDataLoss(ParseItem("\xff", OperationId(1), item)));
}

TEST(StoredRequest, MessageIsFoundInItem) {
  constexpr int kIdentifier = api::PartnerUnclaim::kDeviceIdentifierFieldNumber;
  api::PartnerUnclaim item;
  item.mutable_device_identifier()->set_imei("490154203237518");
  item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  EXPECT_EQ(MessageIn(item.SerializeAsString(), kIdentifier),
            item.device_identifier().SerializeAsString());

  api::PartnerClaim claim;
  claim.set_customer_id(11);
  claim.mutable_device_metadata();
  EXPECT_EQ(MessageIn(claim.SerializeAsString(), api::PartnerClaim::kDeviceIdentifierFieldNumber),
            "");

  item.mutable_device_identifier()->set_model(std::string(200, 'a'));
  EXPECT_EQ(MessageIn(item.SerializeAsString(), kIdentifier), "") << "it must be parsed";
  for (const char* damaged : {"", "\x12",
                              "\x12\x05"
                              "abc",
                              "\xff\xff",
                              "\x0b\x01\x12\x01"
                              "a"}) {
    EXPECT_EQ(MessageIn(damaged, kIdentifier), "") << damaged;
  }
}

TEST(StoredRequest, DamagedChunk_IsNotSplit) {
  api::UnclaimDevicesRequest request;
  request.add_unclaims()->set_device_id(1);
  const std::string chunk = PackedItems(request.unclaims()).chunks()[0];
  std::vector<std::string_view> items;
  for (size_t size = 1; size < chunk.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(SplitChunk(chunk.substr(0, size), OperationId(1), items))) << size;
  }
  for (const char* damaged : {"\x08\x01", "\x12", "\x12\xff\xff\xff\xff\x0f", "\xff"}) {
    EXPECT_TRUE(absl::IsDataLoss(SplitChunk(damaged, OperationId(1), items))) << damaged;
  }
}

TEST(StoredRequest, HasNoUnknownFields) {
  api::ClaimDevicesRequest claims;
  claims.add_claims()->mutable_device_identifier()->set_imei("1");
  (*claims.mutable_claims(0)->mutable_device_metadata()->mutable_entries())["a"] = "b";
  api::UnclaimDevicesRequest unclaims;
  unclaims.add_unclaims()->mutable_vacation_mode_expire_time()->set_seconds(5);
  api::UpdateDeviceMetadataInBatchRequest updates;
  updates.add_updates()->mutable_device_metadata();
  const auto claims_before = PackedItems(claims.claims()).chunks();
  const auto unclaims_before = PackedItems(unclaims.unclaims()).chunks();
  const auto updates_before = PackedItems(updates.updates()).chunks();

  AddUnknown(&claims);
  AddUnknown(claims.mutable_claims(0));
  AddUnknown(claims.mutable_claims(0)->mutable_device_identifier());
  AddUnknown(claims.mutable_claims(0)->mutable_device_metadata());
  AddUnknown(unclaims.mutable_unclaims(0)->mutable_vacation_mode_expire_time());
  AddUnknown(updates.mutable_updates(0)->mutable_device_metadata());
  EXPECT_EQ(PackedItems(claims.claims()).chunks(), claims_before);
  EXPECT_EQ(PackedItems(unclaims.unclaims()).chunks(), unclaims_before);
  EXPECT_EQ(PackedItems(updates.updates()).chunks(), updates_before);
}

}  // namespace
}  // namespace zerotouch::batch
