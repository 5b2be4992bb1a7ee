// SPDX-License-Identifier: Apache-2.0
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::Field;

class OperationsStoreTest : public StoreTest {
 protected:
  static constexpr absl::Duration kLease = absl::Seconds(5);

  OperationId Accept(int64_t id, PartnerId partner, int32_t items) {
    Write([&](Transaction& tx) {
      return tx.AddOperation({.id = OperationId(id),
                              .partner = partner,
                              .kind = BatchKind::kUnclaim,
                              .items = items,
                              .accepted = clock_.Now(),
                              .started = {},
                              .finished = {}},
                             std::vector<std::string>{"chunk zero", "chunk one"});
    });
    return OperationId(id);
  }

  std::optional<Lease> TryLease() {
    std::optional<Lease> lease;
    Write([&](Transaction& tx) -> absl::Status {
      auto leased = tx.LeaseOperation(clock_.Now(), kLease, LeaseOrder::kFair);
      if (!leased.ok()) return leased.status();
      lease = *leased;
      return absl::OkStatus();
    });
    return lease;
  }

  Lease TakeLease() {
    const std::optional<Lease> lease = TryLease();
    EXPECT_TRUE(lease.has_value());
    return lease.value_or(Lease());
  }

  absl::Status Record(const Lease& lease, const std::vector<IndexedResult>& results) {
    return Record(lease, HeadOf(lease.head.id).items_done, results);
  }
  absl::Status Record(const Lease& lease, int32_t items_done,
                      const std::vector<IndexedResult>& results) {
    return store_->Write([&](Transaction& tx) {
      return tx.RecordResults(lease, items_done, results, clock_.Now(), clock_.Now() + kLease);
    });
  }

  OperationHead HeadOf(OperationId id) {
    auto head = Read()->FindOperation(id);
    EXPECT_TRUE(head.ok() && head->has_value());
    return **head;
  }

  static IndexedResult Succeeded(uint32_t index) {
    return {.index = index, .result = {.outcome = Outcome::kSuccess, .device = DeviceId(1)}};
  }
};

TEST_P(OperationsStoreTest, AddOperation_IsThereAfterAReopen) {
  Accept(7, kPartner, 1500);
  Reopen();
  const OperationHead head = HeadOf(OperationId(7));
  EXPECT_EQ(head.partner, kPartner);
  EXPECT_EQ(head.kind, BatchKind::kUnclaim);
  EXPECT_EQ(head.items, 1500);
  EXPECT_EQ(head.items_done, 0);
  EXPECT_EQ(head.accepted, kNow);
  EXPECT_FALSE(head.started.has_value());
  EXPECT_FALSE(head.finished.has_value());
  EXPECT_THAT(Read()->ReadRequestChunks(OperationId(7), 0, 2).value(),
              ElementsAre("chunk zero", "chunk one"));
  EXPECT_THAT(Read()->ReadRequestChunks(OperationId(7), 1, 1).value(), ElementsAre("chunk one"));
  EXPECT_TRUE(absl::IsNotFound(Read()->ReadRequestChunks(OperationId(7), 1, 2).status()));
  EXPECT_TRUE(absl::IsNotFound(Read()->ReadRequestChunks(OperationId(8), 0, 1).status()));
}

TEST_P(OperationsStoreTest, AddOperation_TakenId_IsRefused) {
  Accept(7, kPartner, 1);
  const absl::Status status = store_->Write([&](Transaction& tx) {
    return tx.AddOperation({.id = OperationId(7),
                            .partner = kPartner,
                            .items = 1,
                            .accepted = kNow,
                            .started = {},
                            .finished = {}},
                           {});
  });
  EXPECT_TRUE(absl::IsAlreadyExists(status)) << status;
}

TEST_P(OperationsStoreTest, FindOperation_Unknown_IsNone) {
  EXPECT_FALSE(Read()->FindOperation(OperationId(1)).value().has_value());
}

