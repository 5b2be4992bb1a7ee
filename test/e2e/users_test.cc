// SPDX-License-Identifier: Apache-2.0
// The users of a company and the service accounts of a reseller, as people and programs
// with each role call them.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "e2e/portal_browser.h"
#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRoles[] = {"VIEWER", "ASSIGNER", "MANAGER", "ADMIN", "OWNER"};

class UsersTest : public SandboxTest {
 protected:
  static std::string EmailIn(const std::string& credentials) {
    return FieldIn(ReadFile(credentials), "client_email");
  }
  static std::string Customer() { return sandbox().first.customer; }
  // Returns the access token of a person who signs in to the portal.
  static std::string TokenOf(const std::string& email) {
    Browser browser(sandbox().endpoint);
    EXPECT_EQ(browser.SignIn(email).status, 200) << email;
    return browser.Token();
  }
  // Returns the token of an owner of the first reseller, or of its first customer.
  static std::string OwnerOf(const std::string& company) {
    return TokenOf(EmailIn(company.starts_with("partners/")
                               ? sandbox().first.credentials
                               : data_dir() + "/customer-" + Customer() + ".json"));
  }
  static Answer Api(const std::string& method, const std::string& path, const std::string& token,
                    const std::string& body = "") {
    return CallUrl(method, sandbox().endpoint + "/openzerotouch/v1/" + path, body, token);
  }
  static std::string Body(const std::string& email, const std::string& role) {
    return fmt::format(R"({{"email":"{}","role":"{}"}})", email, role);
  }

  const std::string partner_ = "partners/" + sandbox().first.partner;
  const std::string customer_ = "customers/" + Customer();
};

