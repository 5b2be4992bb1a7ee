// SPDX-License-Identifier: Apache-2.0
// Tests what a store that cannot write tells readiness probes, and so strangers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "base/fault.h"
#include "errors/errors.h"
#include "store/store.h"
#include "support/golden_file.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::store {
namespace {

class ReadinessErrors : public testing::Test {
 protected:
  absl::Status Write() {
    return store_->Write([](Transaction& tx) {
      return tx.PutDpc({.id = "one", .package_name = "com.example", .title = "T"});
    });
  }
  // Waits until the store is unready, and adds the reason to the text.
  void Add(const std::string& name) {
    EXPECT_TRUE(test::WaitUntil([&] { return !store_->Ping().ok(); }));
    const absl::Status status = store_->Ping();
    EXPECT_TRUE(errors::IsPublic(status));
    text_ += fmt::format("# {}\n{}: {}\n\n", name, absl::StatusCodeToString(status.code()),
                         std::string_view(status.message().data(), status.message().size()));
  }
  void AwaitReady() {
    EXPECT_TRUE(test::WaitUntil([&] { return store_->Ping().ok(); }));
  }

  const test::TempDir dir_;
  const std::string path_ = dir_ / "registry.db";
  std::unique_ptr<Store> store_ = Open("sqlite://" + path_, Clock::System()).value();
  std::string text_;
};

TEST_F(ReadinessErrors, OfSqlite) {
  {
    const fault::Armed full(
        "store.commit", [] { return absl::UnavailableError("SQLite: database or disk is full"); });
    EXPECT_FALSE(Write().ok());
    Add("a commit failed");
  }
  AwaitReady();
  std::filesystem::rename(path_, dir_ / "aside");
  Add("the file was removed");
  EXPECT_FALSE(Write().ok());
  Add("the file was removed, and a write found it out");
  std::filesystem::rename(dir_ / "aside", path_);
  AwaitReady();
  {
    std::promise<void> release;
    const fault::Armed stalled("store.commit", [released = release.get_future().share()] {
      released.wait();
      return absl::OkStatus();
    });
    std::future<absl::Status> written = std::async(std::launch::async, [this] { return Write(); });
    Add("the disk does not answer");
    release.set_value();
    EXPECT_TRUE(written.get().ok());
  }
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_readiness.txt", text_);
  EXPECT_EQ(text_.find(dir_.path()), std::string::npos);
}

}  // namespace
}  // namespace zerotouch::store
