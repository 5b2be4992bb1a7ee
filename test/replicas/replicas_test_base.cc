// SPDX-License-Identifier: Apache-2.0
#include "replicas/replicas_test_base.h"

#include <fmt/format.h>
#include <signal.h>

#include <future>
#include <sstream>

#include "model/identity.h"
#include "support/free_port.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Returns a bearer token that every replica accepts: its audience is Google's name
// of the API.
std::string TokenForAll(const std::string& credentials) {
  return SignToken(credentials,
                   ClaimsOf(credentials, "https://androiddeviceprovisioning.googleapis.com"));
}

Answer CallAt(const Replica& replica, const std::string& method, const std::string& path,
              const std::string& body, const std::string& token) {
  return CallUrl(method, replica.endpoint() + path, body, token);
}

}  // namespace

Replica::Replica(const std::string& database, const std::vector<std::string>& arguments)
    : arguments_({"sandbox", "--data-dir", dir_ / "data", "--database", database}) {
  arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
}

void Replica::Start() {
  // The first time, retries until the port is still free.
  const bool again = !endpoint().empty();
  std::string listen;
  const bool started = WaitUntil(
      [&] {
        listen = again ? endpoint().substr(endpoint().rfind('/') + 1)
                       : fmt::format("127.0.0.1:{}", FreePort());
        std::vector<std::string> all = arguments_;
        all.insert(all.end(), {"--listen", listen});
        process_ = std::make_unique<ServerProcess>(all, dir_ / "log");
        return !process_->ready_line().empty();
      },
      milliseconds(200), std::chrono::seconds(20));
  ASSERT_TRUE(started) << "the replica did not start at " << listen << ": " << Log();
  sandbox_ = ParseSandbox(process_->ready_line());
}

std::string Replica::Log() const { return ReadFile(dir_ / "log"); }

void Replica::Pause() const { kill(pid(), SIGSTOP); }
void Replica::Resume() const { kill(pid(), SIGCONT); }

long Replica::Healthz() const { return CallAt(*this, "GET", "/healthz", "", "").status; }
long Replica::Readyz() const { return CallAt(*this, "GET", "/readyz", "", "").status; }

void ReplicasTest::StartReplicas(int count, const std::vector<std::string>& arguments,
                                 const std::string& database) {
  if (cluster_ == nullptr) cluster_ = &PostgresCluster::Shared();
  database_ = database.empty() ? PostgresCluster::Shared().CreateDatabase() : database;
  name_ = PostgresCluster::DatabaseOf(database_);
  std::vector<std::future<void>> started;
  for (int i = 0; i < count; ++i) {
    replicas_.push_back(std::make_unique<Replica>(database_, arguments));
    started.push_back(
        std::async(std::launch::async, [replica = replicas_.back().get()] { replica->Start(); }));
  }
  for (std::future<void>& one : started) one.get();
  ASSERT_FALSE(HasFatalFailure());
  token_ = TokenForAll(first().credentials);
  second_token_ = TokenForAll(second().credentials);
}

Answer ReplicasTest::Call(const Replica& replica, const std::string& method,
                          const std::string& path, const std::string& body) const {
  return CallAt(replica, method, path, body, token_);
}

Answer ReplicasTest::PostAsSecond(const Replica& replica, const std::string& path,
                                  const std::string& body) const {
  return CallAt(replica, "POST", path, body, second_token_);
}

std::unique_ptr<Load> ReplicasTest::StartLoad(int clients) const {
  std::vector<std::string> endpoints;
  for (const std::unique_ptr<Replica>& replica : replicas_) {
    endpoints.push_back(replica->endpoint());
  }
  return std::make_unique<Load>(endpoints, token_, first(), clients);
}

void ReplicasTest::AwaitAnswers(const Load& load, int count) {
  const int before = load.answered();
  EXPECT_TRUE(WaitUntil([&] { return load.answered() >= before + count; }));
}

void ReplicasTest::ExpectNothingLost(const Tally& tally) const {
  const auto held = [this](const std::set<std::string>& ids) {
    return Sql(fmt::format("SELECT count(*) FROM claims WHERE held AND device = ANY('{{{}}}')",
                           fmt::join(ids, ",")));
  };
  EXPECT_FALSE(tally.claimed.empty());
  EXPECT_FALSE(tally.unclaimed.empty());
  EXPECT_EQ(held(tally.claimed), std::to_string(tally.claimed.size()));
  EXPECT_EQ(held(tally.unclaimed), "0");
}

