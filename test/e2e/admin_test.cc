// SPDX-License-Identifier: Apache-2.0
// Runs zerotouchd admin while a server runs, and without a server.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

class AdminTest : public SandboxTest {
 protected:
  // Runs a command on the registry of the running sandbox.
  static ProgramRun Admin(std::vector<std::string> arguments) {
    return RunAdmin(std::move(arguments));
  }
  static std::string Done(const std::vector<std::string>& arguments) {
    const ProgramRun run = Admin(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(run.err, "");
    return run.out;
  }
  static void ExpectRefused(const std::vector<std::string>& arguments, const char* says) {
    const ProgramRun run = Admin(arguments);
    EXPECT_EQ(run.exit_code, 1) << fmt::format("{}", fmt::join(arguments, " "));
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr(says));
    EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  }
};

// Creates a reseller while the server runs, up to its first call.
TEST_F(AdminTest, NewReseller_CanCallImmediately) {
  std::string partner = Done({"partners", "create", "--name", "Über & Söhne"});
  ASSERT_TRUE(partner.ends_with('\n'));
  partner.pop_back();
  EXPECT_TRUE(std::all_of(partner.begin(), partner.end(), isdigit)) << "the id alone: " << partner;
  Done({"vendors", "create", "--partner", partner, "--name", "Vendor"});
  const std::string customer =
      Json(Done({"customers", "create", "--partner", partner, "--name", "Customer", "--owner-email",
                 "o@example.com", "--format", "json"}))["/customerId"];
  const std::string file = data_dir() + "/new.json";
  const Json made(Done({"keys", "create", "--partner", partner, "--out", file, "--token-uri",
                        sandbox().endpoint + "/token", "--format", "json"}));
  EXPECT_EQ(made["/file"], file);
  struct stat info = {};
  ASSERT_EQ(stat(file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);

  ApiCaller caller(sandbox().endpoint, file);
  const Answer list = caller.Get("/v1/partners/" + partner + "/customers");
  EXPECT_EQ(list.status, 200) << list.body;
  EXPECT_EQ(Json(list.body)["/customers/0/companyId"], customer);
  const Json partners(Done({"partners", "list", "--format", "json"}));
  bool listed = false;
  for (size_t i = 0; i < partners.Size(""); ++i) {
    const std::string row = fmt::format("/{}", i);
    listed |= partners[row + "/partnerId"] == partner && partners[row + "/name"] == "Über & Söhne";
  }
  EXPECT_TRUE(listed);
}

TEST_F(AdminTest, Lists_AreTablesOrJson) {
  const std::vector<std::pair<std::vector<std::string>, const char*>> lists = {
      {{"partners", "list"}, "partnerId"},
      {{"vendors", "list", "--partner", sandbox().first.partner}, "vendorId"},
      {{"customers", "list"}, "customerId"},
      {{"customers", "list", "--partner", sandbox().first.partner}, "customerId"},
      {{"dpcs", "list"}, "dpcId"},
      {{"accounts", "list"}, "email"},
      {{"keys", "list"}, "keyId"},
  };
  for (const auto& [command, name] : lists) {
    SCOPED_TRACE(fmt::format("{}", fmt::join(command, " ")));
    const std::string table = Done(command);
    std::vector<std::string> as_json = command;
    as_json.insert(as_json.end(), {"--format", "json"});
    const Json json(Done(as_json));
    ASSERT_GE(json.Size(""), 1u);
    EXPECT_EQ(static_cast<size_t>(std::count(table.begin(), table.end(), '\n')), json.Size("") + 1)
        << "a header and one line for each: " << table;
    EXPECT_TRUE(isupper(table[0])) << table;
    EXPECT_THAT(table, HasSubstr(json[fmt::format("/0/{}", name)]));
    EXPECT_NE(json[fmt::format("/0/{}", name)], "");
  }
}

TEST_F(AdminTest, Terms_AreAcceptedAndReset) {
  const std::string customer = sandbox().first.customer;
  const auto terms = [&] {
    const Json json(Done({"customers", "list", "--format", "json"}));
    for (size_t i = 0; i < json.Size(""); ++i) {
      if (json[fmt::format("/{}/customerId", i)] == customer) {
        return json[fmt::format("/{}/termsStatus", i)];
      }
    }
    return std::string();
  };
  Done({"customers", "reset-terms", customer});
  EXPECT_EQ(terms(), "TERMS_STATUS_NOT_ACCEPTED");
  EXPECT_THAT(first_.Get("/v1/partners/" + sandbox().first.partner + "/customers").body,
              HasSubstr("TERMS_STATUS_NOT_ACCEPTED"));
  Done({"customers", "accept-terms", customer});
  EXPECT_EQ(terms(), "TERMS_STATUS_ACCEPTED");
}

TEST_F(AdminTest, Dpcs_AreAddedChangedAndRemoved) {
  Done({"dpcs", "add", "--id", "new", "--package", "com.example.new", "--title", "New"});
  Done({"dpcs", "add", "--id", "new", "--package", "com.example.new", "--title", "Newer"});
  EXPECT_THAT(Done({"dpcs", "list"}), HasSubstr("Newer"));
  Done({"dpcs", "remove", "new"});
  ExpectRefused({"dpcs", "remove", "new"}, "see zerotouchd admin dpcs list");
}

TEST_F(AdminTest, CustomersOfAKey_AreASet) {
  const std::string file = data_dir() + "/two.json";
  const std::string again = data_dir() + "/again.json";
  const std::string a = sandbox().first.customer;
  const std::string b = sandbox().first.second_customer;
  const std::vector<std::string> base = {
      "keys", "create", "--token-uri", "http://127.0.0.1/token", "--email", "two@example.com"};
  const auto create = [&](const std::vector<std::string>& customers, const std::string& out) {
    std::vector<std::string> all = base;
    for (const std::string& one : customers) all.insert(all.end(), {"--customer", one});
    all.insert(all.end(), {"--out", out});
    return Admin(all);
  };
  EXPECT_EQ(create({b, a, b}, file).exit_code, 0);
  EXPECT_EQ(create({a, b}, again).exit_code, 0) << "the same customers in another order";
  EXPECT_EQ(create({a}, data_dir() + "/one.json").exit_code, 1) << "other customers";
  EXPECT_EQ(ReadFile(data_dir() + "/one.json"), "") << "and no file is left";
}

TEST_F(AdminTest, WrongUse_IsRefusedInALine_ThatSaysWhatToDo) {
  const std::string out = data_dir() + "/refused.json";
  const std::vector<std::string> key = {"keys", "create", "--out", out};
  const auto with = [](std::vector<std::string> arguments, const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  const std::vector<std::string> uri = {"--token-uri", "http://127.0.0.1/token"};
  ExpectRefused({"partners", "create"}, "--name is required");
  ExpectRefused({"partners", "create", "--name", ""}, "use a name of 1 to 256 bytes");
  ExpectRefused({"partners", "create", "--name", "\xff"}, "Invalid --name: use UTF-8");
  ExpectRefused({"partners", "create", "--name", "A\nB"}, "without control characters");
  ExpectRefused({"partners", "list", "--format", "xml"}, "--format");
  ExpectRefused({"vendors", "list", "--partner", "5"}, "see zerotouchd admin partners list");
  ExpectRefused({"vendors", "create", "--partner", "5", "--name", "V"}, "partner 5");
  ExpectRefused(
      {"customers", "create", "--partner", "5", "--name", "C", "--owner-email", "o@example.com"},
      "partner 5");
  ExpectRefused({"customers", "create", "--partner", sandbox().first.partner, "--vendor", "5",
                 "--name", "C", "--owner-email", "o@example.com"},
                "has no vendor 5");
  ExpectRefused({"customers", "create", "--partner", sandbox().first.partner, "--name", "C",
                 "--owner-email", "nobody"},
                "use an e-mail address");
  ExpectRefused({"customers", "accept-terms", "5"}, "see zerotouchd admin customers list");
  ExpectRefused({"customers", "accept-terms", "x"}, "x");
  ExpectRefused({"dpcs", "add", "--id", "a/b", "--package", "p", "--title", "t"}, "Invalid --id");
  ExpectRefused(with(key, uri), "--partner, --customer or both");
  ExpectRefused(with(with(key, uri), {"--partner", "5"}), "partner 5");
  ExpectRefused(with(with(key, uri), {"--customer", "5"}), "customer 5");
  ExpectRefused(with(key, {"--partner", sandbox().first.partner, "--token-uri", "http://host"}),
                "Invalid --token-uri");
  ExpectRefused(
      with(with(key, uri), {"--partner", sandbox().first.partner, "--algorithm", "HS256"}),
      "--algorithm");
  EXPECT_EQ(ReadFile(out), "") << "nothing is left of a refused key";
  ExpectRefused({"keys", "revoke", "--email", "nobody@example.com", "--key-id", "x"},
                "see zerotouchd admin keys list");
  ExpectRefused({"accounts", "disable", "nobody@example.com"},
                "see zerotouchd admin accounts list");
}

TEST_F(AdminTest, QuotaOfAnAccount_CountsAtOnce) {
  const std::string path = "/v1/partners/" + sandbox().second.partner + "/vendors";
  const std::string email = Json(ReadFile(sandbox().second.credentials))["/client_email"];
  const auto set = [&](const std::string& quota) {
    const ProgramRun run = RunAdmin({"accounts", "set-quota", email, quota});
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(RunAdmin({"accounts", "list"}).out, HasSubstr(quota));
  };
  set("3");
  std::vector<long> statuses;
  statuses.reserve(4);
  for (int i = 0; i < 4; ++i) statuses.push_back(second_.Get(path).status);
  EXPECT_THAT(statuses, testing::ElementsAre(200, 200, 200, 429));
  set("none");
  EXPECT_EQ(second_.Get(path).status, 200);
  set("default");
  EXPECT_EQ(second_.Get(path).status, 200);
  ExpectRefused({"accounts", "set-quota", email, "0"}, "Invalid quota \"0\"");
  ExpectRefused({"accounts", "set-quota", "nobody@example.com", "5"},
                "see zerotouchd admin accounts list");
}

TEST_F(AdminTest, ExistingFile_IsNotOverwritten) {
  const std::string file = data_dir() + "/mine.json";
  std::ofstream(file) << "mine";
  ExpectRefused({"keys", "create", "--partner", sandbox().first.partner, "--out", file,
                 "--token-uri", "http://127.0.0.1/token"},
                "already exists");
  EXPECT_EQ(ReadFile(file), "mine");
}

TEST_F(AdminTest, WithoutARegistry_SaysHowToGiveOne) {
  const ProgramRun none = RunZerotouchd({"admin", "partners", "list"});
  EXPECT_EQ(none.exit_code, 1);
  EXPECT_THAT(none.err, HasSubstr("--database URL"));
  const TempDir empty;
  const ProgramRun elsewhere =
      RunZerotouchd({"admin", "--data-dir", empty.path(), "partners", "list"});
  EXPECT_EQ(elsewhere.exit_code, 1);
  EXPECT_THAT(elsewhere.err, HasSubstr("no sandbox in"));
  EXPECT_TRUE(std::filesystem::is_empty(empty.path())) << "and none is made";
}

TEST_F(AdminTest, WrongDatabase_IsNotTakenForAnEmptyRegistry) {
  const TempDir empty;
  const std::string url = "sqlite://" + empty / "registri.db";
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"audit", "verify"},
           {"audit", "checkpoint"},
           {"accounts", "list"},
           {"accounts", "set-quota", "somebody@example.com", "5"}}) {
    std::vector<std::string> arguments = {"admin", "--database", url};
    arguments.insert(arguments.end(), command.begin(), command.end());
    const ProgramRun run = RunZerotouchd(arguments);
    EXPECT_EQ(run.exit_code, 1) << run.out;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.err, HasSubstr("there is no registry at " + url));
  }
  EXPECT_TRUE(std::filesystem::is_empty(empty.path())) << "and none is made";
}

TEST_F(AdminTest, NewDatabase_IsCreatedForTheFirstTenant_ThenServed) {
  const TempDir dir;
  const std::string url = "sqlite://" + dir / "registry.db";
  const ProgramRun made =
      RunZerotouchd({"admin", "--database", url, "partners", "create", "--name", "First"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  ServerProcess server({"serve", "--database", url, "--listen", "127.0.0.1:0"});
  EXPECT_THAT(server.ready_line(), HasSubstr("\"grpcEndpoint\""));
  EXPECT_EQ(server.Terminate(), 0);
}

TEST_F(AdminTest, Help_ListsCommandsAndAnExample) {
  const ProgramRun run = RunZerotouchd({"admin", "--help"});
  EXPECT_EQ(run.exit_code, 0);
  for (const char* part : {"partners", "vendors", "customers", "dpcs", "accounts", "keys",
                           "operations", "partners create --name"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
  EXPECT_THAT(RunZerotouchd({"admin", "customers", "--help"}).out, HasSubstr("accept-terms"));
  EXPECT_THAT(RunZerotouchd({"admin", "customers", "--help"}).out, HasSubstr("reset-terms"));
}

}  // namespace
}  // namespace zerotouch::test
