// SPDX-License-Identifier: Apache-2.0
#include "e2e/sandbox_test_base.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>

#include "support/postgres_cluster.h"
#include "support/wait.h"

namespace zerotouch::test {

using testing::HasSubstr;
using testing::Not;

std::string Identifier(const std::string& members) {
  return R"("deviceIdentifier":{)" + members + "}";
}

std::string Imei(const std::string& imei) {
  return Identifier(fmt::format(R"("imei":"{}")", imei));
}

TempDir* SandboxTest::dir_ = nullptr;
std::string* SandboxTest::database_ = nullptr;
ServerProcess* SandboxTest::server_ = nullptr;
Sandbox* SandboxTest::sandbox_ = nullptr;

void SandboxTest::StartSandbox(const std::vector<std::string>& arguments) {
  dir_ = new TempDir;
  database_ = new std::string;
  std::vector<std::string> all = {"sandbox",  "--listen",    "127.0.0.1:0", "--data-dir",
                                  data_dir(), "--log-level", "error"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  // The tests run on each kind of store.
  const char* kind = std::getenv("TEST_STORE");
  if (kind != nullptr && kind == std::string_view("postgres")) {
    *database_ = PostgresCluster::Shared().CreateDatabase();
    all.insert(all.end(), {"--database", *database_});
  }
  server_ = new ServerProcess(all);
  sandbox_ = new Sandbox(ParseSandbox(server_->ready_line()));
}

void SandboxTest::TearDownTestSuite() {
  EXPECT_EQ(server_->Terminate(), 0) << "SIGTERM stops it cleanly";
  delete sandbox_;
  delete server_;
  delete database_;
  delete dir_;
}

ProgramRun SandboxTest::RunAdmin(std::vector<std::string> arguments) {
  if (database_->empty()) {
    arguments.insert(arguments.begin(), {"admin", "--data-dir", data_dir()});
  } else {
    arguments.insert(arguments.begin(), {"admin", "--database", *database_});
  }
  return RunZerotouchd(arguments);
}

std::string SandboxTest::WithCustomer(const std::string& fields) {
  if (fields.find("customerId\"") != std::string::npos ||
      fields.find("CustomerId\"") != std::string::npos) {
    return fields;
  }
  return fields + fmt::format(R"(,"customerId":"{}")", sandbox().first.customer);
}

Answer SandboxTest::Claim(const std::string& fields) {
  return first_.Post(sandbox().first.Devices() + ":claim", "{" + WithCustomer(fields) + "}");
}

Answer SandboxTest::Unclaim(const std::string& fields) {
  return first_.Post(sandbox().first.Devices() + ":unclaim", "{" + fields + "}");
}

std::string SandboxTest::Claimed(const std::string& identifier) {
  const Answer answer = Claim(identifier + "," + kZeroTouch);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return FieldIn(answer.body, "deviceId");
}

std::string SandboxTest::SimLocked(const std::string& identifier) {
  const Answer answer = Claim(identifier + "," + kSimLock + R"(,"simlockProfileId":"7")");
  EXPECT_EQ(answer.status, 200) << answer.body;
  return FieldIn(answer.body, "deviceId");
}

std::string SandboxTest::ClaimedByOther(const std::string& identifier) {
  const Answer answer = second_.Post(sandbox().second.Devices() + ":claim",
                                     fmt::format(R"({{{},{},"customerId":"{}"}})", identifier,
                                                 kZeroTouch, sandbox().second.customer));
  EXPECT_EQ(answer.status, 200) << answer.body;
  return FieldIn(answer.body, "deviceId");
}

ApiCaller SandboxTest::CustomerCaller(const std::string& customer) {
  return {sandbox().endpoint, data_dir() + "/customer-" + customer + ".json", kCustomerScope};
}

std::string SandboxTest::RunBatch(const std::string& method, const std::string& body) {
  const Answer accepted = first_.Post(sandbox().first.Devices() + ":" + method, body);
  EXPECT_EQ(accepted.status, 200) << accepted.body;
  const std::string path = "/v1/" + FieldIn(accepted.body, "name");
  std::string operation;
  EXPECT_TRUE(WaitUntil([&] {
    operation = first_.Get(path).body;
    return operation.find("\"done\": true") != std::string::npos;
  })) << operation;
  return operation;
}

std::string SandboxTest::UnclaimInBatch(const std::vector<std::string>& items) {
  return RunBatch("unclaimAsync",
                  fmt::format(R"({{"unclaims":[{{{}}}]}})", fmt::join(items, "},{")));
}

std::string SandboxTest::ClaimInBatch(const std::vector<std::string>& items) {
  std::vector<std::string> all;
  for (const std::string& item : items) all.push_back(WithCustomer(item));
  return RunBatch("claimAsync", fmt::format(R"({{"claims":[{{{}}}]}})", fmt::join(all, "},{")));
}

void SandboxTest::ExpectRefusedAlone(const Refusal& row, const Answer& answer) {
  SCOPED_TRACE(row.reason);
  ExpectCustomError(answer, row.http, row.status, row.code);
}

void SandboxTest::ExpectRefusedInBatch(const std::vector<Refusal>& rows, const char* kind,
                                       const std::string& operation,
                                       const std::vector<std::string>& items) {
  const Json json(operation);
  ASSERT_EQ(json.Size("/response/perDeviceStatus"), rows.size()) << operation;
  EXPECT_FALSE(json.Has("/response/successCount"));
  EXPECT_EQ(json["/metadata/devicesCount"], std::to_string(rows.size()));
  for (size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(fmt::format("{}, in a batch", rows[i].reason));
    const std::string item = fmt::format("/response/perDeviceStatus/{}", i);
    EXPECT_EQ(json[item + "/result/status"],
              std::string("SINGLE_DEVICE_STATUS_") + rows[i].batch_status);
    EXPECT_EQ(json[item + "/result/errorIdentifier"], rows[i].code);
    EXPECT_NE(json[item + "/result/errorMessage"], "");
    EXPECT_FALSE(json.Has(item + "/result/deviceId"));
    // The item equals the request.
    const Json sent("{" + items[i] + "}");
    const std::string echo = item + "/" + kind;
    for (const char* member : {"/deviceIdentifier", "/deviceId", "/customerId"}) {
      EXPECT_EQ(json[echo + member], sent[member]) << member;
    }
    EXPECT_EQ(json.Size(echo), sent.Size(""));
  }
}

void SandboxTest::ExpectUnclaimsRefused(const std::vector<Refusal>& rows) {
  std::vector<std::string> items;
  for (const Refusal& row : rows) {
    ExpectRefusedAlone(row, Unclaim(row.fields));
    items.push_back(row.fields);
  }
  ExpectRefusedInBatch(rows, "unclaim", UnclaimInBatch(items), items);
}

void SandboxTest::ExpectClaimsRefused(const std::vector<Refusal>& rows) {
  std::vector<std::string> items;
  for (const Refusal& row : rows) {
    ExpectRefusedAlone(row, Claim(row.fields));
    items.push_back(WithCustomer(row.fields));
  }
  ExpectRefusedInBatch(rows, "claim", ClaimInBatch(items), items);
}

void ExpectError(const Answer& answer, long http, const char* status) {
  EXPECT_EQ(answer.status, http) << answer.body;
  const Json json(answer.body);
  EXPECT_EQ(json["/error/code"], std::to_string(http)) << answer.body;
  EXPECT_EQ(json["/error/status"], status);
  EXPECT_NE(json["/error/message"], "");
}

void ExpectCustomError(const Answer& answer, long http, const char* status, const char* code) {
  ExpectError(answer, http, status);
  const Json json(answer.body);
  EXPECT_EQ(json["/error/details/0/@type"],
            "type.googleapis.com/google.android.device.provisioning.v1.CustomError")
      << answer.body;
  EXPECT_EQ(json["/error/details/0/code"], code);
  EXPECT_EQ(json["/error/details/0/message"], json["/error/message"]);
}

}  // namespace zerotouch::test