std::string ReplicasTest::Accept(const Replica& replica, const std::string& method,
                                 const std::string& body) const {
  const Answer answer = Post(replica, first().Devices() + ":" + method, body);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return "/v1/" + FieldIn(answer.body, "name");
}

std::string ReplicasTest::AwaitDone(const Replica& replica, const std::string& path) const {
  std::string operation;
  EXPECT_TRUE(WaitUntil(
      [&] {
        operation = Get(replica, path).body;
        return operation.find("\"done\": true") != std::string::npos;
      },
      milliseconds(50)))
      << operation.substr(0, 500);
  return operation;
}

StoredOperation ReplicasTest::Stored(const std::string& path) const {
  const std::string row = Sql(fmt::format(
      "SELECT concat_ws(' ', lease_token, items_done, accepted_us, coalesce(started_us, 0), "
      "coalesce(finished_us, 0), lease_holder) FROM operations WHERE id = {}",
      path.substr(path.rfind('/') + 1)));
  StoredOperation operation;
  std::istringstream text(row);
  text >> operation.token >> operation.items_done >> operation.accepted_us >>
      operation.started_us >> operation.finished_us >> std::ws;
  std::getline(text, operation.holder);
  operation.finished = operation.finished_us != 0;
  return operation;
}

Replica& ReplicasTest::AwaitWorker(const std::string& path, int64_t items) const {
  Replica* worker = nullptr;
  EXPECT_TRUE(WaitUntil([&] {
    const StoredOperation operation = Stored(path);
    for (const std::unique_ptr<Replica>& replica : replicas_) {
      if (operation.holder.ends_with(fmt::format(":{}", replica->pid()))) worker = replica.get();
    }
    return worker != nullptr && operation.items_done >= items;
  })) << path;
  return *worker;
}

milliseconds ReplicasTest::AwaitTakeOver(const std::string& path,
                                         const StoredOperation& before) const {
  const auto start = steady_clock::now();
  int64_t taken_at = -1;
  EXPECT_TRUE(WaitUntil(
      [&] {
        const StoredOperation now = Stored(path);
        if (now.token == before.token || now.holder == before.holder) return false;
        if (taken_at < 0) taken_at = now.items_done;
        return now.items_done > taken_at || now.finished;
      },
      milliseconds(5)))
      << "nobody went on with " << path;
  return std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
}

std::string ImeiOf(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// 7,919 is a prime that divides no count in use.
int NumberOfItem(int i, int count) { return static_cast<int>(int64_t{i} * 7919 % count); }

std::string ClaimBody(int count, const std::string& customer) {
  std::string body = R"({"claims":[)";
  for (int i = 0; i < count; ++i) {
    body += fmt::format(
        R"({}{{"deviceIdentifier":{{"imei":"{}"}},"sectionType":"SECTION_TYPE_ZERO_TOUCH",)"
        R"("customerId":"{}"}})",
        i == 0 ? "" : ",", ImeiOf(NumberOfItem(i, count)), customer);
  }
  return body + "]}";
}

std::string UnclaimBody(int count) {
  std::string body = R"({"unclaims":[)";
  for (int i = 0; i < count; ++i) {
    body += fmt::format(
        R"({}{{"deviceIdentifier":{{"imei":"{}"}},"sectionType":"SECTION_TYPE_ZERO_TOUCH"}})",
        i == 0 ? "" : ",", ImeiOf(NumberOfItem(i, count)));
  }
  return body + "]}";
}

void ExpectEachItemOnce(const std::string& operation, int count) {
  const std::string success = "SINGLE_DEVICE_STATUS_SUCCESS\"";
  int successes = 0;
  for (size_t at = operation.find(success); at != std::string::npos;
       at = operation.find(success, at + 1)) {
    ++successes;
  }
  ASSERT_EQ(successes, count) << "a device was lost, or its change was made twice";
  ASSERT_EQ(Json(operation).Size("/response/perDeviceStatus"), static_cast<size_t>(count));
  size_t at = 0;
  for (int i = 0; i < count; ++i) {
    at = operation.find("\"imei\": \"" + ImeiOf(NumberOfItem(i, count)), at);
    ASSERT_NE(at, std::string::npos) << "item " << i << " is not in its place";
  }
}

void Report(const std::string& what, milliseconds time) {
  fmt::print("[ MEASURED ] {}: {} ms\n", what, time.count());
  std::fflush(stdout);
}

}  // namespace zerotouch::test
