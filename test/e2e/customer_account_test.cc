// SPDX-License-Identifier: Apache-2.0
// Customer accounts: access control, terms of service, customers.list and dpcs.list.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class CustomerAccountTest : public SandboxTest {
 protected:
  static void Admin(std::vector<std::string> arguments) {
    const ProgramRun run = RunAdmin(std::move(arguments));
    EXPECT_EQ(run.exit_code, 0) << run.err;
  }
  static void ExpectTosError(const Answer& answer) {
    ExpectError(answer, 403, "PERMISSION_DENIED");
    const Json json(answer.body);
    EXPECT_EQ(json["/error/details/0/@type"],
              "type.googleapis.com/google.android.device.provisioning.v1.TosError");
    EXPECT_EQ(json["/error/details/0/latestTosAccepted"], "false") << answer.body;
  }

  const std::string own_ = sandbox().first.customer;
  const std::string other_ = sandbox().second.customer;
  ApiCaller caller_ = CustomerCaller(own_);
};

// Returns every customer method, for a customer.
std::vector<std::array<std::string, 3>> CallsOn(const std::string& customer) {
  const std::string base = "/v1/customers/" + customer;
  return {{"GET", base + "/dpcs", ""},
          {"GET", base + "/configurations", ""},
          {"POST", base + "/configurations", "{}"},
          {"GET", base + "/configurations/1", ""},
          {"PATCH", base + "/configurations/1", "{}"},
          {"DELETE", base + "/configurations/1", ""},
          {"GET", base + "/devices", ""},
          {"GET", base + "/devices/1", ""},
          {"POST", base + "/devices:applyConfiguration", "{}"},
          {"POST", base + "/devices:removeConfiguration", "{}"},
          {"POST", base + "/devices:unclaim", "{}"}};
}

TEST_F(CustomerAccountTest, List_HasTheCustomersOfTheAccount) {
  const Answer answer = caller_.Get("/v1/customers?pageSize=100");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json(answer.body);
  ASSERT_EQ(json.Size("/customers"), 1u) << answer.body;
  EXPECT_EQ(json["/customers/0/name"], "customers/" + own_);
  EXPECT_EQ(json["/customers/0/companyId"], own_);
  EXPECT_TRUE(json["/customers/0/companyName"].starts_with("Sandbox Customer ")) << answer.body;
  EXPECT_EQ(json["/customers/0/termsStatus"], "TERMS_STATUS_ACCEPTED");
  EXPECT_FALSE(json.Has("/customers/0/ownerEmails")) << "input only";
  EXPECT_FALSE(json.Has("/nextPageToken"));
  EXPECT_FALSE(json.Has("/totalSize"));
}

TEST_F(CustomerAccountTest, List_OfAnAccountWithSeveral_InPages) {
  const std::string key = data_dir() + "/../several.json";
  Admin({"keys", "create", "--customer", own_, "--customer", other_, "--customer",
         sandbox().first.second_customer, "--out", key, "--token-uri",
         sandbox().endpoint + "/token", "--email", "several@example.com"});
  ApiCaller several(sandbox().endpoint, key, kCustomerScope);
  const Answer all = several.Get("/v1/customers");
  EXPECT_EQ(Json(all.body).Size("/customers"), 3u) << all.body;
  EXPECT_FALSE(Json(all.body).Has("/nextPageToken"));
  std::vector<std::string> seen;
  std::string token;
  do {
    const Answer page = several.Get("/v1/customers?pageSize=2&pageToken=" + token);
    ASSERT_EQ(page.status, 200) << page.body;
    const Json json(page.body);
    for (size_t i = 0; i < json.Size("/customers"); ++i) {
      seen.push_back(json[fmt::format("/customers/{}/companyId", i)]);
    }
    token = json["/nextPageToken"];
  } while (!token.empty());
  ASSERT_EQ(seen.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(seen[i], Json(all.body)[fmt::format("/customers/{}/companyId", i)]);
  }
  // Pending terms of one customer do not affect another one.
  Admin({"customers", "reset-terms", other_});
  EXPECT_EQ(Json(several.Get("/v1/customers").body).Size("/customers"), 3u);
  EXPECT_EQ(several.Get("/v1/customers/" + own_ + "/dpcs").status, 200);
  ExpectTosError(several.Get("/v1/customers/" + other_ + "/dpcs"));
  Admin({"customers", "accept-terms", other_});
}

