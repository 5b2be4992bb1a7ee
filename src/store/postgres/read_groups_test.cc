// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/read_groups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

namespace zerotouch::store::postgres {
namespace {

using testing::ElementsAre;

GroupReads ReadsOf(int64_t version, std::span<const DeviceId> devices) {
  GroupReads reads{.accounts_version = version, .devices = {}};
  for (const DeviceId device : devices) reads.devices[device].id = device;
  return reads;
}

TEST(ReadGroups, Work_GetsWhatWasReadSinceItWasAdded) {
  std::atomic<int64_t> version = 0;
  std::atomic<int> ran = 0;
  {
    ReadGroups groups(3, [&](auto devices) { return ReadsOf(version.load(), devices); });
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 500; ++i) {
          const int64_t least = ++version;
          const DeviceId device(1 + t);
          groups.Add(device, [&, least, device] {
            const auto* reads = groups.Current();
            ASSERT_NE(reads, nullptr);
            EXPECT_GE((*reads)->accounts_version, least);
            EXPECT_TRUE((*reads)->devices.contains(device));
            ++ran;
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(ran, 2'000) << "what was added runs before the groups end";
}

// Groups whose first read goes on only when it is told to.
class HeldGroups {
 public:
  explicit HeldGroups(absl::StatusOr<GroupReads> (*second)() = nullptr)
      : groups_(1, [this, second](auto devices) -> absl::StatusOr<GroupReads> {
          read_.emplace_back(devices.begin(), devices.end());
          if (read_.size() == 1) {
            begun_.count_down();
            go_on_.wait();
          } else if (second != nullptr) {
            return second();
          }
          return ReadsOf(static_cast<int64_t>(read_.size()), devices);
        }) {
    groups_.Add(DeviceId(), [] {});
    begun_.wait();
  }

  ReadGroups& groups() { return groups_; }
  void GoOn() { go_on_.count_down(); }
  const std::vector<std::vector<DeviceId>>& read() const { return read_; }

 private:
  std::latch begun_{1};
  std::latch go_on_{1};
  std::vector<std::vector<DeviceId>> read_;  // by the thread of the groups
  ReadGroups groups_;
};

TEST(ReadGroups, WorkThatWaits_SharesOneRead) {
  std::latch ran(4);
  HeldGroups held;
  for (const int64_t device : {7, 0, 3, 7}) {
    held.groups().Add(DeviceId(device), [&] { ran.count_down(); });
  }
  held.GoOn();
  ran.wait();
  EXPECT_THAT(held.read(), ElementsAre(ElementsAre(), ElementsAre(DeviceId(3), DeviceId(7))));
}

TEST(ReadGroups, FailedRead_IsTheErrorOfAll) {
  std::latch ran(2);
  HeldGroups held(+[]() -> absl::StatusOr<GroupReads> { return absl::UnavailableError("lost"); });
  for (int i = 0; i < 2; ++i) {
    held.groups().Add(DeviceId(1), [&] {
      EXPECT_TRUE(absl::IsUnavailable(held.groups().Current()->status()));
      ran.count_down();
    });
  }
  held.GoOn();
  ran.wait();
}

TEST(ReadGroups, ReadThatThrows_LeavesTheWorkToReadByItself) {
  std::latch ran(2);
  HeldGroups held(+[]() -> absl::StatusOr<GroupReads> { throw std::bad_alloc(); });
  for (int i = 0; i < 2; ++i) {
    held.groups().Add(DeviceId(1), [&] {
      EXPECT_EQ(held.groups().Current(), nullptr);
      ran.count_down();
    });
  }
  held.GoOn();
  ran.wait();
}

TEST(ReadGroups, WorkThatThrows_HarmsNoOther) {
  std::latch ran(1);
  HeldGroups held;
  held.groups().Add(DeviceId(1), [] { throw std::runtime_error("work"); });
  held.groups().Add(DeviceId(1), [&] { ran.count_down(); });
  held.GoOn();
  ran.wait();
}

TEST(ReadGroups, OtherThreadsAndGroups_HaveNoReads) {
  ReadGroups other(1, [](auto devices) { return ReadsOf(1, devices); });
  std::latch ran(1);
  HeldGroups held;
  EXPECT_EQ(held.groups().Current(), nullptr);
  held.groups().Add(DeviceId(1), [&] {
    EXPECT_NE(held.groups().Current(), nullptr);
    EXPECT_EQ(other.Current(), nullptr);
    ran.count_down();
  });
  held.GoOn();
  ran.wait();
}

}  // namespace
}  // namespace zerotouch::store::postgres
