// SPDX-License-Identifier: Apache-2.0
// customers.configurations.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

class ConfigurationsTest : public SandboxTest {
 protected:
  std::string Path(const std::string& id = "") const {
    return "/v1/customers/" + customer_ + "/configurations" + (id.empty() ? "" : "/" + id);
  }
  // Returns the required fields of a configuration, and `more`, as JSON members.
  std::string Fields(const std::string& more = "") const {
    return fmt::format(R"({{"configurationName":"Kiosk","companyName":"Company",)"
                       R"("contactEmail":"it@example.com","contactPhone":"+1 (800) 555-0100",)"
                       R"("dpcResourcePath":"customers/{}/dpcs/clouddpc"{}}})",
                       customer_, more);
  }
  // Returns the id of the new configuration.
  std::string Created(const std::string& more = "") {
    const Answer answer = caller_.Post(Path(), Fields(more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body)["/configurationId"];
  }
  std::string Field(const std::string& id, const std::string& name) {
    return Json(caller_.Get(Path(id)).body)["/" + name];
  }

  const std::string customer_ = sandbox().first.customer;
  ApiCaller caller_ = CustomerCaller(customer_);
};

TEST_F(ConfigurationsTest, Create_AssignsNameAndId_AndKeepsTheFields) {
  const std::string extras = R"({\"a\": [1, {\"b\": \"c\"}]})";
  const Answer created = caller_.Post(
      Path(), Fields(R"(,"dpcExtras":")" + extras +
                     R"(","customMessage":"Hello.","forcedResetTime":"3600.5s",)"
                     R"("name":"customers/1/configurations/2","configurationId":"7")"));
  ASSERT_EQ(created.status, 200) << created.body;
  const Json json(created.body);
  const std::string id = json["/configurationId"];
  EXPECT_NE(id, "7") << "output only";
  EXPECT_EQ(json["/name"], "customers/" + customer_ + "/configurations/" + id);
  EXPECT_EQ(json["/configurationName"], "Kiosk");
  EXPECT_EQ(json["/dpcResourcePath"], "customers/" + customer_ + "/dpcs/clouddpc");
  EXPECT_EQ(json["/dpcExtras"], R"({"a": [1, {"b": "c"}]})");
  EXPECT_EQ(json["/customMessage"], "Hello.");
  EXPECT_EQ(json["/forcedResetTime"], "3600.500s");
  EXPECT_FALSE(json.Has("/isDefault")) << "false is left out";
  EXPECT_EQ(caller_.Get(Path(id)).body, created.body);
  const Answer list = caller_.Get(Path());
  EXPECT_NE(list.body.find(id), std::string::npos);
}

TEST_F(ConfigurationsTest, Create_ListsEveryViolation) {
  const Answer answer = caller_.Post(
      Path(),
      R"({"contactPhone":"call me","dpcExtras":"{\"a\":oops}","forcedResetTime":"21601s"})");
  ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  const Json json(answer.body);
  const std::string violations = "/error/details/1/fieldViolations";
  const char* fields[] = {"configuration_name", "dpc_resource_path", "dpc_extras",
                          "company_name",       "contact_email",     "contact_phone",
                          "forced_reset_time"};
  ASSERT_EQ(json.Size(violations), std::size(fields)) << answer.body;
  for (size_t i = 0; i < std::size(fields); ++i) {
    EXPECT_EQ(json[fmt::format("{}/{}/field", violations, i)],
              std::string("configuration.") + fields[i]);
  }
  EXPECT_NE(json[violations + "/2/description"].find("at byte 5"), std::string::npos)
      << answer.body;
  EXPECT_EQ(caller_.Post(Path(), R"({"contactEmail":1})").status, 400);
  EXPECT_EQ(caller_.Post(Path(), "").status, 400);
}

TEST_F(ConfigurationsTest, OneDefaultAtATime) {
  const std::string first = Created(R"(,"isDefault":true)");
  EXPECT_EQ(Field(first, "isDefault"), "true");
  const std::string second = Created(R"(,"isDefault":true)");
  EXPECT_EQ(Field(first, "isDefault"), "") << "it lost its place";
  EXPECT_EQ(caller_.Patch(Path(first) + "?updateMask=isDefault", R"({"isDefault":true})").status,
            200);
  EXPECT_EQ(Field(second, "isDefault"), "");
  EXPECT_EQ(caller_.Patch(Path(first) + "?updateMask=isDefault", "{}").status, 200);
  EXPECT_EQ(Field(first, "isDefault"), "") << "a customer may have none";
}

