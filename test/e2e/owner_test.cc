// SPDX-License-Identifier: Apache-2.0
// findByOwner.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class OwnerTest : public SandboxTest {
 protected:
  Answer Find(const std::string& fields) {
    return first_.Post(sandbox().first.Devices() + ":findByOwner", "{" + fields + "}");
  }
  static std::string Of(const std::string& customer) {
    return fmt::format(R"("customerId":["{}"],)", customer);
  }
  // Claims new hardware for a customer of the first reseller. Returns the device id.
  std::string ClaimFor(const std::string& customer, const std::string& identifier,
                       const std::string& section = kZeroTouch) {
    const Answer answer =
        Claim(fmt::format(R"({},{},"customerId":"{}")", identifier, section, customer));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return FieldIn(answer.body, "deviceId");
  }
  static std::vector<std::string> IdsIn(const std::string& body) {
    const Json json(body);
    std::vector<std::string> ids;
    for (size_t i = 0; i < json.Size("/devices"); ++i) {
      ids.push_back(json[fmt::format("/devices/{}/deviceId", i)]);
    }
    return ids;
  }
};

TEST_F(OwnerTest, OwnClaimsOfTheSection_Only) {
  const std::string& customer = sandbox().first.customer;
  const std::string own = ClaimFor(customer, Imei("490154203237518"));
  SimLocked(Imei("490154203237526"));
  ClaimFor(sandbox().first.second_customer, Imei("490154203237534"));
  const Answer found = Find(Of(customer) + kZeroTouch + R"(,"limit":100)");
  ASSERT_EQ(found.status, 200) << found.body;
  EXPECT_EQ(IdsIn(found.body), std::vector<std::string>{own});
  const Json json(found.body);
  EXPECT_EQ(json["/totalSize"], "1");
  EXPECT_FALSE(json.Has("/nextPageToken"));
  EXPECT_EQ(json["/devices/0/name"], "partners/" + sandbox().first.partner + "/devices/" + own);
  EXPECT_EQ(json["/devices/0/claims/0/ownerCompanyId"], customer);
  EXPECT_FALSE(json.Has("/devices/0/configuration"));
  // A device that was given up is not found.
  EXPECT_EQ(Unclaim(Imei("490154203237518") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(Find(Of(customer) + kZeroTouch + R"(,"limit":100)").body, "{}\n");
  const Answer locked = Find(Of(customer) + kSimLock + R"(,"limit":"100")");
  EXPECT_EQ(Json(locked.body)["/totalSize"], "1") << locked.body;
}

TEST_F(OwnerTest, Pages_HaveEveryDeviceOnce_AlsoWhileSomeAreAdded) {
  const std::string& first = sandbox().first.customer;
  const std::string& second = sandbox().first.second_customer;
  std::vector<std::string> all = IdsIn(
      Find(fmt::format(R"("customerId":["{}","{}"],{},"limit":100)", first, second, kZeroTouch))
          .body);
  for (int i = 0; i < 10; ++i) {
    all.push_back(ClaimFor(
        i % 2 == 0 ? first : second,
        Identifier(fmt::format(R"("serialNumber":"P{}","manufacturer":"M","model":"N")", i))));
  }
  const std::string before = std::to_string(all.size());
  const std::string query =
      fmt::format(R"("customerId":["{}","{}"],{},"limit":3)", second, first, kZeroTouch);
  std::vector<std::string> seen;
  std::string token;
  do {
    const Answer page = Find(query + R"(,"pageToken":")" + token + "\"");
    ASSERT_EQ(page.status, 200) << page.body;
    const std::vector<std::string> ids = IdsIn(page.body);
    ASSERT_LE(ids.size(), 3u);
    seen.insert(seen.end(), ids.begin(), ids.end());
    EXPECT_EQ(Json(page.body)["/totalSize"], before) << "of the whole list, on every page";
    token = Json(page.body)["/nextPageToken"];
    if (seen.size() == 3) {
      all.push_back(ClaimFor(first, Identifier(R"("serialNumber":"Q","manufacturer":"M",)"
                                               R"("model":"N")")));
    }
  } while (!token.empty());
  EXPECT_EQ(seen, all);
}

// The device that is claimed between the pages shows when the list was counted.
TEST_F(OwnerTest, TotalSize_IsCountedByTheFirstPageThatSelectsIt) {
  const std::string& customer = sandbox().first.customer;
  const auto claim = [&](const char* serial) {
    ClaimFor(customer, Identifier(fmt::format(
                           R"("serialNumber":"{}","manufacturer":"M","model":"N")", serial)));
  };
  const auto page = [&](const std::string& fields, const std::string& token) {
    const Answer answer = first_.Post(
        sandbox().first.Devices() + ":findByOwner?fields=" + fields,
        fmt::format(R"({{{}{},"limit":1,"pageToken":"{}"}})", Of(customer), kZeroTouch, token));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body);
  };
  // Other tests have given the customer devices.
  const int before = std::stoi(page("totalSize", "")["/totalSize"]);
  claim("N1");
  claim("N2");
  const Json first = page("devices,nextPageToken", "");
  EXPECT_EQ(first.Size("/devices"), 1u);
  EXPECT_FALSE(first.Has("/totalSize"));
  claim("N3");
  const Json second = page("totalSize,nextPageToken", first["/nextPageToken"]);
  EXPECT_EQ(second["/totalSize"], std::to_string(before + 3));
  claim("N4");
  EXPECT_EQ(page("*", second["/nextPageToken"])["/totalSize"],
            std::to_string(before + 3));
  EXPECT_EQ(page("totalSize", "")["/totalSize"], std::to_string(before + 4));
}