TEST_F(UsersTest, AnOwner_KeepsTheUsersOfEachCompany) {
  for (const std::string& company : {partner_, customer_}) {
    const std::string owner = OwnerOf(company);
    const Answer made =
        Api("POST", company + "/users", owner, Body("Ada.Lovelace@Example.com", "MANAGER"));
    ASSERT_EQ(made.status, 200) << made.body;
    const Json user(made.body);
    EXPECT_THAT(user["/name"], testing::StartsWith(company + "/users/"));
    EXPECT_EQ(user["/email"], "ada.lovelace@example.com") << "whatever its case";
    EXPECT_EQ(user["/role"], "MANAGER");
    EXPECT_NE(user["/createTime"], "");
    const Answer listed = Api("GET", company + "/users", owner);
    EXPECT_EQ(listed.status, 200);
    EXPECT_THAT(listed.body, HasSubstr(user["/name"]));
    const Answer group = Api("POST", company + "/users", owner,
                             R"({"group":"it-admins","role":"ROLE_UNSPECIFIED"})");
    ExpectCustomError(group, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_THAT(group.body, HasSubstr("role"));
    EXPECT_EQ(
        Api("POST", company + "/users", owner, R"({"group":"it-admins","role":"VIEWER"})").status,
        200);

    ExpectError(Api("POST", company + "/users", owner, Body("ada.lovelace@example.com", "VIEWER")),
                409, "ALREADY_EXISTS");
    EXPECT_EQ(Api("DELETE", user["/name"], owner).status, 200);
    ExpectError(Api("DELETE", user["/name"], owner), 404, "NOT_FOUND");
    EXPECT_THAT(Api("GET", company + "/users", owner).body, Not(HasSubstr(user["/name"])));
  }
}

TEST_F(UsersTest, WhatIsNoUser_IsRefused_AndNamed) {
  const std::string path = partner_ + "/users";
  const std::string owner = OwnerOf(partner_);
  struct Row {
    std::string body;
    const char* field;
  };
  const Row rows[] = {
      {"{}", "email"},
      {R"({"role":"VIEWER"})", "email"},
      {R"({"email":"a@example.com","group":"g","role":"VIEWER"})", "email"},
      {Body("no address", "VIEWER"), "email"},
      {Body("@example.com", "VIEWER"), "email"},
      {Body("a@example.com\\nb@example.com", "VIEWER"), "email"},
      {Body(std::string(400, 'a') + "@example.com", "VIEWER"), "email"},
      {R"({"group":"\u0000","role":"VIEWER"})", "group"},
      {R"({"email":"a@example.com"})", "role"},
      {Body("a@example.com", "EMPEROR"), "role"},
      {R"({"email":"a@example.com","role":77})", "role"},
      {R"({"email":["a@example.com"],"role":"VIEWER"})", "email"},
      {R"({"mail":"a@example.com","role":"VIEWER"})", "mail"},
      {"[", ""},
      {"", "email"},
  };
  for (const Row& row : rows) {
    const Answer answer = Api("POST", path, owner, row.body);
    ExpectError(answer, 400, "INVALID_ARGUMENT");
    EXPECT_THAT(answer.body, HasSubstr(row.field)) << row.body;
  }
  for (const char* id : {"0", "-1", "x", "1/2", "99999999999999999999", "%00", ""}) {
    EXPECT_EQ(Api("DELETE", path + "/" + id, owner).status, 404) << id;
  }
  EXPECT_THAT(Api("GET", path, owner).body, Not(HasSubstr("a@example.com")));
}

TEST_F(UsersTest, OnlyOwners_KeepUsersAndServiceAccounts) {
  for (const std::string& company : {partner_, customer_}) {
    const std::string owner = OwnerOf(company);
    for (const char* role : kRoles) {
      const std::string email = fmt::format("{}-{}@example.com", role, company.substr(0, 3));
      const Answer made = Api("POST", company + "/users", owner, Body(email, role));
      ASSERT_EQ(made.status, 200) << made.body;
      const std::string name = Json(made.body)["/name"];
      const std::string token = TokenOf(Json(made.body)["/email"]);
      std::vector<std::pair<std::string, std::string>> calls = {
          {"GET", company + "/users"}, {"POST", company + "/users"}, {"DELETE", name}};
      if (company == partner_) {
        calls.insert(calls.begin(), {{"GET", company + "/serviceAccounts"},
                                     {"POST", company + "/serviceAccounts"},
                                     {"DELETE", company + "/serviceAccounts/none@example.com"}});
      }
      for (const auto& [method, path] : calls) {
        const std::string body = !path.ends_with("/users") || method != "POST"
                                     ? (method == "POST" ? "{}" : "")
                                     : Body("new-" + email, "VIEWER");
        const Answer answer = Api(method, path, token, body);
        if (role == std::string("OWNER")) {
          EXPECT_NE(answer.status, 403) << method << " " << path << " " << answer.body;
        } else {
          ExpectCustomError(answer, 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
          EXPECT_THAT(answer.body, HasSubstr(role));
        }
      }
    }
  }
}

TEST_F(UsersTest, AProgram_AndAnOwnerOfAnotherCompany_KeepNoUsers) {
  const std::string other = TokenOf(EmailIn(sandbox().second.credentials));
  const std::string of_customer = OwnerOf(customer_);
  for (const std::string& path : {partner_ + "/users", partner_ + "/serviceAccounts"}) {
    for (const std::string& token : {first_.token(), second_.token(), other, of_customer}) {
      ExpectError(Api("GET", path, token), 403, "PERMISSION_DENIED");
      ExpectError(Api("POST", path, token, Body("b@example.com", "OWNER")), 403,
                  "PERMISSION_DENIED");
    }
    ExpectError(Api("GET", path, ""), 401, "UNAUTHENTICATED");
  }
  ExpectError(Api("GET", "partners/x/users", other), 403, "PERMISSION_DENIED");
}

TEST_F(UsersTest, ARoleThatIsTakenBack_IsGoneWithTheNextCall) {
  const std::string owner = OwnerOf(partner_);
  const Answer made = Api("POST", partner_ + "/users", owner, Body("leaver@example.com", "OWNER"));
  const std::string name = Json(made.body)["/name"];
  const std::string token = TokenOf("leaver@example.com");
  EXPECT_EQ(Api("GET", partner_ + "/users", token).status, 200);
  EXPECT_EQ(Api("DELETE", name, owner).status, 200);
  ExpectError(Api("GET", partner_ + "/users", token), 401, "UNAUTHENTICATED");
}

TEST_F(UsersTest, TheLastOwner_Stays) {
  const std::string owner = OwnerOf(customer_);
  std::string last;
  const Answer listed = Api("GET", customer_ + "/users", owner);
  const Json users(listed.body);
  int owners = 0;
  for (size_t i = 0; i < users.Size("/users"); ++i) {
    if (users[fmt::format("/users/{}/role", i)] == "OWNER") ++owners;
  }
  if (owners == 0) {
    last = Json(
        Api("POST", customer_ + "/users", owner, Body("last@example.com", "OWNER")).body)["/name"];
    ExpectCustomError(Api("DELETE", last, owner), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
    Api("POST", customer_ + "/users", owner, Body("second@example.com", "OWNER"));
    EXPECT_EQ(Api("DELETE", last, owner).status, 200);
    return;
  }
  for (size_t i = 0; i < users.Size("/users"); ++i) {
    if (users[fmt::format("/users/{}/role", i)] != "OWNER") continue;
    const Answer answer = Api("DELETE", users[fmt::format("/users/{}/name", i)], owner);
    if (--owners > 0) {
      EXPECT_EQ(answer.status, 200) << answer.body;
    } else {
      ExpectCustomError(answer, 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
    }
  }
}

TEST_F(UsersTest, AServiceAccount_IsMadeUsedAndRevoked) {
  const std::string owner = OwnerOf(partner_);
  const std::string path = partner_ + "/serviceAccounts";
  const Answer made = Api("POST", path, owner, "{}");
  ASSERT_EQ(made.status, 200) << made.body;
  const Json account(made.body);
  EXPECT_EQ(account["/name"], path + "/" + account["/email"]);
  EXPECT_EQ(account["/credentials/type"], "service_account");
  const std::string file = data_dir() + "/made.json";
  const size_t begin = made.body.find('{', made.body.find("\"credentials\""));
  std::ofstream(file) << made.body.substr(begin, made.body.find('}', begin) - begin + 1);
  ApiCaller program(sandbox().endpoint, file);
  EXPECT_EQ(program.Get("/v1/" + partner_ + "/vendors").status, 200);
  ExpectError(program.Get("/openzerotouch/v1/" + path), 403, "PERMISSION_DENIED");

  const Answer listed = Api("GET", path, owner);
  EXPECT_THAT(listed.body, HasSubstr(account["/email"]));
  EXPECT_THAT(listed.body, HasSubstr("lastUseTime"));
  EXPECT_THAT(listed.body, Not(HasSubstr("PRIVATE KEY"))) << "shown once";
  EXPECT_THAT(listed.body, Not(HasSubstr("quota"))) << "a sandbox limits nobody";

  EXPECT_EQ(Api("DELETE", account["/name"], owner).status, 200);
  ExpectError(program.Get("/v1/" + partner_ + "/vendors"), 401, "UNAUTHENTICATED");
  ExpectError(Api("DELETE", account["/name"], owner), 404, "NOT_FOUND");
  EXPECT_THAT(Api("GET", path, owner).body, Not(HasSubstr(account["/email"])));
  ExpectError(Api("POST", path, owner, R"({"email":"mine@example.com"})"), 400, "INVALID_ARGUMENT");
  for (const char* name : {"none@example.com", "%2e%2e", "a/b"}) {
    EXPECT_EQ(Api("DELETE", path + "/" + name, owner).status, 404) << name;
  }
}

class QuotaUsedTest : public UsersTest {
 protected:
  static void SetUpTestSuite() { StartSandbox({"--quota-per-100s", "50"}); }
};

TEST_F(QuotaUsedTest, ServiceAccounts_SayHowMuchOfTheirQuotaIsUsed) {
  const std::string owner = OwnerOf(partner_);
  const auto used = [&] {
    const Json list(Api("GET", partner_ + "/serviceAccounts", owner).body);
    EXPECT_EQ(list["/serviceAccounts/0/quota/callsPer100s"], "50");
    const std::string text = list["/serviceAccounts/0/quota/callsUsed"];
    return text.empty() ? 0 : std::stoi(text);
  };
  const int before = used();
  for (int i = 0; i < 10; ++i) first_.Get("/v1/" + partner_ + "/vendors");
  const int after = used();
  EXPECT_GT(after, before);
  EXPECT_LE(after, 50);
}

}  // namespace
}  // namespace zerotouch::test