TEST_P(OperationsStoreTest, Lease_RunsOnePartnersOperationsInOrder) {
  const OperationId first = Accept(9, kPartner, 1);
  const OperationId second = Accept(3, kPartner, 1);
  const Lease lease = TakeLease();
  EXPECT_EQ(lease.head.id, first);
  EXPECT_FALSE(TryLease().has_value()) << "the second must wait for the first";
  ASSERT_TRUE(Record(lease, {Succeeded(0)}).ok());
  EXPECT_EQ(TakeLease().head.id, second);
}

TEST_P(OperationsStoreTest, Lease_TakesTurnsBetweenPartners) {
  const OperationId big = Accept(1, kPartner, 2);
  const OperationId other = Accept(2, kOtherPartner, 2);
  const Lease lease = TakeLease();
  EXPECT_EQ(lease.head.id, big);
  Write([&](Transaction& tx) { return tx.ReleaseLease(lease); });
  const Lease next = TakeLease();
  EXPECT_EQ(next.head.id, other) << "who was served longest ago goes first";
  Write([&](Transaction& tx) { return tx.ReleaseLease(next); });
  EXPECT_EQ(TakeLease().head.id, big);
}

TEST_P(OperationsStoreTest, Lease_OfTheOldest_IgnoresTurns) {
  const OperationId big = Accept(1, kPartner, 2);
  Accept(2, kOtherPartner, 2);
  for (int i = 0; i < 3; ++i) {
    Write([&](Transaction& tx) -> absl::Status {
      auto lease = tx.LeaseOperation(clock_.Now(), kLease, LeaseOrder::kOldest);
      if (!lease.ok()) return lease.status();
      EXPECT_TRUE(lease->has_value() && (*lease)->head.id == big);
      return tx.ReleaseLease(**lease);
    });
  }
}

TEST_P(OperationsStoreTest, Lease_ThatRanOut_IsTakenOver_AndItsHolderCannotWrite) {
  const OperationId id = Accept(1, kPartner, 2);
  const Lease lost = TakeLease();
  clock_.Advance(kLease - absl::Milliseconds(1));
  EXPECT_FALSE(TryLease().has_value());
  EXPECT_FALSE(Read()->AnyRunnable(clock_.Now()).value());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(Read()->AnyRunnable(clock_.Now()).value());
  const Lease taken = TakeLease();
  EXPECT_GT(taken.token, lost.token);
  EXPECT_TRUE(absl::IsAborted(Record(lost, {Succeeded(0)})));
  EXPECT_TRUE(absl::IsAborted(
      store_->Write([&](Transaction& tx) { return tx.ExtendLease(lost, clock_.Now() + kLease); })));
  Write([&](Transaction& tx) { return tx.ReleaseLease(lost); });
  EXPECT_FALSE(TryLease().has_value()) << "a lost lease cannot release its successor's";
  EXPECT_TRUE(Record(taken, {Succeeded(0)}).ok());
  EXPECT_EQ(HeadOf(id).items_done, 1);
}

TEST_P(OperationsStoreTest, ExtendLease_KeepsOthersOut) {
  Accept(1, kPartner, 2);
  const Lease lease = TakeLease();
  clock_.Advance(kLease - absl::Seconds(1));
  Write([&](Transaction& tx) { return tx.ExtendLease(lease, clock_.Now() + kLease); });
  clock_.Advance(absl::Seconds(2));
  EXPECT_FALSE(TryLease().has_value());
}

TEST_P(OperationsStoreTest, RecordResults_WhenTheyAreThereAlready_IsRefused) {
  Accept(1, kPartner, 3);
  const Lease lease = TakeLease();
  ASSERT_TRUE(Record(lease, 0, {Succeeded(0)}).ok());
  // As after a commit whose outcome the worker never learned.
  EXPECT_EQ(Record(lease, 0, {Succeeded(0)}).code(), absl::StatusCode::kAborted);
  EXPECT_EQ(HeadOf(OperationId(1)).items_done, 1);
  EXPECT_TRUE(Record(lease, 1, {Succeeded(1), Succeeded(2)}).ok());
}

