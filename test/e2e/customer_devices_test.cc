// SPDX-License-Identifier: Apache-2.0
// customers.devices: how a customer sees and changes its devices.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class CustomerDevicesTest : public SandboxTest {
 protected:
  std::string Devices() const { return "/v1/customers/" + customer_ + "/devices"; }
  // Returns the resource name of a new configuration.
  std::string NewConfiguration(const std::string& more = "") {
    const Answer answer =
        caller_.Post("/v1/customers/" + customer_ + "/configurations",
                     fmt::format(R"({{"configurationName":"Kiosk","companyName":"Company",)"
                                 R"("contactEmail":"it@example.com","contactPhone":"1",)"
                                 R"("dpcResourcePath":"customers/{}/dpcs/clouddpc"{}}})",
                                 customer_, more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body)["/name"];
  }
  static std::string ById(const std::string& id) {
    return fmt::format(R"("device":{{"deviceId":"{}"}})", id);
  }
  static std::string ByImei(const std::string& imei) { return R"("device":{)" + Imei(imei) + "}"; }
  Answer Apply(const std::string& device, const std::string& configuration) {
    return caller_.Post(Devices() + ":applyConfiguration",
                        fmt::format(R"({{{},"configuration":"{}"}})", device, configuration));
  }
  Answer Do(const char* verb, const std::string& device) {
    return caller_.Post(Devices() + ":" + verb, "{" + device + "}");
  }
  std::string ConfigurationOf(const std::string& id) {
    return Json(caller_.Get(Devices() + "/" + id).body)["/configuration"];
  }

  const std::string customer_ = sandbox().first.customer;
  ApiCaller caller_ = CustomerCaller(customer_);
};

TEST_F(CustomerDevicesTest, Get_ShowsTheDeviceUnderTheCustomersName) {
  const std::string id = FieldIn(Claim(Imei("490154203237518") + "," + kZeroTouch +
                                       R"(,"deviceMetadata":{"entries":{"ordernumber":"A"}})")
                                     .body,
                                 "deviceId");
  const Answer answer = caller_.Get(Devices() + "/" + id);
  ASSERT_EQ(answer.status, 200) << answer.body;
  const Json json(answer.body);
  EXPECT_EQ(json["/name"], "customers/" + customer_ + "/devices/" + id);
  EXPECT_EQ(json["/deviceId"], id);
  EXPECT_EQ(json["/deviceIdentifier/imei"], "490154203237518");
  EXPECT_EQ(json["/deviceMetadata/entries/ordernumber"], "A");
  EXPECT_EQ(json["/claims/0/ownerCompanyId"], customer_);
  EXPECT_EQ(json["/claims/0/resellerId"], sandbox().first.partner);
  EXPECT_EQ(json["/claims/0/sectionType"], "SECTION_TYPE_ZERO_TOUCH");
}

