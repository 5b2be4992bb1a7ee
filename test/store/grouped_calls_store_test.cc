// SPDX-License-Identifier: Apache-2.0
// Single calls that share a transaction.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <numeric>
#include <string>
#include <thread>

#include "base/fault.h"
#include "base/log.h"
#include "batch/grouped_calls.h"
#include "store/changelog/chain.h"
#include "store/history.h"
#include "store/store_test_base.h"

namespace zerotouch::batch {
namespace {

// A store whose calls wait for it. Holds its writes until it is told to go on.
class HeldStore final : public store::Store {
 public:
  explicit HeldStore(store::Store& real) : real_(real) {}

  // Calls each write with its number, from 1, instead of the store.
  using Instead = std::function<absl::Status(
      int number, const std::function<absl::Status(store::Transaction&)>& mutation)>;
  void Intercept(Instead instead) { instead_ = std::move(instead); }

  void Hold() {
    const std::lock_guard lock(mutex_);
    holds_ = true;
    writes_ = 0;
  }
  void GoOn() {
    const std::lock_guard lock(mutex_);
    holds_ = false;
    changed_.notify_all();
  }
  int writes() {
    const std::lock_guard lock(mutex_);
    return writes_;
  }

  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() override { return real_.Read(); }
  bool ReadsWait() const override { return true; }
  using store::Store::Write;
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& mutation) override {
    int number = 0;
    {
      std::unique_lock lock(mutex_);
      number = ++writes_;
      changed_.wait(lock, [&] { return !holds_; });
    }
    return instead_ ? instead_(number, mutation) : real_.Write(mutation);
  }
  void OnOperation(std::function<void()>) override {}
  absl::Status Ping() override { return absl::OkStatus(); }

