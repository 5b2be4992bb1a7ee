// SPDX-License-Identifier: Apache-2.0
// Work that a store runs on threads of its own.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <stdexcept>
#include <string>

#include "base/fault.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

class InGroupStoreTest : public StoreTest {
 protected:
  // Runs `read` as the work of a call for `device`: by itself, if the store has no groups.
  void RunReading(DeviceId device, const std::function<void()>& read) {
    std::promise<void> ran;
    const bool is_queued = store_->ReadInGroup(device, [&] {
      read();
      ran.set_value();
    });
    EXPECT_EQ(is_queued, store_->ReadsWait());
    if (is_queued) {
      ran.get_future().wait();
    } else {
      read();
    }
  }

  // Runs `write` as the work of a call, and returns the status that it ends with.
  absl::Status RunWriting(const std::function<void()>& write) {
    std::promise<absl::Status> ended;
    EXPECT_TRUE(store_->WriteInGroup([&] { write(); },
                                     [&](const absl::Status& status) {
                                       // A copy that no other thread shares.
                                       ended.set_value(
                                           absl::Status(status.code(), status.message()));
                                     }));
    return ended.get_future().get();
  }
};

class InGroupPostgresTest : public InGroupStoreTest {};

TEST_P(InGroupStoreTest, Reads_AreOfWhatWasCommittedBefore) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const DeviceId other = AddDevice({36}, kPartner, kCustomer);
  for (int i = 0; i < 20; ++i) {
    const int64_t version = store_->AccountsVersion().value();
    Write([&](Transaction& tx) {
      return tx.AddAccount({.email = std::to_string(i) + "@example.com",
                            .client_id = std::to_string(i),
                            .customers = {kCustomer},
                            .keys = {}});
    });
    const CustomerId owner = i % 2 == 0 ? kOtherCustomer : kCustomer;
    ChangeDevice(device, [&](DeviceState& state) {
      state.zero_touch->owner = owner;
      state.zero_touch_changed = true;
    });
    RunReading(device, [&] {
      EXPECT_NE(store_->AccountsVersion().value(), version);
      EXPECT_EQ(store_->ReadDevice(device)->zero_touch->owner, owner);
      EXPECT_EQ(store_->ReadDevice(other)->id, other) << "another device than was announced";
      EXPECT_NE(store_->ReadDevice(other)->StatementOf(kPartner), nullptr);
    });
    RunReading(DeviceId(), [&] { EXPECT_NE(store_->AccountsVersion().value(), version); });
  }
  const DeviceId unknown(other.value() + 1);
  RunReading(unknown, [&] {
    const auto read = store_->ReadDevice(unknown);
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->id, unknown);
    EXPECT_EQ(read->zero_touch, std::nullopt);
  });
}

TEST_P(InGroupPostgresTest, LostDatabase_IsTheErrorOfEachRead) {
  const DeviceId device = AddDevice({35}, kPartner, kCustomer);
  const auto read = [&](absl::StatusCode code) {
    EXPECT_EQ(store_->AccountsVersion().status().code(), code);
    EXPECT_EQ(store_->ReadDevice(device).status().code(), code);
  };
  {
    const fault::Armed armed("postgres.round_trip", [] { return absl::UnavailableError("lost"); });
    RunReading(device, [&] { read(absl::StatusCode::kUnavailable); });
  }
  RunReading(device, [&] { read(absl::StatusCode::kOk); });
}

TEST_P(InGroupStoreTest, Writes_AreDurableWhenTheyEnd) {
  const Partner added{.id = PartnerId(7), .name = "added", .created = kNow};
  const absl::Status status = RunWriting([&] {
    EXPECT_TRUE(store_->Write([&](Transaction& tx) { return tx.AddPartner(added); }).ok());
  });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(Read()->FindPartner(added.id)->has_value());
}

TEST_P(InGroupStoreTest, WorkThatThrows_EndsWithAnError) {
  EXPECT_TRUE(absl::IsInternal(RunWriting([] { throw std::runtime_error("work"); })));
  EXPECT_TRUE(RunWriting([] {}).ok());
}

INSTANTIATE_TEST_SUITE_P(Stores, InGroupStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);
INSTANTIATE_TEST_SUITE_P(Stores, InGroupPostgresTest, testing::ValuesIn(KindsWithReplicas()),
                         NameOfKind);

}  // namespace
}  // namespace zerotouch::store
