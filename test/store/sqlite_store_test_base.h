// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_SQLITE_STORE_TEST_BASE_H_
#define ZEROTOUCH_TEST_STORE_SQLITE_STORE_TEST_BASE_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::store {

// A SQLite store, and work that is queued in it.
class SqliteStoreTest : public testing::Test {
 protected:
  void SetUp() override { OpenStore(); }
  void OpenStore() {
    auto opened = Open("sqlite://" + path_, Clock::System());
    ASSERT_TRUE(opened.ok()) << opened.status();
    store_ = *std::move(opened);
  }

  static absl::Status PutDpc(Transaction& tx, const std::string& id) {
    return tx.PutDpc({.id = id, .package_name = "com.example", .title = "T"});
  }
  absl::Status Put(const std::string& id) {
    return store_->Write([&](Transaction& tx) { return PutDpc(tx, id); });
  }
  std::vector<std::string> Dpcs() {
    std::vector<std::string> ids;
    const std::vector<Dpc> dpcs = store_->Read().value()->ListDpcs().value();
    ids.reserve(dpcs.size());
    for (const Dpc& dpc : dpcs) ids.push_back(dpc.id);
    return ids;
  }
  // Queues the work. Returns what `done` will be called with.
  std::future<absl::Status> Queue(Store::Work work) {
    auto promise = std::make_shared<std::promise<absl::Status>>();
    EXPECT_TRUE(store_->WriteInGroup(std::move(work), [promise](absl::Status status) {
      promise->set_value(std::move(status));
    }));
    return promise->get_future();
  }
  absl::Status Run(Store::Work work) { return Queue(std::move(work)).get(); }

  // Keeps the thread that writes busy until Release, so that what is queued
  // meanwhile is one group.
  class Holding {
   public:
    explicit Holding(SqliteStoreTest& test) {
      std::promise<void> begun;
      held_ = test.Queue([&begun, released = release_.get_future().share()] {
        begun.set_value();
        released.wait();
      });
      begun.get_future().wait();
    }
    void Release() { release_.set_value(); }
    absl::Status Result() { return held_.get(); }

   private:
    std::promise<void> release_;
    std::future<absl::Status> held_;
  };

  const test::TempDir dir_;
  const std::string path_ = dir_ / "registry.db";
  std::unique_ptr<Store> store_;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_TEST_STORE_SQLITE_STORE_TEST_BASE_H_
