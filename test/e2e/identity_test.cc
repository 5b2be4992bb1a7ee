// SPDX-License-Identifier: Apache-2.0
// Keys of one account: they are changed while a client calls, and their last use is shown.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "base/mutex.h"
#include "support/free_port.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr char kForm[] =
    "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=";

class IdentityTest : public testing::Test {
 protected:
  std::string Admin(std::vector<std::string> words) {
    words.insert(words.begin(), {"admin", "--database", database_});
    const ProgramRun run = RunZerotouchd(words);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out.substr(0, run.out.find_last_not_of('\n') + 1);
  }
  std::string NewKey(const std::string& name, const std::string& endpoint) {
    Admin({"keys", "create", "--partner", partner_, "--out", dir_ / name, "--token-uri",
           endpoint + "/token"});
    return dir_ / name;
  }
  void Revoke(const std::string& key_file) {
    const std::string text = ReadFile(key_file);
    Admin({"keys", "revoke", "--email", FieldIn(text, "client_email"), "--key-id",
           FieldIn(text, "private_key_id")});
  }
  // Returns the answer of the token endpoint to an assertion of the key.
  static Answer AskForToken(const std::string& endpoint, const std::string& key_file,
                            const std::string& id = "") {
    crypto::JwtClaims claims = ClaimsOf(key_file, endpoint);
    claims.audience = endpoint + "/token";
    claims.scope = kResellerScope;
    claims.id = id;
    return PostForm(endpoint + "/token", kForm + SignToken(key_file, claims));
  }

  static std::string TokenIn(const Answer& granted) {
    const size_t begin = granted.body.find("ya29");
    return begin == std::string::npos
               ? ""
               : granted.body.substr(begin, granted.body.find('"', begin) - begin);
  }

  TempDir dir_;
  const std::string database_ = "sqlite://" + dir_ / "registry.db";
  const std::string partner_ = Admin({"partners", "create", "--name", "A Reseller"});
};

TEST_F(IdentityTest, KeyIsRotated_WhileAClientCalls_WithoutARefusal) {
  ServerProcess server({"serve", "--database", database_, "--listen", "127.0.0.1:0",
                        "--quota-per-100s", "0", "--token-quota-per-minute", "0",
                        "--token-quota-per-peer", "0"});
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  const std::string path = "/v1/partners/" + partner_ + "/customers";
  const std::string first = NewKey("first.json", endpoint);

  Mutex mutex;
  std::string key_file = first;  // guarded by the mutex
  std::map<long, int> statuses;  // guarded by the mutex
  std::atomic<int> calls = 0;
  std::atomic<bool> stopped = false;
  std::thread client([&] {
    while (!stopped) {
      std::string file;
      {
        const MutexLock lock(mutex);
        file = key_file;
      }
      // By a token of the endpoint, and by a token of its own.
      const Answer granted = AskForToken(endpoint, file);
      const long by_token = CallUrl("GET", endpoint + path, "", TokenIn(granted)).status;
      const long by_key = ApiCaller(endpoint, file).Get(path).status;
      const MutexLock lock(mutex);
      for (const long status : {granted.status, by_token, by_key}) ++statuses[status];
      ++calls;
    }
  });
  const auto await_calls = [&](int more) {
    const int wanted = calls + more;
    EXPECT_TRUE(WaitUntil([&] { return calls >= wanted; }));
  };
  await_calls(20);
  const std::string second = NewKey("second.json", endpoint);
  await_calls(20);
  {
    const MutexLock lock(mutex);
    key_file = second;
  }
  await_calls(20);  // nothing is on its way with the first key any more
  Revoke(first);
  await_calls(20);
  stopped = true;
  client.join();
  EXPECT_THAT(statuses, ElementsAre(Pair(200, testing::Ge(240))));
  EXPECT_EQ(ApiCaller(endpoint, first).Get(path).status, 401);
  EXPECT_EQ(AskForToken(endpoint, first).status, 400);
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(IdentityTest, ListOfKeys_ShowsTheHourOfTheLastUse) {
  std::string used, unused;
  const auto hour = [] {
    return absl::FormatTime("%Y-%m-%dT%H:00:00Z", absl::Now(), absl::UTCTimeZone());
  };
  const std::string before = hour();
  {
    ServerProcess server({"serve", "--database", database_, "--listen", "127.0.0.1:0"});
    const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
    used = NewKey("used.json", endpoint);
    unused = NewKey("unused.json", endpoint);
    EXPECT_EQ(ApiCaller(endpoint, used).Get("/v1/partners/" + partner_ + "/customers").status, 200);
    EXPECT_EQ(server.Terminate(), 0);
  }
  const std::string after = hour();
  const std::string list = Admin({"keys", "list"});
  const auto line_of = [&](const std::string& key_file) {
    const size_t at = list.find(FieldIn(ReadFile(key_file), "private_key_id"));
    return list.substr(at, list.find('\n', at) - at);
  };
  EXPECT_THAT(list, HasSubstr("LAST USED"));
  EXPECT_THAT(line_of(used), testing::AnyOf(HasSubstr(before), HasSubstr(after)));
  EXPECT_THAT(line_of(unused), HasSubstr("never"));
  EXPECT_THAT(Admin({"keys", "list", "--format", "json"}), HasSubstr("\"lastUseTime\":null"));
}

TEST_F(IdentityTest, AssertionWithAnId_IsGoodOnce) {
  ServerProcess server({"serve", "--database", database_, "--listen", "127.0.0.1:0"});
  const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
  const std::string key = NewKey("key.json", endpoint);
  EXPECT_EQ(AskForToken(endpoint, key, "4c1f").status, 200);
  const Answer again = AskForToken(endpoint, key, "4c1f");
  EXPECT_EQ(again.status, 400);
  EXPECT_THAT(again.body, HasSubstr("jti was used before"));
  EXPECT_EQ(AskForToken(endpoint, key, "4c20").status, 200);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(AskForToken(endpoint, key).status, 200);
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(IdentityTest, AssertionThatWasUsed_IsRefusedAfterACrash) {
  const int port = FreePort();
  const auto serve = [&] {
    return std::make_unique<ServerProcess>(std::vector<std::string>{
        "serve", "--database", database_, "--listen", fmt::format("127.0.0.1:{}", port)});
  };
  auto server = serve();
  const std::string endpoint = ParseSandbox(server->ready_line()).endpoint;
  const std::string key = NewKey("key.json", endpoint);
  crypto::JwtClaims claims = ClaimsOf(key, endpoint);
  claims.audience = endpoint + "/token";
  claims.scope = kResellerScope;
  claims.id = "4c1f";
  const std::string form = kForm + SignToken(key, claims);
  EXPECT_EQ(PostForm(endpoint + "/token", form).status, 200);
  server->Kill();
  server = serve();
  const Answer again = PostForm(endpoint + "/token", form);
  EXPECT_EQ(again.status, 400) << again.body;
  EXPECT_THAT(again.body, HasSubstr("jti was used before"));
  EXPECT_EQ(server->Terminate(), 0);
}

}  // namespace
}  // namespace zerotouch::test
