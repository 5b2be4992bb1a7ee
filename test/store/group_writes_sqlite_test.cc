// SPDX-License-Identifier: Apache-2.0
// Work that is queued for the thread that writes (Store::WriteInGroup).
#include <new>
#include <stdexcept>
#include <thread>

#include "base/fault.h"
#include "base/limits.h"
#include "store/sqlite_store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using GroupWrites = SqliteStoreTest;

TEST_F(GroupWrites, Work_WritesSeveralTimes_AndIsDurableWhenDone) {
  absl::Status first, second;
  EXPECT_EQ(Run([&] {
              first = Put("one");
              second = Put("two");
              EXPECT_THAT(Dpcs(), IsEmpty()) << "it reads what is committed";
            }),
            absl::OkStatus());
  EXPECT_EQ(first, absl::OkStatus());
  EXPECT_EQ(second, absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("one", "two"));
}

TEST_F(GroupWrites, Work_MayOwnWhatCannotBeCopied) {
  auto id = std::make_unique<std::string>("one");
  EXPECT_EQ(Run([this, id = std::move(id)] { EXPECT_TRUE(Put(*id).ok()); }), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
}

TEST_F(GroupWrites, MutationThatFails_IsUndoneAlone) {
  for (const int failing : {0, 1, 2}) {
    SCOPED_TRACE(failing);
    EXPECT_EQ(Run([&] {
                for (int i = 0; i < 3; ++i) {
                  const absl::Status status = store_->Write([&](Transaction& tx) {
                    const absl::Status put = PutDpc(tx, std::to_string(failing * 3 + i));
                    return i == failing ? absl::AbortedError("not this one") : put;
                  });
                  EXPECT_EQ(absl::IsAborted(status), i == failing);
                }
              }),
              absl::OkStatus());
  }
  EXPECT_THAT(Dpcs(), ElementsAre("1", "2", "3", "5", "6", "7"));
}

TEST_F(GroupWrites, WorkOfOneGroup_SharesItsTransaction_InOrderOfArrival) {
  std::vector<std::future<absl::Status>> done;
  Holding holding(*this);
  size_t seen = 99;
  for (const char* id : {"one", "two"}) {
    done.push_back(Queue([this, id] { EXPECT_TRUE(Put(id).ok()); }));
  }
  done.push_back(Queue([&] {
    const absl::Status status = store_->Write([&](Transaction& tx) {
      seen = tx.ListDpcs().value().size();
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok());
  }));
  holding.Release();
  for (auto& each : done) EXPECT_EQ(each.get(), absl::OkStatus());
  EXPECT_EQ(seen, 2u);
}

TEST_F(GroupWrites, CommitThatFails_IsTheErrorOfAllOfTheGroup_AlsoOfWhatWasRefused) {
  std::vector<std::future<absl::Status>> done;
  {
    const fault::Armed full("store.commit", [] { return absl::UnavailableError("disk full"); });
    Holding holding(*this);
    done.push_back(Queue([this] { EXPECT_TRUE(Put("one").ok()); }));
    done.push_back(Queue([this] {
      // Refused for what the group then loses.
      EXPECT_TRUE(absl::IsAborted(store_->Write([](Transaction& tx) {
        EXPECT_EQ(tx.ListDpcs().value().size(), 1u);
        return absl::AbortedError("there is one already");
      })));
    }));
    holding.Release();
    for (auto& each : done) EXPECT_TRUE(absl::IsUnavailable(each.get()));
  }
  EXPECT_THAT(Dpcs(), IsEmpty());
  EXPECT_EQ(Run([this] { EXPECT_TRUE(Put("two").ok()); }), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("two"));
}

TEST_F(GroupWrites, WorkThatWritesNothing_WaitsForNoCommit) {
  const fault::Armed full("store.commit", [] { return absl::UnavailableError("disk full"); });
  EXPECT_EQ(Run([] {}), absl::OkStatus());
}

TEST_F(GroupWrites, ExceptionOfOneWork_UndoesIt_AndTheOthersAreKept) {
  std::vector<std::future<absl::Status>> done;
  Holding holding(*this);
  done.push_back(Queue([this] { EXPECT_TRUE(Put("before").ok()); }));
  done.push_back(Queue([this] {
    EXPECT_TRUE(Put("lost").ok());
    EXPECT_TRUE(Put("lost too").ok());
    throw std::bad_alloc();
  }));
  done.push_back(Queue([] { throw std::runtime_error("no"); }));
  done.push_back(Queue([this] {
    EXPECT_TRUE(absl::IsResourceExhausted(store_->Write([](Transaction& tx) -> absl::Status {
      EXPECT_TRUE(PutDpc(tx, "lost").ok());
      throw std::bad_alloc();
    })));
    EXPECT_TRUE(Put("after").ok());
  }));
  holding.Release();
  EXPECT_EQ(done[0].get(), absl::OkStatus());
  EXPECT_TRUE(absl::IsResourceExhausted(done[1].get()));
  EXPECT_TRUE(absl::IsInternal(done[2].get()));
  EXPECT_EQ(done[3].get(), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("after", "before"));
}

TEST_F(GroupWrites, ExceptionOfAMutation_FailsThatWriteAlone) {
  EXPECT_TRUE(absl::IsResourceExhausted(store_->Write([](Transaction& tx) -> absl::Status {
    EXPECT_TRUE(PutDpc(tx, "lost").ok());
    throw std::bad_alloc();
  })));
  EXPECT_EQ(Put("next"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("next"));
}

TEST_F(GroupWrites, WriteInsideAMutationOrInDone_IsAnError_AndNotADeadlock) {
  std::promise<absl::Status> in_done;
  EXPECT_TRUE(store_->WriteInGroup(
      [this] {
        EXPECT_TRUE(store_
                        ->Write([this](Transaction&) {
                          EXPECT_TRUE(absl::IsInternal(Put("nested")));
                          return absl::OkStatus();
                        })
                        .ok());
      },
      [&](const absl::Status& status) {
        EXPECT_EQ(status, absl::OkStatus());
        in_done.set_value(Put("late"));
      }));
  EXPECT_TRUE(absl::IsInternal(in_done.get_future().get()));
  EXPECT_THAT(Dpcs(), IsEmpty());
}

TEST_F(GroupWrites, FullQueue_RefusesWork_AtOnce) {
  Holding holding(*this);
  std::vector<std::future<absl::Status>> done;
  for (int i = 0; i < limits::kQueuedWrites; ++i) done.push_back(Queue([] {}));
  bool ran = false;
  absl::Status refused;
  EXPECT_TRUE(store_->WriteInGroup([&] { ran = true; },
                                   [&](absl::Status status) { refused = std::move(status); }));
  EXPECT_TRUE(absl::IsResourceExhausted(refused));
  holding.Release();
  for (auto& each : done) EXPECT_EQ(each.get(), absl::OkStatus());
  EXPECT_FALSE(ran);
}

TEST_F(GroupWrites, QueuedWork_IsDoneBeforeTheStoreCloses) {
  Holding holding(*this);
  std::future<absl::Status> done = Queue([store = store_.get()] {
    EXPECT_TRUE(store->Write([](Transaction& tx) { return PutDpc(tx, "one"); }).ok());
  });
  std::thread closing([&] { store_.reset(); });
  holding.Release();
  closing.join();
  EXPECT_EQ(done.get(), absl::OkStatus());
  OpenStore();
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
}

TEST_F(GroupWrites, ThreadsAndWork_Together_KeepTheGoodOnesAlone) {
  constexpr int kEach = 200;
  std::vector<std::future<absl::Status>> done;
  std::thread writing([this] {
    for (int i = 0; i < kEach; ++i) EXPECT_TRUE(Put("w" + std::to_string(i)).ok());
  });
  for (int i = 0; i < kEach; ++i) {
    done.push_back(Queue([this, i] {
      EXPECT_TRUE(Put("g" + std::to_string(i)).ok());
      if (i % 4 == 0) throw std::bad_alloc();
    }));
  }
  writing.join();
  for (int i = 0; i < kEach; ++i) EXPECT_EQ(done[static_cast<size_t>(i)].get().ok(), i % 4 != 0);
  EXPECT_EQ(Dpcs().size(), static_cast<size_t>(kEach + kEach * 3 / 4));
}

}  // namespace
}  // namespace zerotouch::store
