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
  std::string bytes;
  api::DevicesLongRunningOperationResponse some;
  while (pieces-- > 0) {
    const absl::StatusOr<bool> more = items.Next(bytes);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.value_or(false)) break;
    EXPECT_TRUE(some.ParseFromString(bytes));
    for (const api::OperationPerDevice& item : some.per_device_status()) {
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
  const int64_t begun = ExpectItems(*first, 0, 12);
  EXPECT_GT(begun, limits::kStoredChunkItems) << "in the second chunk";
  EXPECT_EQ(ExpectItems(*second, 0, 1'000), kItems);
  EXPECT_EQ(ExpectItems(*first, begun, 1'000), kItems) << "beside another reader";
  first->Restart();
  EXPECT_EQ(ExpectItems(*first, 0, 1'000), kItems);
}

TEST(StoredItems, SlicesOfAChunkThatIsKept_AreReady) {
  constexpr int kChunks = static_cast<int>(limits::kKeptChunks) + 2;
  constexpr int kItems = kChunks * limits::kStoredChunkItems;
  FinishedOperation operation(kItems);
  StoredOperations operations(operation.store());
  const auto snapshot = operation.store().Read().value();
  const auto items = operations.ItemsOf(*snapshot, operation.head()).value();
  EXPECT_FALSE(items->IsReady()) << "its chunk was not read yet";
  int64_t read = ExpectItems(*items, 0, 1);
  while (read < limits::kStoredChunkItems) {
    EXPECT_TRUE(items->IsReady()) << read;
    read = ExpectItems(*items, read, 1);
  }
  EXPECT_FALSE(items->IsReady()) << "the second chunk was not read yet";
  read = ExpectItems(*items, read, 1);
  EXPECT_TRUE(items->IsReady());
  read = ExpectItems(*items, read, 1);
  for (int number = 2; number < kChunks; ++number) {
    ASSERT_TRUE(operations.ChunkOf(operation.head().id, number).ok());
  }
  EXPECT_FALSE(items->IsReady()) << "other chunks took its place";
  EXPECT_EQ(ExpectItems(*items, read, kItems), kItems);
  EXPECT_TRUE(items->IsReady()) << "the end needs nothing";
}

}  // namespace
}  // namespace zerotouch::service
