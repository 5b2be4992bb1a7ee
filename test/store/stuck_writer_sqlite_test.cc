// SPDX-License-Identifier: Apache-2.0
// A writer that is stuck (another process has the lock, the disk does not answer)
// holds up nothing but writes, and those for a limited time.
#include <sqlite3.h>

#include <atomic>
#include <thread>

#include "base/fault.h"
#include "store/sqlite/file_lock.h"
#include "store/sqlite_store_test_base.h"
#include "support/wait.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr absl::Duration kShort = absl::Milliseconds(100);

class StuckWriter : public SqliteStoreTest {
 protected:
  void ExpectReadsGoOn() { EXPECT_TRUE(store_->Read().ok()); }
  void ExpectReadyAgain() {
    EXPECT_TRUE(test::WaitUntil([&] { return store_->Ping().ok(); })) << store_->Ping();
  }
};

// Blocks the commit of the store until Release, like a disk that does not answer.
class StalledDisk {
 public:
  StalledDisk()
      : armed_("store.commit", [this, released = release_.get_future().share()] {
          reached_ = true;
          released.wait();
          return absl::OkStatus();
        }) {}
  void AwaitCommit() {
    EXPECT_TRUE(test::WaitUntil([&] { return reached_.load(); }));
  }
  void Release() { release_.set_value(); }

 private:
  std::atomic<bool> reached_ = false;
  std::promise<void> release_;
  const fault::Armed armed_;
};

TEST_F(StuckWriter, LockOfAnotherProcess_WritesAreRefused_AndNotDoneLater) {
  const auto other = sqlite::FileLock::Open(path_).value();
  ASSERT_TRUE(other->TryLockWriting().value());
  store_->ShortenWaits(kShort);
  std::future<absl::Status> work = Queue([this] { Put("never").IgnoreError(); });
  EXPECT_TRUE(absl::IsUnavailable(Put("never either")));
  EXPECT_TRUE(absl::IsUnavailable(work.get()));
  ExpectReadsGoOn();
  EXPECT_TRUE(test::WaitUntil([&] { return !store_->Ping().ok(); }));
  EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("another process"));
  other->UnlockWriting();
  ExpectReadyAgain();
  EXPECT_EQ(Put("later"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("later"));
}

TEST_F(StuckWriter, LockOfAnotherProcess_ThatEndsInTime_OnlyDelaysWrites) {
  const auto other = sqlite::FileLock::Open(path_).value();
  ASSERT_TRUE(other->TryLockWriting().value());
  std::future<absl::Status> work = Queue([this] { EXPECT_TRUE(Put("one").ok()); });
  EXPECT_TRUE(test::WaitUntil([&] { return other->OthersWait(); }));
  EXPECT_EQ(store_->Ping(), absl::OkStatus());
  other->UnlockWriting();
  EXPECT_EQ(work.get(), absl::OkStatus());
}

TEST_F(StuckWriter, TransactionOfAnotherProgram_WritesAreRefused_AndNotDoneLater) {
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  store_->ShortenWaits(kShort);
  EXPECT_TRUE(absl::IsUnavailable(Put("never")));
  ExpectReadsGoOn();
  sqlite3_close(other);
  ExpectReadyAgain();
  EXPECT_THAT(Dpcs(), IsEmpty());
}

TEST_F(StuckWriter, StoreThatWritesAllTheTime_LetsAnotherProcessWrite) {
  std::atomic<bool> stop = false;
  std::vector<std::thread> writing;
  for (int t = 0; t < 4; ++t) {
    writing.emplace_back([&, t] {
      while (!stop) EXPECT_TRUE(Put(std::to_string(t)).ok());
    });
  }
  const auto other = sqlite::FileLock::Open(path_).value();
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(other->LockWriting(absl::Seconds(10)).ok());
    other->UnlockWriting();
  }
  stop = true;
  for (std::thread& thread : writing) thread.join();
}

TEST_F(StuckWriter, CloseWhileAnotherProcessHasTheLock_RefusesTheQueue_AndEnds) {
  const auto other = sqlite::FileLock::Open(path_).value();
  ASSERT_TRUE(other->TryLockWriting().value());
  std::vector<std::future<absl::Status>> work;
  for (int i = 0; i < 3; ++i) work.push_back(Queue([] { FAIL() << "it must not run"; }));
  store_.reset();
  for (auto& each : work) EXPECT_TRUE(absl::IsUnavailable(each.get()));
}