TEST_P(OperationsStoreTest, RecordResults_CountsAndFinishes) {
  const OperationId id = Accept(1, kPartner, 3);
  const Lease lease = TakeLease();
  EXPECT_EQ(HeadOf(id).started, kNow);
  ASSERT_TRUE(
      Record(lease, {Succeeded(2),
                     {.index = 0, .result = {.outcome = Outcome::kNotClaimed, .device = {}}}})
          .ok());
  EXPECT_EQ(HeadOf(id).items_done, 2);
  EXPECT_EQ(HeadOf(id).items_succeeded, 1);
  EXPECT_FALSE(HeadOf(id).finished.has_value());
  EXPECT_EQ(Read()->CountUnfinished(kPartner).value(), 1);
  clock_.Advance(absl::Seconds(1));
  ASSERT_TRUE(Record(lease, {Succeeded(1)}).ok());
  EXPECT_EQ(HeadOf(id).finished, kNow + absl::Seconds(1));
  EXPECT_EQ(Read()->CountUnfinished(kPartner).value(), 0);
  EXPECT_TRUE(absl::IsAborted(Record(lease, {Succeeded(1)}))) << "a finished one takes no more";

  const auto results = Read()->ReadResults(id);
  ASSERT_TRUE(results.ok());
  EXPECT_THAT(*results,
              ElementsAre(Field(&IndexedResult::index, 2), Field(&IndexedResult::index, 0),
                          Field(&IndexedResult::index, 1)));
  EXPECT_EQ((*results)[1].result.outcome, Outcome::kNotClaimed);
}

TEST_P(OperationsStoreTest, CountUnfinishedByKind_LeavesOutFinishedOperations) {
  EXPECT_THAT(Read()->CountUnfinishedByKind().value(), testing::IsEmpty());
  Accept(1, kPartner, 1);
  Accept(2, kPartner, 1);
  EXPECT_THAT(Read()->CountUnfinishedByKind().value(),
              ElementsAre(testing::Pair(BatchKind::kUnclaim, 2)));
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  EXPECT_THAT(Read()->CountUnfinishedByKind().value(),
              ElementsAre(testing::Pair(BatchKind::kUnclaim, 1)));
}

TEST_P(OperationsStoreTest, SweepOperations_DeletesOldFinishedOnesAlone) {
  const OperationId old = Accept(1, kPartner, 1);
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  clock_.Advance(absl::Hours(2));
  const OperationId recent = Accept(2, kPartner, 1);
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  const OperationId unfinished = Accept(3, kPartner, 1);
  int64_t swept = 0;
  Write([&](Transaction& tx) -> absl::Status {
    auto count = tx.SweepOperations(clock_.Now() - absl::Hours(1), 10);
    swept = count.value_or(-1);
    return count.status();
  });
  EXPECT_EQ(swept, 1);
  EXPECT_FALSE(Read()->FindOperation(old).value().has_value());
  EXPECT_TRUE(Read()->FindOperation(recent).value().has_value());
  EXPECT_TRUE(Read()->FindOperation(unfinished).value().has_value());
  EXPECT_TRUE(absl::IsNotFound(Read()->ReadRequestChunks(old, 0, 1).status()));
}

TEST_P(OperationsStoreTest, ListOperations_AreThePartners_InOrder_ByWhetherDone) {
  const auto list = [&](std::optional<bool> done, int64_t after = 0, int64_t limit = 10) {
    return Read()->ListOperations(kPartner, done, after, limit).value();
  };
  const auto ids = [](const Page<OperationHead>& page) {
    std::vector<int64_t> found;
    for (const OperationHead& head : page.rows) found.push_back(head.id.value());
    return found;
  };
  Accept(9, kPartner, 1);
  Accept(3, kPartner, 1);
  Accept(5, kOtherPartner, 1);
  Accept(7, kPartner, 1);
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  EXPECT_THAT(ids(list(std::nullopt)), ElementsAre(9, 3, 7));
  EXPECT_THAT(ids(list(true)), ElementsAre(9));
  EXPECT_THAT(ids(list(false)), ElementsAre(3, 7));
  const Page<OperationHead> page = list(std::nullopt, 0, 2);
  EXPECT_THAT(ids(page), ElementsAre(9, 3));
  EXPECT_TRUE(page.more);
  const Page<OperationHead> rest = list(std::nullopt, page.rows.back().number, 2);
  EXPECT_THAT(ids(rest), ElementsAre(7));
  EXPECT_FALSE(rest.more);
}