TEST_F(ConfigurationsTest, Patch_ChangesTheFieldsOfTheMask) {
  const std::string id = Created(R"(,"customMessage":"old","forcedResetTime":"60s")");
  const struct {
    const char* mask;
    const char* body;
    const char* name;
    const char* message;
    const char* reset;
  } rows[] = {
      {"configurationName", R"({"configurationName":"A","customMessage":"x"})", "A", "old", "60s"},
      {"configuration_name", R"({"configuration_name":"B"})", "B", "old", "60s"},
      {"configurationName,forcedResetTime", R"({"configurationName":"C"})", "C", "old", ""},
      {"configurationName%2CcustomMessage",
       R"({"configurationName":"D","customMessage":"d","configurationId":"9","name":"x"})", "D",
       "d", ""},
      {"", R"({"customMessage":"e","name":"customers/1/configurations/1"})", "D", "e", ""},
      {"name,configurationId", R"({"configurationId":"9"})", "D", "e", ""},
      {"customMessage", "{}", "D", "", ""},
      {"customMessage", "", "D", "", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.mask);
    const std::string query = *row.mask == '\0' ? "" : std::string("?updateMask=") + row.mask;
    const Answer answer = caller_.Patch(Path(id) + query, row.body);
    ASSERT_EQ(answer.status, 200) << answer.body;
    const Json json(answer.body);
    EXPECT_EQ(json["/configurationId"], id) << "the URL says which";
    EXPECT_EQ(json["/configurationName"], row.name);
    EXPECT_EQ(json["/customMessage"], row.message);
    EXPECT_EQ(json["/forcedResetTime"], row.reset);
    EXPECT_EQ(json["/contactEmail"], "it@example.com");
    EXPECT_EQ(caller_.Get(Path(id)).body, answer.body);
  }
}

TEST_F(ConfigurationsTest, Patch_Star_ReplacesAll) {
  const std::string id = Created(R"(,"customMessage":"old","isDefault":true)");
  EXPECT_EQ(caller_.Patch(Path(id) + "?updateMask=*", Fields()).status, 200);
  EXPECT_EQ(Field(id, "customMessage"), "");
  EXPECT_EQ(Field(id, "isDefault"), "");
  const Answer lacking = caller_.Patch(Path(id) + "?updateMask=*", R"({"companyName":"X"})");
  ExpectCustomError(lacking, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  EXPECT_EQ(Json(lacking.body).Size("/error/details/1/fieldViolations"), 4u) << lacking.body;
  EXPECT_EQ(Field(id, "companyName"), "Company") << "nothing was changed";
}

TEST_F(ConfigurationsTest, Patch_ThatIsInvalid_IsRefused) {
  const std::string id = Created();
  for (const char* mask : {"colour", "isDefault,colour", "forcedResetTime.seconds"}) {
    const Answer answer = caller_.Patch(Path(id) + "?updateMask=" + mask, R"({"isDefault":true})");
    ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_EQ(Json(answer.body)["/error/details/1/fieldViolations/0/field"], "update_mask");
  }
  ExpectCustomError(
      caller_.Patch(Path(id) + "?updateMask=contactEmail", R"({"contactEmail":"nobody"})"), 400,
      "INVALID_ARGUMENT", "INVALID_PARAMETER");
  ExpectCustomError(caller_.Patch(Path(id) + "?updateMask=dpcResourcePath",
                                  R"({"dpcResourcePath":"customers/1/dpcs/clouddpc"})"),
                    400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
  EXPECT_EQ(Field(id, "isDefault"), "");
  EXPECT_EQ(Field(id, "contactEmail"), "it@example.com");
}

TEST_F(ConfigurationsTest, Delete_InUse_IsRefused) {
  const std::string id = Created(R"(,"isDefault":true)");
  const std::string device = Claimed(Imei("490154203237518"));
  ExpectCustomError(caller_.Delete(Path(id)), 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  EXPECT_EQ(Field(id, "configurationId"), id);
  ASSERT_EQ(Unclaim(Imei("490154203237518") + "," + kZeroTouch).status, 200);
  EXPECT_EQ(caller_.Delete(Path(id)).body, "{}\n");
  ExpectCustomError(caller_.Get(Path(id)), 404, "NOT_FOUND", "INVALID_PARAMETER");
  // Without a default, a new claim has no configuration.
  Claimed(Imei("490154203237518"));
  const Answer claimed = caller_.Get("/v1/customers/" + customer_ + "/devices/" + device);
  EXPECT_FALSE(Json(claimed.body).Has("/configuration")) << claimed.body;
}

TEST_F(ConfigurationsTest, UnknownOnes_AreNotFound) {
  // The id of another customer's configuration is unknown under the own name, too.
  ApiCaller second = CustomerCaller(sandbox().first.second_customer);
  const std::string id = Created();
  const std::string path = "/v1/customers/" + sandbox().first.second_customer + "/configurations/";
  for (const std::string& name : {id, std::string("12345"), std::string("x"), std::string("0")}) {
    SCOPED_TRACE(name);
    for (const char* method : {"GET", "PATCH", "DELETE"}) {
      ExpectCustomError(second.Call(method, path + name, ""), 404, "NOT_FOUND",
                        "INVALID_PARAMETER");
    }
  }
  EXPECT_EQ(Field(id, "configurationId"), id);
}

}  // namespace
}  // namespace zerotouch::test
