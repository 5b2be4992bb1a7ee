// SPDX-License-Identifier: Apache-2.0
// An exported and imported registry, compared through the API: clients see no
// difference.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "e2e/sandbox_test_base.h"
#include "support/postgres_cluster.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

constexpr int kSlowItems = 10'000;

class TransferTest : public SandboxTest {
 protected:
  static void SetUpTestSuite() { StartSandbox({"--operation-items-per-second", "2000"}); }

  // Copies the registry of the running sandbox and starts a server on the copy.
  struct Moved {
    std::string kind;
    std::string database;
    std::unique_ptr<ServerProcess> server;
    std::string endpoint;
  };
  // Returns the path of the archive.
  static std::string Export(const TempDir& dir) {
    std::string archive = dir / "registry.archive";
    const ProgramRun out = RunAdmin({"export", "--to", archive});
    EXPECT_EQ(out.exit_code, 0) << out.err;
    EXPECT_THAT(out.err, HasSubstr("export: 100 %"));
    return archive;
  }
  // Imports it into a database of each kind.
  static std::vector<Moved> Import(const TempDir& dir, const std::string& archive) {
    std::vector<Moved> all;
    all.push_back({.kind = "SQLite", .database = "sqlite://" + dir / "new.db"});
    all.push_back({.kind = "PostgreSQL", .database = PostgresCluster::Shared().CreateDatabase()});
    for (const Moved& moved : all) {
      const ProgramRun in =
          RunZerotouchd({"admin", "import", "--database", moved.database, "--from", archive});
      EXPECT_EQ(in.exit_code, 0) << in.err;
      EXPECT_THAT(in.err, HasSubstr("import: 100 %"));
    }
    return all;
  }
  static std::vector<Moved> Move(const TempDir& dir) { return Import(dir, Export(dir)); }
  static void Serve(Moved& moved) {
    moved.server = std::make_unique<ServerProcess>(std::vector<std::string>{
        "serve", "--database", moved.database, "--listen", "127.0.0.1:0", "--log-level", "error"});
    moved.endpoint = Json(moved.server->ready_line())["/endpoint"];
    ASSERT_NE(moved.endpoint, "");
  }

  // Returns every read request and its answer at `endpoint`, with all pages of lists.
  static std::map<std::string, std::string> AnswersOf(const std::string& endpoint) {
    std::map<std::string, std::string> answers;
    for (const Sandbox::Reseller& reseller : {sandbox().first, sandbox().second}) {
      ApiCaller caller(endpoint, reseller.credentials);
      AskReseller(caller, reseller, answers);
      for (const std::string& customer : {reseller.customer, reseller.second_customer}) {
        ApiCaller theirs(endpoint, data_dir() + "/customer-" + customer + ".json", kCustomerScope);
        AskCustomer(theirs, customer, answers);
      }
    }
    return answers;
  }

 protected:
  using Answers = std::map<std::string, std::string>;