TEST_P(OperationsStoreTest, CancelOperation_EndsIt_AndWhoRunsItCannotWrite) {
  const OperationId id = Accept(1, kPartner, 3);
  const OperationId next = Accept(2, kPartner, 1);
  const Lease lease = TakeLease();
  ASSERT_TRUE(Record(lease, {Succeeded(2)}).ok());
  clock_.Advance(absl::Seconds(1));
  Write([&](Transaction& tx) { return tx.CancelOperation(id, clock_.Now()); });
  EXPECT_TRUE(HeadOf(id).cancelled);
  EXPECT_EQ(HeadOf(id).finished, clock_.Now());
  EXPECT_EQ(HeadOf(id).items_done, 1);
  EXPECT_TRUE(absl::IsAborted(Record(lease, {Succeeded(0)})));
  EXPECT_THAT(Read()->ReadResults(id).value(), ElementsAre(Field(&IndexedResult::index, 2)));
  EXPECT_EQ(Read()->CountUnfinished(kPartner).value(), 1);
  EXPECT_EQ(TakeLease().head.id, next) << "the partner's next one may run at once";
  Reopen();
  EXPECT_TRUE(HeadOf(id).cancelled);
}

TEST_P(OperationsStoreTest, CancelOperation_Finished_StaysAsItIs) {
  const OperationId id = Accept(1, kPartner, 1);
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  clock_.Advance(absl::Seconds(1));
  Write([&](Transaction& tx) { return tx.CancelOperation(id, clock_.Now()); });
  EXPECT_FALSE(HeadOf(id).cancelled);
  EXPECT_EQ(HeadOf(id).finished, kNow);
  EXPECT_TRUE(absl::IsNotFound(store_->Write(
      [&](Transaction& tx) { return tx.CancelOperation(OperationId(2), clock_.Now()); })));
}

TEST_P(OperationsStoreTest, DeleteOperation_TakesAllOfIt) {
  const OperationId id = Accept(1, kPartner, 1);
  const OperationId other = Accept(2, kPartner, 1);
  ASSERT_TRUE(Record(TakeLease(), {Succeeded(0)}).ok());
  Write([&](Transaction& tx) { return tx.DeleteOperation(id); });
  EXPECT_FALSE(Read()->FindOperation(id).value().has_value());
  EXPECT_TRUE(absl::IsNotFound(Read()->ReadRequestChunks(id, 0, 1).status()));
  EXPECT_TRUE(Read()->ReadResults(id).value().empty());
  EXPECT_THAT(Read()->ReadRequestChunks(other, 0, 1).value(), ElementsAre("chunk zero"));
  EXPECT_TRUE(
      absl::IsNotFound(store_->Write([&](Transaction& tx) { return tx.DeleteOperation(id); })));
}

TEST_P(OperationsStoreTest, Reopen_EndsTheLeasesOfADeadServer) {
  Accept(1, kPartner, 1);
  const Lease lease = TakeLease();
  Reopen();
  if (GetParam().replicas) {
    // Other replicas may be running; their leases expire.
    EXPECT_FALSE(TryLease().has_value());
    clock_.Advance(kLease);
  }
  EXPECT_TRUE(TryLease().has_value());
  EXPECT_TRUE(absl::IsAborted(Record(lease, {Succeeded(0)})));
}

TEST_P(OperationsStoreTest, Account_IsKept_AndComesWithTheLease) {
  Write([&](Transaction& tx) {
    return tx.AddOperation({.id = OperationId(8),
                            .partner = kPartner,
                            .items = 1,
                            .accepted = kNow,
                            .account = "robot@example.com"},
                           std::vector<std::string>{"chunk"});
  });
  Accept(9, kOtherPartner, 1);
  Reopen();
  EXPECT_EQ(HeadOf(OperationId(8)).account, "robot@example.com");
  EXPECT_EQ(HeadOf(OperationId(9)).account, "");
  EXPECT_EQ(TakeLease().head.account, "robot@example.com");
}