TEST_F(CustomerDevicesTest, OthersAndUnknownOnes_AreNotFound) {
  const std::string theirs = ClaimedByOther(Imei("490154203237526"));
  const std::string given_up = Claimed(Imei("490154203237534"));
  ASSERT_EQ(Unclaim(Imei("490154203237534") + "," + kZeroTouch).status, 200);
  const std::string configuration = NewConfiguration();
  for (const std::string& id : {theirs, given_up, std::string("12345")}) {
    SCOPED_TRACE(id);
    const Answer answer = caller_.Get(Devices() + "/" + id);
    ExpectCustomError(answer, 404, "NOT_FOUND", "INVALID_DEVICE_ID");
    EXPECT_EQ(answer.body, caller_.Get(Devices() + "/99999").body) << "no difference to tell";
    for (const Answer& refused : {Apply(ById(id), configuration), Do("unclaim", ById(id)),
                                  Do("removeConfiguration", ById(id))}) {
      ExpectCustomError(refused, 404, "NOT_FOUND", "INVALID_DEVICE_ID");
    }
  }
  ExpectCustomError(Do("unclaim", ByImei("490154203237526")), 404, "NOT_FOUND",
                    "INVALID_DEVICE_ID");
  EXPECT_EQ(second_.Get(sandbox().second.Devices() + "/" + theirs).status, 200);
  ExpectCustomError(caller_.Get(Devices() + "/x"), 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
}

TEST_F(CustomerDevicesTest, DefaultConfiguration_IsAppliedToDevicesClaimedLater) {
  const std::string before = Claimed(Imei("490154203237542"));
  const std::string configuration = NewConfiguration(R"(,"isDefault":true)");
  EXPECT_EQ(ConfigurationOf(before), "");
  const std::string after = Claimed(Imei("490154203237559"));
  EXPECT_EQ(ConfigurationOf(after), configuration);
  EXPECT_FALSE(Json(first_.Get(sandbox().first.Devices() + "/" + after).body).Has("/configuration"))
      << "never shown to resellers";
  EXPECT_EQ(Do("removeConfiguration", ById(after)).body, "{}\n");
  EXPECT_EQ(ConfigurationOf(after), "") << "the default does not come back by itself";
  ASSERT_EQ(Unclaim(Imei("490154203237559") + "," + kZeroTouch).status, 200);
  Claimed(Imei("490154203237559"));
  EXPECT_EQ(ConfigurationOf(after), configuration) << "claimed again";
  caller_.Patch("/v1/" + configuration + "?updateMask=isDefault", "{}");
}

TEST_F(CustomerDevicesTest, Claim_CanHaveAConfigurationOfTheCustomer) {
  const std::string configuration = NewConfiguration();
  const std::string number = configuration.substr(configuration.rfind('/') + 1);
  const Answer claimed = Claim(Imei("490154203237567") + "," + kZeroTouch +
                               fmt::format(R"(,"configurationId":"{}")", number));
  ASSERT_EQ(claimed.status, 200) << claimed.body;
  EXPECT_EQ(ConfigurationOf(FieldIn(claimed.body, "deviceId")), configuration);
}

TEST_F(CustomerDevicesTest, ApplyAndRemove_ByIdAndByHardware) {
  const std::string id = Claimed(Imei("490154203237575"));
  const std::string first = NewConfiguration();
  const std::string second = NewConfiguration();
  EXPECT_EQ(Apply(ById(id), first).body, "{}\n");
  EXPECT_EQ(ConfigurationOf(id), first);
  EXPECT_EQ(Apply(ByImei("49-015420-323757-5"), second).status, 200);
  EXPECT_EQ(ConfigurationOf(id), second);
  EXPECT_EQ(caller_.Delete("/v1/" + first).status, 200);
  EXPECT_EQ(caller_.Delete("/v1/" + second).status, 400) << "it is in use";
  EXPECT_EQ(Do("removeConfiguration", ByImei("490154203237575")).status, 200);
  EXPECT_EQ(ConfigurationOf(id), "");
  EXPECT_EQ(Do("removeConfiguration", ById(id)).status, 200) << "none to take off is fine";
}

TEST_F(CustomerDevicesTest, WrongRequests_AreRefused) {
  const std::string id = Claimed(Imei("490154203237583"));
  ApiCaller other = CustomerCaller(sandbox().second.customer);
  for (const std::string& configuration :
       {std::string(), std::string("x"), std::string("customers/1/configurations/1"),
        "customers/" + customer_ + "/configurations/12345",
        "customers/" + sandbox().first.second_customer + "/configurations/1"}) {
    const Answer answer = Apply(ById(id), configuration);
    ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_EQ(Json(answer.body)["/error/details/1/fieldViolations/0/field"], "configuration");
  }
  for (const char* verb : {"unclaim", "removeConfiguration"}) {
    ExpectCustomError(Do(verb, R"("device":{})"), 400, "INVALID_ARGUMENT",
                      "INVALID_IDENTIFIER_SET");
    ExpectCustomError(Do(verb, ""), 400, "INVALID_ARGUMENT", "INVALID_IDENTIFIER_SET");
    ExpectCustomError(Do(verb, ByImei("1")), 400, "INVALID_ARGUMENT", "INVALID_IMEI");
    ExpectError(Do(verb, R"("device":{"deviceId":"5",)" + Imei("490154203237583") + "}"), 400,
                "INVALID_ARGUMENT");
  }
  EXPECT_EQ(ConfigurationOf(id), "");
}

TEST_F(CustomerDevicesTest, Unclaim_EndsTheClaim_ForTheResellerToo) {
  const std::string id = Claimed(Imei("490154203237591"));
  SimLocked(Imei("490154203237591"));
  EXPECT_EQ(Do("unclaim", ByImei("490154203237591")).body, "{}\n");
  const Answer seen = first_.Get(sandbox().first.Devices() + "/" + id);
  EXPECT_EQ(seen.status, 200) << "the record stays";
  EXPECT_EQ(Json(seen.body).Size("/claims"), 1u) << "the SIM lock stays: " << seen.body;
  EXPECT_EQ(Json(caller_.Get(Devices() + "/" + id).body)["/claims/0/sectionType"],
            "SECTION_TYPE_SIM_LOCK");
  ExpectCustomError(Do("unclaim", ById(id)), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  ExpectCustomError(Do("removeConfiguration", ById(id)), 400, "FAILED_PRECONDITION",
                    "INVALID_OPERATION");
  ExpectCustomError(Unclaim(Imei("490154203237591") + "," + kZeroTouch), 400, "FAILED_PRECONDITION",
                    "INVALID_OPERATION");
  ASSERT_EQ(Unclaim(Imei("490154203237591") + "," + kSimLock).status, 200);
  EXPECT_EQ(caller_.Get(Devices() + "/" + id).status, 404);
  EXPECT_EQ(Claimed(Imei("490154203237591")), id) << "a reseller can register it again";
}

TEST_F(CustomerDevicesTest, Unclaim_IsUndone_WithItsConfiguration) {
  const std::string id = Claimed(Imei("490154203237864"));
  const std::string configuration = NewConfiguration();
  EXPECT_EQ(Apply(ById(id), configuration).status, 200);
  const std::string before = caller_.Get(Devices() + "/" + id).body;
  EXPECT_EQ(Do("unclaim", ById(id)).status, 200);
  const std::string undo = "/openzerotouch" + Devices() + "/" + id + ":undoUnclaim";
  ApiCaller other = CustomerCaller(sandbox().second.customer);
  const std::string other_path = "/openzerotouch/v1/customers/" + sandbox().second.customer +
                                 "/devices/" + id + ":undoUnclaim";
  ExpectCustomError(other.Post(other_path, "{}"), 404, "NOT_FOUND", "INVALID_DEVICE_ID");
  ExpectError(other.Post(undo, "{}"), 403, "PERMISSION_DENIED");
  EXPECT_EQ(caller_.Get(Devices() + "/" + id).status, 404) << "still unclaimed";

  const Answer answer = caller_.Post(undo, "{}");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(caller_.Get(Devices() + "/" + id).body, before);
  EXPECT_EQ(Json(first_.Get(sandbox().first.Devices() + "/" + id).body).Size("/claims"), 1u);
  const Json history(caller_.Get("/openzerotouch" + Devices() + "/" + id + "/history").body);
  EXPECT_EQ(history["/entries/0/method"], "openzerotouch.undo");
  EXPECT_EQ(history["/entries/0/actor/kind"], "CUSTOMER");
  ExpectCustomError(caller_.Post(undo, "{}"), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
}

TEST_F(CustomerDevicesTest, UndoOfAnUnclaim_IsRefused_IfTheClaimChangedSince) {
  const std::string id = Claimed(Imei("490154203237872"));
  const std::string undo = "/openzerotouch" + Devices() + "/" + id + ":undoUnclaim";
  ExpectCustomError(caller_.Post(undo, "{}"), 404, "NOT_FOUND", "INVALID_DEVICE_ID");
  EXPECT_EQ(Do("unclaim", ById(id)).status, 200);
  Claimed(Imei("490154203237872"));
  EXPECT_EQ(Unclaim(Imei("490154203237872") + "," + kZeroTouch).status, 200);
  // Nobody holds the device, as after the customer's unclaim, but the reseller gave it up since.
  const Answer answer = caller_.Post(undo, "{}");
  ExpectCustomError(answer, 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  EXPECT_NE(answer.body.find("since"), std::string::npos) << answer.body;
  for (const char* device : {"0", "1", "x", "-3"}) {
    const Answer refused =
        caller_.Post("/openzerotouch" + Devices() + "/" + device + ":undoUnclaim", "{}");
    EXPECT_TRUE(refused.status == 400 || refused.status == 404) << refused.body;
  }
}

TEST_F(CustomerDevicesTest, List_HasEachOnce_InPages) {
  ApiCaller caller = CustomerCaller(sandbox().second.second_customer);
  const std::string path = "/v1/customers/" + sandbox().second.second_customer + "/devices";
  EXPECT_EQ(caller.Get(path).body, "{}\n");
  std::vector<std::string> all;
  const auto claim = [&](int i) {
    const Answer answer = second_.Post(
        sandbox().second.Devices() + ":claim",
        fmt::format(R"({{"deviceIdentifier":{{"serialNumber":"S{}","manufacturer":"M",)"
                    R"("model":"N"}},{},"customerId":"{}"}})",
                    i, kZeroTouch, sandbox().second.second_customer));
    EXPECT_EQ(answer.status, 200) << answer.body;
    all.push_back(FieldIn(answer.body, "deviceId"));
  };
  for (int i = 0; i < 5; ++i) claim(i);
  std::vector<std::string> seen;
  std::string token;
  do {
    const Answer page = caller.Get(path + "?pageSize=2&pageToken=" + token);
    ASSERT_EQ(page.status, 200) << page.body;
    const Json json(page.body);
    EXPECT_FALSE(json.Has("/totalSize"));
    for (size_t i = 0; i < json.Size("/devices"); ++i) {
      seen.push_back(json[fmt::format("/devices/{}/deviceId", i)]);
    }
    token = json["/nextPageToken"];
    if (seen.size() == 2) claim(5);
  } while (!token.empty());
  EXPECT_EQ(seen, all);
  EXPECT_EQ(Json(caller.Get(path).body).Size("/devices"), 6u) << "5,000 when not given";
  EXPECT_EQ(Json(caller.Get(path + "?pageSize=99999").body).Size("/devices"), 6u);
  ExpectCustomError(caller.Get(path + "?pageSize=-1"), 400, "INVALID_ARGUMENT",
                    "INVALID_PARAMETER");
  ExpectCustomError(caller.Get(path + "?pageToken=AAAA"), 400, "INVALID_ARGUMENT",
                    "INVALID_PAGE_TOKEN");
}

}  // namespace
}  // namespace zerotouch::test