TEST_F(StuckWriter, CommitThatDoesNotEnd_IsAnsweredAsUnknown) {
  StalledDisk disk;
  std::future<absl::Status> work = Queue([this] { EXPECT_TRUE(Put("one").ok()); });
  disk.AwaitCommit();
  std::future<absl::Status> queued = Queue([this] { EXPECT_TRUE(Put("two").ok()); });
  store_->ShortenWaits(kShort);
  EXPECT_EQ(work.get().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(absl::IsUnavailable(queued.get())) << "it has not begun";
  ExpectReadsGoOn();
  EXPECT_TRUE(test::WaitUntil([&] { return !store_->Ping().ok(); }));
  EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("waiting for the disk"));
  disk.Release();
  ExpectReadyAgain();
  EXPECT_THAT(Dpcs(), ElementsAre("one")) << "as it may be";
}

TEST_F(StuckWriter, ThreadWhoseCommitDoesNotEnd_IsAnsweredAsUnknown) {
  StalledDisk disk;
  absl::Status status;
  std::thread writing([&] { status = Put("one"); });
  disk.AwaitCommit();
  store_->ShortenWaits(kShort);
  writing.join();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnknown);
  disk.Release();
}

TEST_F(StuckWriter, CloseDuringACommitThatDoesNotEnd_Ends) {
  StalledDisk disk;
  std::future<absl::Status> work = Queue([this] { EXPECT_TRUE(Put("one").ok()); });
  disk.AwaitCommit();
  std::future<absl::Status> queued = Queue([] { FAIL() << "it must not run"; });
  store_.reset();
  EXPECT_EQ(work.get().code(), absl::StatusCode::kUnknown);
  EXPECT_TRUE(absl::IsUnavailable(queued.get()));
  disk.Release();
  // The lock ends with the thread that was left behind.
  EXPECT_TRUE(test::WaitUntil([&] { return Open("sqlite://" + path_, Clock::System()).ok(); }));
}

TEST_F(StuckWriter, WriteThatDoesNotEnd_TheOthersOfItsGroupAreRefused_AndUndone) {
  std::promise<void> release;
  Holding holding(*this);
  std::future<absl::Status> before = Queue([this] { EXPECT_TRUE(Put("one").ok()); });
  std::future<absl::Status> stuck = Queue([&] {
    EXPECT_TRUE(Put("two").ok());
    release.get_future().wait();
  });
  holding.Release();
  store_->ShortenWaits(kShort);
  EXPECT_TRUE(absl::IsUnavailable(before.get()));
  ExpectReadsGoOn();
  release.set_value();
  EXPECT_TRUE(absl::IsUnavailable(stuck.get()));
  ExpectReadyAgain();
  EXPECT_THAT(Dpcs(), IsEmpty());
}

TEST_F(StuckWriter, WritesThatFail_AreToldByPing_UntilTheyWorkAgain) {
  {
    const fault::Armed full("store.commit", [] { return absl::UnavailableError("disk full"); });
    EXPECT_TRUE(absl::IsUnavailable(Put("one")));
    EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("writes fail: disk full"));
    ExpectReadsGoOn();
  }
  ExpectReadyAgain();
  EXPECT_THAT(Dpcs(), IsEmpty());
}

TEST_F(StuckWriter, ErrorOfTheCaller_DoesNotMakeTheStoreUnready) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(absl::IsUnavailable(
        store_->Write([](Transaction&) { return absl::UnavailableError("come later"); })));
    EXPECT_EQ(store_->Ping(), absl::OkStatus());
  }
}

TEST_F(StuckWriter, Ping_WhileAllConnectionsRead_DoesNotWait) {
  std::vector<std::unique_ptr<Snapshot>> snapshots;
  for (int i = 0; i < 64; ++i) snapshots.push_back(store_->Read().value());
  EXPECT_EQ(store_->Ping(), absl::OkStatus());
}

}  // namespace
}  // namespace zerotouch::store
