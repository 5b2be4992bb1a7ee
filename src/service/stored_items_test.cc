// SPDX-License-Identifier: Apache-2.0
#include "service/stored_items.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "batch/stored_request.h"
#include "model/api.h"
#include "store/store.h"
#include "support/temp_dir.h"

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

// A registry with one finished operation of unclaims by device id; item i is of device i + 1.
class FinishedOperation {
 public:
  explicit FinishedOperation(int items) {
    api::UnclaimDevicesRequest request;
    std::vector<store::IndexedResult> results;
    for (int i = 0; i < items; ++i) {
      request.add_unclaims()->set_device_id(i + 1);
      results.push_back({.index = static_cast<uint32_t>(i),
                         .result = {.outcome = Outcome::kSuccess, .device = DeviceId(i + 1)}});
    }
    head_ = {.id = OperationId(77), .partner = PartnerId(1), .kind = store::BatchKind::kUnclaim};
    head_.items = items;
    head_.accepted = absl::Now();
    const absl::Status status = store_->Write([&](store::Transaction& tx) -> absl::Status {
      absl::Status made = tx.AddPartner({.id = head_.partner, .name = "R", .created = absl::Now()});
      made.Update(tx.AddOperation(head_, batch::PackedItems(request.unclaims()).chunks()));
      if (!made.ok()) return made;
      const auto lease = tx.LeaseOperation(absl::Now(), absl::Hours(1), store::LeaseOrder::kFair);
      if (!lease.ok()) return lease.status();
      return tx.RecordResults(**lease, 0, results, absl::Now(), absl::Now());
    });
    EXPECT_TRUE(status.ok()) << status;
  }

  store::Store& store() { return *store_; }
  store::OperationHead head() { return *store_->Read().value()->FindOperation(head_.id).value(); }

 private:
  const test::TempDir dir_;
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + dir_ / "registry.db", Clock::System()).value();
  store::OperationHead head_;
};

// Reads at most `pieces` pieces and expects the items in their order from `first` on.
// Returns the number of the next item.
int64_t ExpectItems(OperationItems& items, int64_t first, int pieces) {
  google::protobuf::RepeatedPtrField<api::OperationPerDevice> some;
  while (pieces-- > 0) {
    const absl::StatusOr<bool> more = items.Next(&some);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.value_or(false)) break;
    for (const api::OperationPerDevice& item : some) {
      ++first;
      EXPECT_EQ(item.unclaim().device_id(), first);
      EXPECT_EQ(item.result().device_id(), first);
    }
  }
  return first;
}

TEST(StoredItems, ItemsOfManyChunks_AreInOrder_AlsoAfterARestart) {
  constexpr int kItems = 2 * limits::kStoredChunkItems + 345;
  FinishedOperation operation(kItems);
  StoredOperations operations(operation.store());
  const auto snapshot = operation.store().Read().value();
  const auto first = operations.ItemsOf(*snapshot, operation.head()).value();
  const auto second = operations.ItemsOf(*snapshot, operation.head()).value();
  const int64_t begun = ExpectItems(*first, 0, 20);
  EXPECT_GT(begun, limits::kStoredChunkItems) << "in the second chunk";
  EXPECT_EQ(ExpectItems(*second, 0, 1'000), kItems);
  EXPECT_EQ(ExpectItems(*first, begun, 1'000), kItems) << "beside another reader";
  first->Restart();
  EXPECT_EQ(ExpectItems(*first, 0, 1'000), kItems);
}

}  // namespace
}  // namespace zerotouch::service