TEST_P(OperationsStoreTest, RetentionMark_IsAbsentAtFirst_AndKept) {
  const auto mark = [&] {
    std::optional<absl::Time> read;
    Write([&](Transaction& tx) -> absl::Status {
      const auto locked = tx.LockRetentionMark();
      if (locked.ok()) read = *locked;
      return locked.status();
    });
    return read;
  };
  EXPECT_EQ(mark(), std::nullopt);
  Write([&](Transaction& tx) { return tx.SetRetentionMark(kNow); });
  Write([&](Transaction& tx) { return tx.SetRetentionMark(kNow - absl::Hours(1)); });
  Reopen();
  EXPECT_EQ(mark(), kNow - absl::Hours(1));
}

TEST_P(OperationsStoreTest, NewestFinish_IsThatOfTheLastOneFinished) {
  EXPECT_EQ(Read()->NewestFinish().value(), std::nullopt);
  for (int64_t id = 1; id <= 3; ++id) Accept(id, kPartner, 1);
  EXPECT_EQ(Read()->NewestFinish().value(), std::nullopt);
  for (const int64_t hours : {5, 2}) {
    Write([&](Transaction& tx) {
      return tx.CancelOperation(OperationId(hours == 5 ? 1 : 2), kNow + absl::Hours(hours));
    });
  }
  EXPECT_EQ(Read()->NewestFinish().value(), kNow + absl::Hours(5));
}

TEST_P(OperationsStoreTest, AddUndo_HasTheRequestOfTheOperation_AndIsFoundUnlessCancelled) {
  const OperationHead first = HeadOf(Accept(1, kPartner, 2));
  OperationHead undo = first;
  undo.id = OperationId(2);
  undo.kind = BatchKind::kUndoUnclaim;
  undo.undoes = first.id;
  Write([&](Transaction& tx) { return tx.AddUndo(undo); });
  EXPECT_EQ(Read()->ReadRequestChunks(undo.id, 0, 1).value(),
            Read()->ReadRequestChunks(first.id, 0, 1).value());
  EXPECT_EQ(HeadOf(undo.id).undoes, first.id);
  EXPECT_EQ(HeadOf(first.id).undoes, OperationId());
  ASSERT_TRUE(Read()->FindUndoOf(first.id).value().has_value());
  EXPECT_EQ(Read()->FindUndoOf(first.id).value()->id, undo.id);
  EXPECT_FALSE(Read()->FindUndoOf(undo.id).value().has_value());
  Reopen();
  EXPECT_EQ(HeadOf(undo.id).undoes, first.id);
  Write([&](Transaction& tx) { return tx.CancelOperation(undo.id, clock_.Now()); });
  EXPECT_FALSE(Read()->FindUndoOf(first.id).value().has_value());
}

TEST_P(OperationsStoreTest, AddUndo_OfNoOperation_IsNotFound) {
  OperationHead undo = HeadOf(Accept(1, kPartner, 2));
  undo.id = OperationId(2);
  undo.undoes = OperationId(3);
  EXPECT_TRUE(absl::IsNotFound(store_->Write([&](Transaction& tx) { return tx.AddUndo(undo); })));
}

TEST_P(OperationsStoreTest, SweepOperations_KeepsWhatIsBeingUndone) {
  const OperationHead first = HeadOf(Accept(1, kPartner, 2));
  Write([&](Transaction& tx) { return tx.CancelOperation(first.id, clock_.Now()); });
  OperationHead undo = first;
  undo.id = OperationId(2);
  undo.undoes = first.id;
  Write([&](Transaction& tx) { return tx.AddUndo(undo); });
  int64_t swept = 0;
  const auto sweep = [&](Transaction& tx) -> absl::Status {
    swept = tx.SweepOperations(clock_.Now() + absl::Hours(1), 10).value();
    return absl::OkStatus();
  };
  Write(sweep);
  EXPECT_EQ(swept, 0);
  Write([&](Transaction& tx) { return tx.CancelOperation(undo.id, clock_.Now()); });
  Write(sweep);
  EXPECT_EQ(swept, 2);
}

INSTANTIATE_TEST_SUITE_P(Stores, OperationsStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
