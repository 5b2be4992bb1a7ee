// SPDX-License-Identifier: Apache-2.0
#include "sandbox/state_control.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "base/limits.h"
#include "support/temp_dir.h"

namespace zerotouch::sandbox {
namespace {

TEST(StateControlTest, Exports_AreLimited) {
  const test::TempDir dir;
  const std::string url = "sqlite:" + (dir / "registry.db");
  const std::unique_ptr<store::Store> store = store::Open(url, Clock::System()).value();
  SandboxClock clock(Clock::System());
  StateControl control(*store, url, clock, {});
  const auto caller =
      auth::Authorize<auth::AnyoneInSandbox>({}, proto::ExportStateRequest(), "").value();
  std::vector<service::BytesAnswer> exports;
  for (int i = 0; i < limits::kExports; ++i) exports.push_back(control.Export(caller, {}).value());
  EXPECT_TRUE(absl::IsResourceExhausted(control.Export(caller, {}).status()));
  exports.pop_back();
  EXPECT_TRUE(control.Export(caller, {}).ok());
}

}  // namespace
}  // namespace zerotouch::sandbox
