// SPDX-License-Identifier: Apache-2.0
// Commits that are written but cannot be synced: a crash must not bring them back
// after the caller was told that nothing is kept.
#include <sqlite3.h>

#include <atomic>
#include <filesystem>

#include "store/sqlite_store_test_base.h"

namespace zerotouch::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

std::atomic<int> syncs_to_fail = 0;
const sqlite3_io_methods* real_methods = nullptr;
sqlite3_io_methods failing_methods;

int FailSync(sqlite3_file* file, int flags) {
  if (syncs_to_fail > 0 && --syncs_to_fail >= 0) return SQLITE_IOERR_FSYNC;
  return real_methods->xSync(file, flags);
}

// While it lives, the syncs of logs that are opened fail as often as a test says.
class FailingSyncs {
 public:
  FailingSyncs() {
    base_ = sqlite3_vfs_find(nullptr);
    vfs_ = *base_;
    vfs_.zName = "failing-syncs";
    vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
      const int code = base_->xOpen(base_, name, file, flags, out);
      if (code == SQLITE_OK && (flags & SQLITE_OPEN_WAL) != 0) {
        real_methods = file->pMethods;
        failing_methods = *real_methods;
        failing_methods.xSync = FailSync;
        file->pMethods = &failing_methods;
      }
      return code;
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~FailingSyncs() {
    syncs_to_fail = 0;
    sqlite3_vfs_register(base_, 1);
    sqlite3_vfs_unregister(&vfs_);
  }
  FailingSyncs(const FailingSyncs&) = delete;
  FailingSyncs& operator=(const FailingSyncs&) = delete;

 private:
  static inline sqlite3_vfs* base_ = nullptr;
  sqlite3_vfs vfs_;
};

class FailedSync : public SqliteStoreTest {
 protected:
  void SetUp() override {
    syncs_ = std::make_unique<FailingSyncs>();
    OpenStore();
  }
  void TearDown() override {
    store_.reset();
    syncs_.reset();
  }
  // Returns what a server finds that starts after a crash now.
  std::vector<std::string> DpcsAfterACrash() {
    const std::string folder = dir_ / "crashed";
    fs::create_directory(folder);
    for (const char* suffix : {"", "-wal"}) {
      fs::copy_file(path_ + suffix, folder + "/registry.db" + suffix);
    }
    const auto store = Open("sqlite://" + folder + "/registry.db", Clock::System()).value();
    std::vector<std::string> ids;
    const std::vector<Dpc> dpcs = store->Read().value()->ListDpcs().value();
    for (const Dpc& dpc : dpcs) ids.push_back(dpc.id);
    return ids;
  }

  std::unique_ptr<FailingSyncs> syncs_;
};

TEST_F(FailedSync, CommitIsRefused_AndNotThereAfterACrash) {
  EXPECT_EQ(Put("before"), absl::OkStatus());
  syncs_to_fail = 1;
  EXPECT_TRUE(absl::IsUnavailable(Put("never")));
  EXPECT_THAT(DpcsAfterACrash(), ElementsAre("before"));
  EXPECT_THAT(Dpcs(), ElementsAre("before"));
  EXPECT_EQ(Put("later"), absl::OkStatus());
}

TEST_F(FailedSync, ThatCannotBeUndone_IsUnknown) {
  syncs_to_fail = 2;
  EXPECT_EQ(Put("perhaps").code(), absl::StatusCode::kUnknown);
  EXPECT_THAT(Dpcs(), IsEmpty());
}

}  // namespace
}  // namespace zerotouch::store
