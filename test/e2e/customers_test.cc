// SPDX-License-Identifier: Apache-2.0
// The customers of a reseller: create, list, pages.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class CustomersTest : public SandboxTest {
 protected:
  static std::string Path(const Sandbox::Reseller& reseller) {
    return "/v1/partners/" + reseller.partner + "/customers";
  }
  Answer Create(const std::string& fields) {
    return first_.Post(Path(sandbox().first), R"({"customer":{)" + fields + "}}");
  }
};

TEST_F(CustomersTest, Create_AssignsNameAndId) {
  const Answer answer = Create(
      R"("companyName":"New Company","ownerEmails":["owner@example.com"],"languageCode":"de")");
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json(answer.body);
  EXPECT_EQ(json["/name"],
            fmt::format("partners/{}/customers/{}", sandbox().first.partner, json["/companyId"]));
  EXPECT_EQ(json["/companyName"], "New Company");
  EXPECT_EQ(json["/termsStatus"], "TERMS_STATUS_NOT_ACCEPTED");
  EXPECT_FALSE(json.Has("/ownerEmails")) << "input only";
  EXPECT_FALSE(json.Has("/languageCode")) << "input only";
}

TEST_F(CustomersTest, InvalidCompanies_AreRefused_WithTheField) {
  const std::string owner = R"(,"ownerEmails":["o@example.com"])";
  const struct {
    std::string fields;
    const char* field;
  } rows[] = {
      {R"("ownerEmails":["o@example.com"])", "customer.company_name"},
      {R"("companyName":"A")", "customer.owner_emails"},
      {R"("companyName":"A","ownerEmails":["nobody"])", "customer.owner_emails[0]"},
      {R"("companyName":"A","adminEmails":["a@example.com","b"])" + owner,
       "customer.admin_emails[1]"},
      {R"("companyName":"A","languageCode":"xx")" + owner, "customer.language_code"},
      {R"("companyName":"A","companyId":"5")" + owner, "customer.company_id"},
      {R"("companyName":"A","name":"partners/1/customers/5")" + owner, "customer.name"},
  };
  for (const auto& row : rows) {
    const Answer answer = Create(row.fields);
    ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_EQ(Json(answer.body)["/error/details/1/fieldViolations/0/field"], row.field);
  }
}

TEST_F(CustomersTest, EveryViolation_IsListed) {
  const Answer answer =
      first_.Post(Path(sandbox().first), R"({"customer":{"name":"x","companyId":"1",)"
                                         R"("ownerEmails":["a","b@c.example","d"],)"
                                         R"("languageCode":"xx"}})");
  ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  const Json json(answer.body);
  const char* fields[] = {
      "name", "company_id", "company_name", "owner_emails[0]", "owner_emails[2]", "language_code"};
  ASSERT_EQ(json.Size("/error/details/1/fieldViolations"), std::size(fields)) << answer.body;
  for (size_t i = 0; i < std::size(fields); ++i) {
    EXPECT_EQ(json[fmt::format("/error/details/1/fieldViolations/{}/field", i)],
              std::string("customer.") + fields[i]);
  }
}

TEST_F(CustomersTest, Pages_HaveEveryRowOnce) {
  const std::string path = Path(sandbox().first);
  for (int i = 0; i < 5; ++i) {
    Create(fmt::format(R"("companyName":"Page {}","ownerEmails":["o@example.com"])", i));
  }
  const Answer whole = first_.Get(path);
  const size_t total = Json(whole.body).Size("/customers");
  EXPECT_EQ(Json(whole.body)["/totalSize"], std::to_string(total)) << "unset: all of them";
  EXPECT_FALSE(Json(whole.body).Has("/nextPageToken"));
  std::set<std::string> seen;
  std::string token;
  do {
    const Answer page = first_.Get(fmt::format("{}?pageSize=2&pageToken={}", path, token));
    ASSERT_EQ(page.status, 200) << page.body;
    const Json json(page.body);
    EXPECT_LE(json.Size("/customers"), 2u);
    EXPECT_EQ(json["/totalSize"], std::to_string(total));
    for (size_t i = 0; i < json.Size("/customers"); ++i) {
      EXPECT_TRUE(seen.insert(json[fmt::format("/customers/{}/companyId", i)]).second);
    }
    token = json["/nextPageToken"];
  } while (!token.empty());
  EXPECT_EQ(seen.size(), total);
}

TEST_F(CustomersTest, WrongPageTokensAndSizes_AreRefused) {
  const std::string path = Path(sandbox().first);
  ExpectCustomError(first_.Get(path + "?pageSize=-1"), 400, "INVALID_ARGUMENT",
                    "INVALID_PARAMETER");
  ExpectError(first_.Get(path + "?pageSize=x"), 400, "INVALID_ARGUMENT");
  const std::string theirs =
      Json(second_.Get(Path(sandbox().second) + "?pageSize=1").body)["/nextPageToken"];
  ASSERT_NE(theirs, "");
  std::string changed = Json(first_.Get(path + "?pageSize=1").body)["/nextPageToken"];
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  for (const std::string& token : {std::string("AAAA"), std::string("%20"), theirs, changed}) {
    ExpectCustomError(first_.Get(path + "?pageSize=1&pageToken=" + token), 400, "INVALID_ARGUMENT",
                      "INVALID_PAGE_TOKEN");
  }
  EXPECT_EQ(first_.Get(path + "?pageToken=").status, 200) << "empty is absent";
}

TEST_F(CustomersTest, OtherResellersCustomers_AreNotListed) {
  const Answer list = first_.Get(Path(sandbox().first));
  EXPECT_EQ(list.body.find(sandbox().second.customer), std::string::npos);
  ExpectCustomError(first_.Get(Path(sandbox().second)), 403, "PERMISSION_DENIED",
                    "AUTHORIZATION_FAIL");
}

}  // namespace
}  // namespace zerotouch::test
