// SPDX-License-Identifier: Apache-2.0
// partners.vendors and their customers.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class VendorsTest : public SandboxTest {
 protected:
  static std::string Admin(std::vector<std::string> arguments) {
    const ProgramRun run = RunAdmin(std::move(arguments));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.out.substr(0, run.out.find('\n'));
  }
  static std::string Vendors(const Sandbox::Reseller& reseller) {
    return "/v1/partners/" + reseller.partner + "/vendors";
  }
  static std::string NewVendor(const std::string& name) {
    return Admin({"vendors", "create", "--partner", sandbox().first.partner, "--name", name});
  }
  static std::string NewCustomerOf(const std::string& vendor, const std::string& name) {
    return Admin({"customers", "create", "--partner", sandbox().first.partner, "--vendor", vendor,
                  "--name", name, "--owner-email", "owner@example.com"});
  }
};

TEST_F(VendorsTest, List_HasThem_InPages) {
  NewVendor("Second Vendor");
  const std::string path = Vendors(sandbox().first);
  const Answer all = first_.Get(path);
  ASSERT_EQ(all.status, 200) << all.body;
  const Json json(all.body);
  ASSERT_EQ(json.Size("/vendors"), 2u) << all.body;
  EXPECT_EQ(json["/totalSize"], "2");
  EXPECT_FALSE(json.Has("/nextPageToken"));
  EXPECT_EQ(json.Size("/vendors/0"), 3u) << "name, id and company name alone";
  EXPECT_EQ(json["/vendors/0/name"],
            "partners/" + sandbox().first.partner + "/vendors/" + json["/vendors/0/companyId"]);
  const Answer first = first_.Get(path + "?pageSize=1");
  EXPECT_EQ(Json(first.body)["/vendors/0/name"], json["/vendors/0/name"]);
  EXPECT_EQ(Json(first.body)["/totalSize"], "2");
  const Answer second =
      first_.Get(path + "?pageSize=1&pageToken=" + Json(first.body)["/nextPageToken"]);
  EXPECT_EQ(Json(second.body)["/vendors/0/name"], json["/vendors/1/name"]);
  EXPECT_FALSE(Json(second.body).Has("/nextPageToken"));
}

TEST_F(VendorsTest, Customers_AreOnlyTheVendors_NotTheResellers) {
  const std::string vendor = NewVendor("Third Vendor");
  const std::string first = NewCustomerOf(vendor, "First Company");
  const std::string second = NewCustomerOf(vendor, "Second Company");
  const std::string path = Vendors(sandbox().first) + "/" + vendor + "/customers";
  const Answer all = first_.Get(path);
  ASSERT_EQ(all.status, 200) << all.body;
  const Json json(all.body);
  ASSERT_EQ(json.Size("/customers"), 2u) << all.body;
  EXPECT_EQ(json["/totalSize"], "2");
  EXPECT_EQ(json["/customers/0/name"],
            fmt::format("partners/{}/vendors/{}/customers/{}", sandbox().first.partner, vendor,
                        std::min(std::stoll(first), std::stoll(second))));
  EXPECT_EQ(json["/customers/0/termsStatus"], "TERMS_STATUS_NOT_ACCEPTED");
  EXPECT_EQ(Json(first_.Get(path + "?pageSize=1").body).Size("/customers"), 1u);
  const Answer own = first_.Get("/v1/partners/" + sandbox().first.partner + "/customers");
  EXPECT_EQ(own.body.find(first), std::string::npos);
  // A device can be claimed for it.
  const Answer claimed = Claim(Imei("490154203237518") + "," + kZeroTouch +
                               fmt::format(R"(,"customerId":"{}")", first));
  EXPECT_EQ(claimed.status, 200) << claimed.body;
}

TEST_F(VendorsTest, EmptyList_IsAnEmptyObject) {
  const std::string vendor = NewVendor("Lonely Vendor");
  EXPECT_EQ(first_.Get(Vendors(sandbox().first) + "/" + vendor + "/customers").body, "{}\n");
}

TEST_F(VendorsTest, OthersResources_AreRefused) {
  const std::string path = Vendors(sandbox().first);
  const std::string theirs =
      Json(second_.Get(Vendors(sandbox().second)).body)["/vendors/0/companyId"];
  ASSERT_NE(theirs, "");
  for (const std::string& vendor : {theirs, std::string("12345"), std::string("x")}) {
    ExpectCustomError(first_.Get(path + "/" + vendor + "/customers"), 404, "NOT_FOUND",
                      "INVALID_RESELLER_ID");
  }
  ExpectCustomError(second_.Get(path), 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
  ExpectCustomError(second_.Get(path + "/" + theirs + "/customers"), 403, "PERMISSION_DENIED",
                    "AUTHORIZATION_FAIL");
  ExpectCustomError(first_.Get(path + "?pageSize=-1"), 400, "INVALID_ARGUMENT",
                    "INVALID_PARAMETER");
  ExpectCustomError(first_.Get(path + "?pageToken=AAAA"), 400, "INVALID_ARGUMENT",
                    "INVALID_PAGE_TOKEN");
}

}  // namespace
}  // namespace zerotouch::test