 private:
  store::Store& real_;
  Instead instead_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool holds_ = false;
  int writes_ = 0;
};

class GroupedCallsTest : public store::StoreTest {
 protected:
  void SetUp() override {
    store::StoreTest::SetUp();
    log::SetLevel(log::Level::kOff);
    held_.emplace(*store_);
    calls_.emplace(*held_, rules_, clock_);
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  static std::string ImeiOfCall(int number) {
    std::string imei = "35" + std::to_string(100'000'000'000 + number);
    int sum = 0;
    for (size_t i = 0; i < imei.size(); ++i) {
      const int digit = imei[i] - '0';
      sum += i % 2 == 0 ? digit : digit * 2 / 10 + digit * 2 % 10;
    }
    return imei += static_cast<char>('0' + (10 - sum % 10) % 10);
  }

  // Runs a call for device number `device`, as request `number`.
  absl::StatusOr<ItemResult> RunCall(int device, int number, bool is_claim,
                                     GroupedCalls* calls = nullptr) {
    if (calls == nullptr) calls = &*calls_;
    const store::Actor actor{.kind = store::ActorKind::kReseller,
                             .partner = kPartner,
                             .account = "a@example.com",
                             .method = is_claim ? "claim" : "unclaim",
                             .request_id = std::to_string(number)};
    if (is_claim) {
      api::PartnerClaim claim;
      claim.mutable_device_identifier()->set_imei(ImeiOfCall(device));
      claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      claim.set_customer_id(kCustomer.value());
      return calls->Run({.partner = kPartner, .actor = actor, .claim = &claim, .target = {}});
    }
    api::PartnerUnclaim unclaim;
    unclaim.mutable_device_identifier()->set_imei(ImeiOfCall(device));
    unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return calls->Run({.partner = kPartner,
                       .actor = actor,
                       .unclaim = &unclaim,
                       .target = TargetOf(CheckUnclaim(unclaim, rules_, clock_.Now()))});
  }

  // Runs the calls for these devices at once: the first two each in a group of its own, and the
  // others in one, in their order.
  std::deque<absl::StatusOr<ItemResult>> RunAtOnce(const std::vector<int>& devices, bool is_claim) {
    held_->Hold();
    std::deque<absl::StatusOr<ItemResult>> results(devices.size(), ItemResult());
    std::vector<std::thread> threads;
    for (size_t i = 0; i < devices.size(); ++i) {
      threads.emplace_back(
          [&, i] { results[i] = RunCall(devices[i], static_cast<int>(i), is_claim); });
      if (i < 2) {
        while (held_->writes() <= static_cast<int>(i)) std::this_thread::yield();
      } else {
        while (calls_->waiting() + 1 < i) std::this_thread::yield();
      }
    }
    held_->GoOn();
    for (std::thread& thread : threads) thread.join();
    return results;
  }

  std::vector<store::HistoryEntry> HistoryOf(DeviceId device) {
    auto page = store::ReadHistory(*Read(), device, {}, 100);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? page->entries : std::vector<store::HistoryEntry>();
  }

  // Returns the devices that the partner holds, by number.
  std::vector<bool> HeldDevices(int devices) {
    std::vector<bool> held;
    const auto snapshot = Read();
    for (int i = 0; i < devices; ++i) {
      api::DeviceIdentifier identifier;
      identifier.set_imei(ImeiOfCall(i));
      const auto identity = ParseIdentity(identifier, rules_.identity);
      const auto found = snapshot->FindByIdentity(kPartner, std::get<Identity>(identity),
                                                  DeviceId(), /*limit=*/10);
      EXPECT_TRUE(found.ok()) << found.status();
      EXPECT_LE(found->rows.size(), 1u) << i;
      held.push_back(!found->rows.empty() && IsHeld(found->rows[0].ClaimIn(Section::kZeroTouch)));
    }
    return held;
  }

  void ExpectWholeLog() {
    const auto verified = store::changelog::VerifyLog(*Read(), std::nullopt);
    EXPECT_TRUE(verified.ok()) << verified.status();
  }

  static std::vector<int> Numbers(int count) {
    std::vector<int> numbers(static_cast<size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  const RegistryRules rules_{};
  std::optional<HeldStore> held_;
  std::optional<GroupedCalls> calls_;
};

class GroupedCallsPostgresTest : public GroupedCallsTest {};

TEST_P(GroupedCallsTest, CallsThatWait_ShareATransaction_AndAreLoggedApart) {
  constexpr int kCalls = 14;
  const auto claimed = RunAtOnce(Numbers(kCalls), /*is_claim=*/true);
  EXPECT_EQ(held_->writes(), 3);
  for (int i = 0; i < kCalls; ++i) {
    const auto& result = claimed[static_cast<size_t>(i)];
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->outcome, Outcome::kSuccess);
    const auto history = HistoryOf(result->device);
    ASSERT_EQ(history.size(), 1u);
    EXPECT_EQ(history[0].actor.request_id, std::to_string(i));
    EXPECT_EQ(history[0].change.item, 0u);
  }
  // Twice the same device, one that nobody knows, and one of a call before.
  std::vector<int> devices = Numbers(kCalls - 2);
  devices.insert(devices.end(), {7, 1'000, kCalls - 1});
  const auto unclaimed = RunAtOnce(devices, /*is_claim=*/false);
  EXPECT_EQ(held_->writes(), 3);
  for (size_t i = 0; i < devices.size(); ++i) {
    ASSERT_TRUE(unclaimed[i].ok()) << unclaimed[i].status();
    const Outcome expected = devices[i] == 1'000 ? Outcome::kUnknownDevice
                             : i == kCalls - 2u  ? Outcome::kNotClaimed
                                                 : Outcome::kSuccess;
    EXPECT_EQ(unclaimed[i]->outcome, expected) << i;
    if (expected != Outcome::kSuccess) continue;
    const auto history = HistoryOf(unclaimed[i]->device);
    ASSERT_EQ(history.size(), 2u);
    EXPECT_EQ(history[0].actor.request_id, std::to_string(i));
    EXPECT_EQ(history[0].change.item, 0u);
    EXPECT_FALSE(IsHeld(history[0].change.after));
  }
  ExpectWholeLog();
}

TEST_P(GroupedCallsTest, GroupThatFails_RunsOneByOne) {
  held_->Intercept([&](int number, const auto& mutation) {
    return store_->Write([&](store::Transaction& transaction) {
      const absl::Status status = mutation(transaction);
      return number == 3 && status.ok() ? absl::UnavailableError("simulated") : status;
    });
  });
  const auto results = RunAtOnce(Numbers(8), /*is_claim=*/true);
  EXPECT_EQ(held_->writes(), 3 + 6);
  for (const auto& result : results) {
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(HistoryOf(result->device).size(), 1u);
  }
  ExpectWholeLog();
}

TEST_P(GroupedCallsTest, GroupThatThrows_RunsOneByOne) {
  held_->Intercept([&](int number, const auto& mutation) -> absl::Status {
    if (number == 3) throw std::bad_alloc();
    return store_->Write(mutation);
  });
  std::atomic<int> thrown = 0;
  held_->Hold();
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      try {
        EXPECT_TRUE(RunCall(i, i, /*is_claim=*/true).ok());
      } catch (const std::bad_alloc&) {
        ++thrown;
      }
    });
    while (i < 2 && held_->writes() <= i) std::this_thread::yield();
    while (i >= 2 && calls_->waiting() + 1 < static_cast<size_t>(i)) std::this_thread::yield();
  }
  held_->GoOn();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(thrown, 1);
}

TEST_P(GroupedCallsTest, GroupWhoseCommitIsUnknown_IsNotRepeated) {
  held_->Intercept([&](int number, const auto& mutation) {
    const absl::Status status = store_->Write(mutation);
    return number == 3 ? absl::UnknownError("simulated") : status;
  });
  const auto results = RunAtOnce(Numbers(8), /*is_claim=*/true);
  EXPECT_EQ(held_->writes(), 3);
  for (size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(absl::IsUnknown(results[i].status()), i >= 2) << i;
  }
  EXPECT_EQ(HeldDevices(8), std::vector<bool>(8, true));
}

TEST_P(GroupedCallsPostgresTest, GroupThatConflicts_RunsOneByOne) {
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(RunCall(i, i, /*is_claim=*/true).ok());
  const auto replica = store::Open(url_, clock_).value();
  GroupedCalls of_replica(*replica, rules_, clock_);
  std::atomic<bool> changed = false;
  held_->Intercept([&](int number, const auto& mutation) {
    return store_->Write([&](store::Transaction& transaction) {
      absl::Status status = mutation(transaction);
      if (number == 3 && !changed.exchange(true)) {
        EXPECT_TRUE(RunCall(5, 99, /*is_claim=*/false, &of_replica).ok());
      }
      return status;
    });
  });
  const auto results = RunAtOnce(Numbers(8), /*is_claim=*/false);
  EXPECT_EQ(held_->writes(), 3 + 6);
  for (size_t i = 0; i < results.size(); ++i) {
    ASSERT_TRUE(results[i].ok()) << results[i].status();
    EXPECT_EQ(results[i]->outcome, i == 5 ? Outcome::kNotClaimed : Outcome::kSuccess) << i;
  }
  ExpectWholeLog();
}

// A call that is answered with an error has changed nothing, and others are done once.
TEST_P(GroupedCallsPostgresTest, AnyRoundTripThatFails_LeavesEachCallOnce) {
  for (const bool is_claim : {true, false}) {
    int failing = 1;
    for (std::atomic<int> trips = failing; trips >= failing && !HasFailure(); ++failing) {
      if (!is_claim) {
        for (int i = 0; i < 6; ++i) ASSERT_TRUE(RunCall(i, i, /*is_claim=*/true).ok());
      }
      trips = 0;
      std::deque<absl::StatusOr<ItemResult>> results;
      {
        const fault::Armed armed("postgres.round_trip", [&] {
          return ++trips == failing ? absl::UnavailableError("simulated") : absl::OkStatus();
        });
        results = RunAtOnce(Numbers(6), is_claim);
      }
      const std::vector<bool> held = HeldDevices(6);
      for (size_t i = 0; i < results.size(); ++i) {
        if (!results[i].ok()) {
          EXPECT_TRUE(absl::IsUnavailable(results[i].status())) << results[i].status();
        } else {
          EXPECT_EQ(results[i]->outcome, Outcome::kSuccess);
        }
        EXPECT_EQ(held[i], results[i].ok() == is_claim) << "trip " << failing << ", call " << i;
      }
      for (int i = 0; i < 6 && is_claim; ++i) {
        if (held[static_cast<size_t>(i)]) {
          ASSERT_TRUE(RunCall(i, i, /*is_claim=*/false).ok());
        }
      }
    }
    EXPECT_GT(failing, 3);
  }
  ExpectWholeLog();
}

INSTANTIATE_TEST_SUITE_P(Stores, GroupedCallsTest, testing::ValuesIn(store::AllKinds()),
                         store::NameOfKind);
INSTANTIATE_TEST_SUITE_P(Stores, GroupedCallsPostgresTest,
                         testing::ValuesIn(store::KindsWithReplicas()), store::NameOfKind);

}  // namespace
}  // namespace zerotouch::batch
