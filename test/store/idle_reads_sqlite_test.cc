// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "store/sqlite/database.h"
#include "store/sqlite_store_test_base.h"

// Connections that nobody uses keep a transaction open (store/sqlite/pool.h).
namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class IdleReads : public SqliteStoreTest {
 protected:
  void CloseStore() { store_.reset(); }
};

TEST_F(IdleReads, SeeWhatWasCommittedSince) {
  EXPECT_THAT(Dpcs(), IsEmpty());
  EXPECT_EQ(Put("one"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
}

TEST_F(IdleReads, SeeWhatAnotherProgramCommittedSince) {
  EXPECT_EQ(Put("one"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
  const auto other = sqlite::Database::Open(path_, sqlite::Access::kWrite);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*other)->Run("DELETE FROM dpcs"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), IsEmpty());
}

TEST_F(IdleReads, OfAnOlderSnapshot_DoNotDisturbIt) {
  EXPECT_EQ(Put("one"), absl::OkStatus());
  const auto older = store_->Read().value();
  EXPECT_EQ(older->ListDpcs().value().size(), 1U);
  EXPECT_EQ(Put("two"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("one", "two"));
  EXPECT_EQ(older->ListDpcs().value().size(), 1U);
}

// A read of a registry whose log is empty has a lock that copying the log needs.
TEST_F(IdleReads, DoNotKeepTheLogFromBeingCopied) {
  EXPECT_EQ(Put("one"), absl::OkStatus());
  CloseStore();
  OpenStore();
  EXPECT_THAT(Dpcs(), ElementsAre("one"));
  EXPECT_EQ(Put("two"), absl::OkStatus());
  CloseStore();
  std::filesystem::remove(path_ + "-wal");
  OpenStore();
  EXPECT_THAT(Dpcs(), ElementsAre("one", "two"));
}

// As an operator's program beside an idle server.
TEST_F(IdleReads, LetAnotherProgramCopyTheLog_OnceSomebodyReads) {
  EXPECT_EQ(Put("one"), absl::OkStatus());
  CloseStore();
  OpenStore();
  {
    const auto first = store_->Read().value();
    EXPECT_EQ(first->ListDpcs().value().size(), 1U);
    EXPECT_THAT(Dpcs(), ElementsAre("one"));  // on a second connection
  }
  const auto other = sqlite::Database::Open(path_, sqlite::Access::kWrite);
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ((*other)->Run("DELETE FROM dpcs"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), IsEmpty());  // ends the reads of both
  EXPECT_EQ((*other)->Checkpoint(), absl::OkStatus());
  sqlite::Cursor row = (*other)->Use("PRAGMA wal_checkpoint(PASSIVE)");
  ASSERT_TRUE(row.Row());
  EXPECT_EQ(row.IntAt(1), row.IntAt(2)) << "pages in the log, and those that were copied";
}

}  // namespace
}  // namespace zerotouch::store