TEST_F(OwnerTest, Token_IsValidOnlyForTheSameArguments) {
  const std::string& customer = sandbox().first.customer;
  for (const char* serial : {"T1", "T2"}) {
    ClaimFor(customer, Identifier(fmt::format(
                           R"("serialNumber":"{}","manufacturer":"M","model":"N")", serial)));
  }
  const std::string token =
      Json(Find(Of(customer) + kZeroTouch + R"(,"limit":1)").body)["/nextPageToken"];
  ASSERT_NE(token, "");
  const std::string with = R"(,"pageToken":")" + token + "\"";
  EXPECT_EQ(Find(Of(customer) + kZeroTouch + R"(,"limit":2)" + with).status, 200)
      << "pages may differ in size";
  for (const std::string& other :
       {Of(customer) + kSimLock + R"(,"limit":1)",
        Of(sandbox().first.second_customer) + kZeroTouch + R"(,"limit":1)"}) {
    ExpectCustomError(Find(other + with), 400, "INVALID_ARGUMENT", "INVALID_PAGE_TOKEN");
  }
}

TEST_F(OwnerTest, WorkspaceAccounts_OwnChromeOsDevices) {
  const Answer claimed = Claim(
      Identifier(R"("serialNumber":"C1","model":"Book","chromeOsAttestedDeviceId":"A1",)"
                 R"("deviceType":"DEVICE_TYPE_CHROME_OS")") +
      "," + kZeroTouch + R"(,"googleWorkspaceCustomerId":"C0abc","preProvisioningToken":"token")");
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  const Answer found =
      Find(R"("googleWorkspaceCustomerId":"C0abc",)" + std::string(kZeroTouch) + R"(,"limit":5)");
  EXPECT_EQ(IdsIn(found.body), std::vector<std::string>{FieldIn(claimed.body, "deviceId")});
  EXPECT_EQ(Json(found.body)["/devices/0/claims/0/googleWorkspaceCustomerId"], "C0abc");
  EXPECT_EQ(
      Find(R"("googleWorkspaceCustomerId":"C0ABC",)" + std::string(kZeroTouch) + R"(,"limit":5)")
          .body,
      "{}\n");
}

TEST_F(OwnerTest, WrongArguments_AreRefused) {
  const std::string mine = Of(sandbox().first.customer);
  const struct {
    std::string fields;
    const char* code;
  } rows[] = {
      {mine + kZeroTouch, "INVALID_PARAMETER"},
      {mine + kZeroTouch + R"(,"limit":0)", "INVALID_PARAMETER"},
      {mine + kZeroTouch + R"(,"limit":101)", "INVALID_PARAMETER"},
      {mine + kZeroTouch + R"(,"limit":-1)", "INVALID_PARAMETER"},
      {mine + R"("limit":1)", "INVALID_SECTION_TYPE"},
      {std::string(kZeroTouch) + R"(,"limit":1)", "INVALID_PARAMETER"},
      {Of(sandbox().second.customer) + kZeroTouch + R"(,"limit":1)", "INVALID_CUSTOMER_ID"},
      {Of("12345") + kZeroTouch + R"(,"limit":1)", "INVALID_CUSTOMER_ID"},
      {mine + kZeroTouch + R"(,"limit":1,"pageToken":"AAAA")", "INVALID_PAGE_TOKEN"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.fields);
    ExpectCustomError(Find(row.fields), 400, "INVALID_ARGUMENT", row.code);
  }
}

TEST_F(OwnerTest, OtherResellers_AreRefused) {
  const Answer answer =
      second_.Post(sandbox().first.Devices() + ":findByOwner",
                   "{" + Of(sandbox().first.customer) + kZeroTouch + R"(,"limit":1})");
  ExpectCustomError(answer, 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
}

}  // namespace
}  // namespace zerotouch::test
