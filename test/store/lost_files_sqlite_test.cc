// SPDX-License-Identifier: Apache-2.0
// Registry files that are removed or replaced under a store, and other names of one
// file.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/fault.h"
#include "store/sqlite_store_test_base.h"
#include "support/wait.h"

namespace zerotouch::store {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class LostFiles : public SqliteStoreTest, public testing::WithParamInterface<const char*> {
 protected:
  std::string File() const { return path_ + GetParam(); }
  std::string Aside() const { return dir_ / "aside"; }

  void ExpectRefused(const std::string& id) {
    EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("removed or replaced"));
    EXPECT_TRUE(absl::IsUnavailable(Put(id)));
    EXPECT_TRUE(absl::IsUnavailable(Run([&] { EXPECT_TRUE(absl::IsUnavailable(Put(id))); })));
    EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("removed or replaced"));
  }
  void ExpectWorksAgain() {
    EXPECT_TRUE(test::WaitUntil([&] { return store_->Ping().ok(); })) << store_->Ping();
    EXPECT_EQ(Put("again"), absl::OkStatus());
  }
};

TEST_P(LostFiles, Removed_WritesAreRefused_UntilItIsBack) {
  EXPECT_EQ(Put("before"), absl::OkStatus());
  fs::rename(File(), Aside());
  ExpectRefused("lost");
  fs::rename(Aside(), File());
  ExpectWorksAgain();
  EXPECT_THAT(Dpcs(), ElementsAre("again", "before"));
}

TEST_P(LostFiles, Replaced_WritesAreRefused_UntilItIsBack) {
  EXPECT_EQ(Put("before"), absl::OkStatus());
  fs::rename(File(), Aside());
  fs::copy_file(Aside(), File());
  ExpectRefused("lost");
  fs::rename(Aside(), File());
  ExpectWorksAgain();
}

TEST_P(LostFiles, RemovedDuringTheCommit_IsNotAcknowledged) {
  {
    const fault::Armed removed("store.commit", [this] {
      fs::rename(File(), Aside());
      return absl::OkStatus();
    });
    EXPECT_EQ(Put("one").code(), absl::StatusCode::kUnknown);
  }
  EXPECT_FALSE(store_->Ping().ok());
  fs::rename(Aside(), File());
  ExpectWorksAgain();
}

INSTANTIATE_TEST_SUITE_P(Files, LostFiles, testing::Values("", "-wal", "-shm"),
                         [](const testing::TestParamInfo<const char*>& file) {
                           const std::string suffix = file.param;
                           return suffix.empty() ? "Registry" : suffix.substr(1);
                         });

using EmptiedFile = SqliteStoreTest;

TEST_F(EmptiedFile, WritesAreRefused_UntilItIsRestored) {
  EXPECT_EQ(Put("before"), absl::OkStatus());
  fs::copy_file(path_, dir_ / "aside");
  fs::resize_file(path_, 0);
  EXPECT_THAT(std::string(store_->Ping().message()), HasSubstr("removed or replaced"));
  EXPECT_TRUE(absl::IsUnavailable(Put("lost")));
  std::ofstream(path_, std::ios::binary) << std::ifstream(dir_ / "aside").rdbuf();
  EXPECT_TRUE(test::WaitUntil([&] { return store_->Ping().ok(); })) << store_->Ping();
  EXPECT_EQ(Put("again"), absl::OkStatus());
  EXPECT_THAT(Dpcs(), ElementsAre("again", "before"));
}

using NewConnections = SqliteStoreTest;

TEST_F(NewConnections, ToAnotherFileOfTheName_AreRefused) {
  const auto open = store_->Read().value();
  fs::rename(path_, dir_ / "aside");
  fs::copy_file(dir_ / "aside", path_);
  EXPECT_TRUE(absl::IsUnavailable(store_->Read().status()));
  EXPECT_EQ(open->ListDpcs().value().size(), 0u) << "the old connection reads the old file";
}

class OtherNames : public SqliteStoreTest {
 protected:
  static std::string ErrorOfOpening(const std::string& path, Role role) {
    const auto opened = Open("sqlite://" + path, Clock::System(), role);
    return opened.ok() ? "opened" : std::string(opened.status().message());
  }
  // Returns the paths of other names of the registry.
  std::string SymbolicLink() {
    fs::create_symlink(path_, dir_ / "symbolic.db");
    return dir_ / "symbolic.db";
  }
  std::string LinkOfFolder() {
    fs::create_directory_symlink(dir_.path(), dir_ / "folder");
    return dir_ / "folder/registry.db";
  }
  std::string HardLink() {
    fs::create_directory(dir_ / "other");
    fs::create_hard_link(path_, dir_ / "other/hard.db");
    return dir_ / "other/hard.db";
  }
};

TEST_F(OtherNames, ASecondServer_IsRefusedByEachName) {
  for (const std::string& name : {SymbolicLink(), LinkOfFolder(), HardLink()}) {
    EXPECT_THAT(ErrorOfOpening(name, Role::kServer), HasSubstr("in use")) << name;
  }
}

TEST_F(OtherNames, ASecondServer_IsRefused_IfTheFirstUsesTheOtherName) {
  for (const std::string& name : {SymbolicLink(), HardLink()}) {
    store_.reset();
    auto first = Open("sqlite://" + name, Clock::System());
    ASSERT_TRUE(first.ok()) << first.status();
    EXPECT_THAT(ErrorOfOpening(path_, Role::kServer), HasSubstr("in use")) << name;
  }
}

TEST_F(OtherNames, Admin_MayUseASymbolicLink_ButNoHardLink) {
  const std::string symbolic = SymbolicLink();
  {
    const auto admin = Open("sqlite://" + symbolic, Clock::System(), Role::kAdmin);
    ASSERT_TRUE(admin.ok()) << admin.status();
    ASSERT_TRUE((*admin)->Write([](Transaction& tx) { return PutDpc(tx, "admin"); }).ok());
  }
  EXPECT_THAT(ErrorOfOpening(HardLink(), Role::kAdmin), HasSubstr("hard link"));
  EXPECT_THAT(Dpcs(), ElementsAre("admin"));
  EXPECT_EQ(Put("server"), absl::OkStatus());
}

// Returns true if another process finds the file locked where SQLite's readers lock.
bool IsLockedForOthers(const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    const int fd = open(path.c_str(), O_RDWR | O_CLOEXEC);
    struct flock range = {};
    range.l_type = F_WRLCK;
    range.l_start = 0x40000000 + 2;
    range.l_len = 510;
    _exit(fcntl(fd, F_GETLK, &range) == 0 && range.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

TEST_F(OtherNames, ClosingAnotherStore_KeepsTheLocksOfSqlite) {
  EXPECT_TRUE(IsLockedForOthers(path_));
  Open("sqlite://" + path_, Clock::System(), Role::kAdmin).value().reset();
  EXPECT_FALSE(Open("sqlite://" + path_, Clock::System(), Role::kServer).ok());
  EXPECT_TRUE(IsLockedForOthers(path_));
  store_.reset();
  EXPECT_FALSE(IsLockedForOthers(path_));
}

}  // namespace
}  // namespace zerotouch::store