TEST_F(CustomerAccountTest, List_WrongPages_AreRefused) {
  ExpectCustomError(caller_.Get("/v1/customers?pageSize=-1"), 400, "INVALID_ARGUMENT",
                    "INVALID_PARAMETER");
  ExpectCustomError(caller_.Get("/v1/customers?pageToken=AAAA"), 400, "INVALID_ARGUMENT",
                    "INVALID_PAGE_TOKEN");
  EXPECT_EQ(caller_.Get("/v1/customers?pageSize=1000").status, 200) << "taken as 100";
}

TEST_F(CustomerAccountTest, List_OfAnAccountWithoutCustomers_IsEmpty) {
  ApiCaller reseller(sandbox().endpoint, sandbox().first.credentials, kCustomerScope);
  EXPECT_EQ(reseller.Get("/v1/customers").body, "{}\n");
}

TEST_F(CustomerAccountTest, Dpcs_AreNamedForTheCustomer) {
  const Answer answer = caller_.Get("/v1/customers/" + own_ + "/dpcs");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json(answer.body);
  EXPECT_GE(json.Size("/dpcs"), 2u);
  EXPECT_EQ(json["/dpcs/0/name"], "customers/" + own_ + "/dpcs/clouddpc");
  EXPECT_EQ(json["/dpcs/0/packageName"], "com.google.android.apps.work.clouddpc");
  EXPECT_EQ(json["/dpcs/0/dpcName"], "Android Device Policy");
}

TEST_F(CustomerAccountTest, EveryMethod_NeedsTheScope) {
  ApiCaller wrong(sandbox().endpoint, data_dir() + "/customer-" + own_ + ".json", kResellerScope);
  std::vector<std::array<std::string, 3>> calls = CallsOn(own_);
  calls.push_back({"GET", "/v1/customers", ""});
  for (const auto& [method, path, body] : calls) {
    SCOPED_TRACE(method + " " + path);
    const Answer answer = wrong.Call(method, path, body);
    ExpectError(answer, 403, "PERMISSION_DENIED");
    EXPECT_NE(answer.body.find("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), std::string::npos);
    EXPECT_EQ(caller_.Call(method, path, body, "").status, 401);
  }
}

TEST_F(CustomerAccountTest, EveryMethod_Is403ForOtherCustomers_ExistingOrNot) {
  for (const std::string& customer : {other_, std::string("12345"), std::string("x")}) {
    for (const auto& [method, path, body] : CallsOn(customer)) {
      SCOPED_TRACE(method + " " + path);
      ExpectCustomError(caller_.Call(method, path, body), 403, "PERMISSION_DENIED",
                        "AUTHORIZATION_FAIL");
    }
  }
  ApiCaller reseller(sandbox().endpoint, sandbox().first.credentials, kCustomerScope);
  ExpectCustomError(reseller.Get("/v1/customers/" + own_ + "/devices"), 403, "PERMISSION_DENIED",
                    "AUTHORIZATION_FAIL");
}

TEST_F(CustomerAccountTest, EveryMethod_NeedsTheTermsAccepted) {
  const std::string customer = sandbox().first.second_customer;
  ApiCaller caller = CustomerCaller(customer);
  EXPECT_EQ(caller.Get("/v1/customers").status, 200);
  Admin({"customers", "reset-terms", customer});
  std::vector<std::array<std::string, 3>> calls = CallsOn(customer);
  calls.push_back({"GET", "/v1/customers", ""});
  for (const auto& [method, path, body] : calls) {
    SCOPED_TRACE(method + " " + path);
    ExpectTosError(caller.Call(method, path, body));
  }
  const Answer seen = first_.Get("/v1/partners/" + sandbox().first.partner + "/customers");
  EXPECT_NE(seen.body.find("TERMS_STATUS_NOT_ACCEPTED"), std::string::npos) << "by the reseller";
  Admin({"customers", "accept-terms", customer});
  EXPECT_EQ(caller.Get("/v1/customers").status, 200) << "at once";
}

}  // namespace
}  // namespace zerotouch::test