  // Follows nextPageToken; the tokens are part of the answers.
  static std::string Get(ApiCaller& caller, const std::string& path, Answers& answers) {
    const std::string separator = path.find('?') == std::string::npos ? "?" : "&";
    std::string all, page = path;
    for (;;) {
      const Answer answer = caller.Get(page);
      EXPECT_EQ(answer.status, 200) << page << answer.body;
      all += answer.body;
      const std::string token = FieldIn(answer.body, "nextPageToken");
      if (token.empty()) break;
      page = path + separator + "pageToken=" + token;
    }
    answers[path] = all;
    return all;
  }
  static std::string Post(ApiCaller& caller, const std::string& path, const std::string& body,
                          Answers& answers) {
    const Answer answer = caller.Post(path, body);
    EXPECT_EQ(answer.status, 200) << path << answer.body;
    return answers[path + " " + body] = answer.body;
  }
  // Returns each value of the field in the texts.
  static std::vector<std::string> FieldsIn(const std::string& text, const std::string& name) {
    const std::string mark = "\"" + name + "\": \"";
    std::vector<std::string> values;
    for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
      const size_t begin = at + mark.size();
      values.push_back(text.substr(begin, text.find('"', begin) - begin));
    }
    return values;
  }

  static void AskReseller(ApiCaller& caller, const Sandbox::Reseller& reseller, Answers& answers) {
    const std::string partner = "/v1/partners/" + reseller.partner;
    Get(caller, partner + "/customers?pageSize=1", answers);
    for (const std::string& vendor :
         FieldsIn(Get(caller, partner + "/vendors", answers), "companyId")) {
      Get(caller, partner + "/vendors/" + vendor + "/customers", answers);
    }
    for (const std::string& name :
         FieldsIn(Get(caller, "/v1/operations?pageSize=1", answers), "name")) {
      if (name.starts_with("operations/")) Get(caller, "/v1/" + name, answers);
    }
    for (const std::string& customer : {reseller.customer, reseller.second_customer}) {
      for (const char* section : {kZeroTouch, kSimLock}) {
        const std::string found = Post(
            caller, reseller.Devices() + ":findByOwner",
            fmt::format(R"({{{},"customerId":["{}"],"limit":"2"}})", section, customer), answers);
        for (const std::string& device : FieldsIn(found, "deviceId")) {
          Get(caller, partner + "/devices/" + device, answers);
        }
      }
    }
    for (const char* identifier :
         {R"("imei":"490154203237518")", R"("meid":"A0000000002329")",
          R"("serialNumber":"C0FFEE","manufacturer":"Google","model":"Pixel 8")"}) {
      Post(caller, reseller.Devices() + ":findByIdentifier",
           fmt::format(R"({{{},"limit":"10"}})", Identifier(identifier)), answers);
    }
  }

  static void AskCustomer(ApiCaller& caller, const std::string& customer, Answers& answers) {
    Get(caller, "/v1/customers", answers);
    for (const char* list : {"/configurations", "/devices?pageSize=1000", "/dpcs"}) {
      Get(caller, "/v1/customers/" + customer + list, answers);
    }
  }

  // Claims devices of every kind, and makes metadata, a configuration and operations.
  void FillRegistry() {
    const std::string device = Claimed(Imei("490154203237518"));
    Claimed(Identifier(R"("meid":"A0000000002329")"));
    Claimed(Identifier(R"("serialNumber":"C0FFEE","manufacturer":"Google","model":"Pixel 8")"));
    SimLocked(Imei("490154203237518"));
    ClaimedByOther(Imei("356938035643809"));
    Unclaim(Identifier(R"("meid":"A0000000002329")") + "," + kZeroTouch);
    EXPECT_EQ(
        first_
            .Post("/v1/partners/" + sandbox().first.partner + "/devices/" + device + "/metadata",
                  R"({"deviceMetadata":{"entries":{"ordernumber":"A-1"}}})")
            .status,
        200);
    ApiCaller customer = CustomerCaller(sandbox().first.customer);
    const Answer made = customer.Post(
        "/v1/customers/" + sandbox().first.customer + "/configurations",
        fmt::format(
            R"({{"configurationName":"Kiosk","dpcResourcePath":"customers/{}/dpcs/clouddpc",)"
            R"("companyName":"C","contactEmail":"a@example.com","contactPhone":"+1 555 0100",)"
            R"("isDefault":true,"forcedResetTime":"3600s"}})",
            sandbox().first.customer));
    EXPECT_EQ(made.status, 200) << made.body;
    for (int round = 0; round < 3; ++round) {
      UnclaimInBatch({Imei("352099001761481") + "," + kZeroTouch, Imei("49") + "," + kZeroTouch,
                      Imei("490154203237518") + "," + kZeroTouch});
      ClaimInBatch({Imei("490154203237518") + "," + kZeroTouch});
    }
  }

  // Returns an access token of the server that is moved.
  static std::string AccessToken() {
    crypto::JwtClaims claims = ClaimsOf(sandbox().first.credentials, sandbox().endpoint);
    claims.audience = sandbox().endpoint + "/token";
    const std::string form =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
        SignToken(sandbox().first.credentials, claims);
    return Json(PostForm(sandbox().endpoint + "/token", form).body)["/access_token"];
  }
};

