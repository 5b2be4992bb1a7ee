// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/sandbox_env.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/status_text.h"
#include "support/temp_dir.h"
#include "zerotouch/auth_token.h"
#include "zerotouch/shell_word.h"

namespace zerotouch::cli {
namespace {

using testing::HasSubstr;

std::string ErrorOf(const std::string& data_dir) {
  const absl::StatusOr<std::string> exports = SandboxExports(data_dir);
  EXPECT_TRUE(absl::IsInvalidArgument(exports.status()));
  return std::string(MessageOf(exports.status()));
}

TEST(SandboxExportsTest, FirstResellerAndItsFirstCustomer_AreExported_QuotedForAShell) {
  const test::TempDir dir;
  std::ofstream(dir / "sandbox.json")
      << R"({"endpoint":"http://127.0.0.1:8080","grpcEndpoint":"127.0.0.1:8080","resellers":[)"
      << R"({"partnerId":"11","name":"A","credentials":"/it's here/r.json","vendorIds":[],)"
      << R"("customerIds":["12","13"]},{"partnerId":"21","customerIds":["22"]}],"customers":[]})";
  const absl::StatusOr<std::string> exports = SandboxExports(dir.path());
  ASSERT_TRUE(exports.ok()) << MessageOf(exports.status());
  EXPECT_EQ(*exports,
            "export ZEROTOUCH_ENDPOINT=http://127.0.0.1:8080\n"
            "export ZEROTOUCH_PARTNER=11\n"
            "export ZEROTOUCH_CUSTOMER=12\n"
            "export ZEROTOUCH_CREDENTIALS='/it'\\''s here/r.json'\n"
            "export GOOGLE_APPLICATION_CREDENTIALS='/it'\\''s here/r.json'\n");
}

TEST(SandboxExportsTest, MissingOrForeignFile_IsNamed) {
  const test::TempDir dir;
  EXPECT_THAT(ErrorOf(dir.path()), HasSubstr("zerotouchd sandbox --data-dir " + dir.path()));
  for (const char* content : {"", "{", "[]", R"({"endpoint":"http://x"})",
                              R"({"endpoint":"http://x\u001b[2J","resellers":[]})"}) {
    std::ofstream(dir / "sandbox.json") << content;
    EXPECT_THAT(ErrorOf(dir.path()), HasSubstr(dir / "sandbox.json")) << content;
  }
}

TEST(ShellWordTest, OnlyWhatAShellWouldChange_IsQuoted) {
  for (const char* plain : {"a", "http://127.0.0.1:8080", "/a/b-c_d.json", "x@y,z+1%"}) {
    EXPECT_EQ(ShellWord(plain), plain);
  }
  for (const char* special :
       {"", "a b", "$HOME", "`id`", "a;b", "~", "a=b", "{a,b}", "!!", "a\nb"}) {
    EXPECT_EQ(ShellWord(special), "'" + std::string(special) + "'");
  }
  EXPECT_EQ(ShellWord("it's"), "'it'\\''s'");
}

TEST(ScopeOfTest, WordsStandForScopes_UrlsAreTaken) {
  EXPECT_EQ(*ScopeOf("reseller"), "https://www.googleapis.com/auth/androidworkprovisioning");
  EXPECT_EQ(*ScopeOf("customer"), "https://www.googleapis.com/auth/androidworkzerotouchemm");
  EXPECT_EQ(*ScopeOf("https://example.com/a https://example.com/b"),
            "https://example.com/a https://example.com/b");
  EXPECT_THAT(std::string(MessageOf(ScopeOf("emm").status())), HasSubstr("\"emm\""));
}

}  // namespace
}  // namespace zerotouch::cli