TEST_F(TransferTest, EveryAnswer_HasTheSameBytes_AndKeysAndTokensStayValid) {
  FillRegistry();
  const std::string access_token = AccessToken();
  ASSERT_NE(access_token, "");

  const TempDir dir;
  std::vector<Moved> all = Move(dir);
  const std::map<std::string, std::string> before = AnswersOf(sandbox().endpoint);
  EXPECT_GT(before.size(), 30u);
  const std::string list = "/v1/partners/" + sandbox().first.partner + "/customers?pageSize=1";
  const std::string page = list + "&pageToken=" + FieldIn(first_.Get(list).body, "nextPageToken");
  const std::string second_page = first_.Get(page).body;
  EXPECT_THAT(second_page, HasSubstr(sandbox().first.partner));
  for (Moved& moved : all) {
    SCOPED_TRACE(moved.kind);
    Serve(moved);
    EXPECT_EQ(AnswersOf(moved.endpoint), before);

    ApiCaller caller(moved.endpoint, sandbox().first.credentials);
    EXPECT_EQ(caller.Call("GET", page, "", access_token).body, second_page)
        << "a page token and an access token of the old server";
    const Answer changed =
        caller.Post(sandbox().first.Devices() + ":unclaim",
                    fmt::format("{{{},{}}}", Imei("490154203237518"), kZeroTouch));
    EXPECT_EQ(changed.status, 200) << "and it is a registry of its own: " << changed.body;
    EXPECT_EQ(moved.server->Terminate(), 0);
  }
}

// Both servers finish their copy of the batch, with one result for every item.
TEST_F(TransferTest, ExportInTheMiddleOfABatch_UnderLoad_ContinuesAfterTheImport) {
  std::string claims, separator;
  for (int i = 0; i < kSlowItems; ++i) {
    claims +=
        fmt::format(R"({}{{"deviceIdentifier":{{"meid":"A10000{:08}"}},{},"customerId":"{}"}})",
                    separator, i, kZeroTouch, sandbox().first.customer);
    separator = ",";
  }
  const Answer accepted =
      first_.Post(sandbox().first.Devices() + ":claimAsync", R"({"claims":[)" + claims + "]}");
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const std::string operation = "/v1/" + FieldIn(accepted.body, "name");
  std::atomic<bool> stop = false;
  std::thread load([&] {
    ApiCaller caller(sandbox().endpoint, sandbox().second.credentials);
    for (int i = 0; !stop; ++i) {
      const Answer answer = caller.Post(
          sandbox().second.Devices() + ":claim",
          fmt::format(R"({{"deviceIdentifier":{{"meid":"A20000{:08}"}},{},"customerId":"{}"}})", i,
                      kZeroTouch, sandbox().second.customer));
      EXPECT_EQ(answer.status, 200) << answer.body;
    }
  });
  EXPECT_TRUE(WaitUntil([&] {
    const std::string progress = Json(first_.Get(operation).body)["/metadata/progress"];
    return !progress.empty() && std::stoi(progress) > 0;
  }));
  const TempDir dir;
  const std::string archive = Export(dir);
  EXPECT_NE(Json(first_.Get(operation).body)["/done"], "true") << "the export was in its middle";
  stop = true;
  load.join();
  std::vector<Moved> all = Import(dir, archive);

  std::vector<std::string> endpoints = {sandbox().endpoint};
  for (Moved& moved : all) {
    Serve(moved);
    endpoints.push_back(moved.endpoint);
  }
  for (const std::string& endpoint : endpoints) {
    ApiCaller caller(endpoint, sandbox().first.credentials);
    std::string body;
    EXPECT_TRUE(WaitUntil([&] {
      body = caller.Get(operation).body;
      return Json(body)["/done"] == "true";
    }));
    const Json json(body);
    EXPECT_EQ(json["/response/successCount"], std::to_string(kSlowItems));
    EXPECT_EQ(json.Size("/response/perDeviceStatus"), static_cast<size_t>(kSlowItems));
  }
}

TEST_F(TransferTest, Backup_DuringService_CanBeServed) {
  Claimed(Identifier(R"("meid":"A0000000001111")"));
  const TempDir dir;
  Moved moved{.kind = "SQLite", .database = "sqlite://" + dir / "new.db"};
  const ProgramRun run = RunAdmin({"backup", "--to", dir / "new.db"});
  if (is_on_postgres()) {
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.err, HasSubstr("pg_dump"));
    return;
  }
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::map<std::string, std::string> before = AnswersOf(sandbox().endpoint);
  Serve(moved);
  EXPECT_EQ(AnswersOf(moved.endpoint), before);
}

}  // namespace
}  // namespace zerotouch::test
