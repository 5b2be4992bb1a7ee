// SPDX-License-Identifier: Apache-2.0
// Invalid requests: the error lists every violation, and nothing is stored.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

constexpr char kBadRequest[] = "type.googleapis.com/google.rpc.BadRequest";

class BadInputTest : public SandboxTest {
 protected:
  Answer UnclaimAsync(const std::string& body) {
    return first_.Post(sandbox().first.Devices() + ":unclaimAsync", body);
  }
};

TEST_F(BadInputTest, BodiesThatAreNotRequests_AreRefused) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += R"({"unclaims":[)";
  std::string closed = deep;
  for (int i = 0; i < 100; ++i) closed += "]}";
  const std::pair<const char*, std::string> bodies[] = {
      {"truncated", R"({"unclaims":[{"deviceId":"5")"},
      {"truncated in a string", R"({"unclaims":[{"deviceId":"5)"},
      {"something after it", R"({"unclaims":[{}]} x)"},
      {"two of them", R"({"unclaims":[{}]}{"unclaims":[{}]})"},
      {"not JSON", "unclaims"},
      {"a list", R"([{"unclaims":[]}])"},
      {"a form", "unclaims=1"},
      {"not UTF-8", "{\"unclaims\":[{\"deviceIdentifier\":{\"imei\":\"\xff\"}}]}"},
      {"half a surrogate pair", R"({"unclaims":[{"deviceIdentifier":{"imei":"\ud800"}}]})"},
      {"a NUL", std::string("{\"unclaims\":[{}]\0}", 18)},
      {"too deep", closed},
      {"too deep and truncated", deep},
      {"a comma too many", R"({"unclaims":[{},]})"},
      {"single quotes", R"({'unclaims':[{}]})"},
  };
  for (const auto& [reason, body] : bodies) {
    SCOPED_TRACE(reason);
    const Answer answer = UnclaimAsync(body);
    ExpectError(answer, 400, "INVALID_ARGUMENT");
    EXPECT_EQ(Json(answer.body)["/error/details/0/@type"], kBadRequest) << answer.body;
  }
}

TEST_F(BadInputTest, WrongTypesAndUnknownFields_AreAllListed_AndNothingIsStored) {
  const std::string id = Claimed(Imei("490154203237518"));
  const Answer answer = UnclaimAsync(fmt::format(
      R"({{"unclaims":[{{"deviceId":"{}",{}}},{{"deviceId":"x"}},{{"sectionType":"NOPE"}},)"
      R"({{"vacationModeDays":1.5}},{{"deviceIdentifier":5}},)"
      R"({{"deviceIdentifier":{{"imie":"1"}}}},)"
      R"({{"vacationModeExpireTime":"tomorrow"}},{{"deviceIdentifier":{{"imei":5}}}}],"extra":1}})",
      id, kZeroTouch));
  ExpectError(answer, 400, "INVALID_ARGUMENT");
  const Json json(answer.body);
  const std::string list = "/error/details/0/fieldViolations";
  const char* const fields[] = {"unclaims[1].device_id",
                                "unclaims[2].section_type",
                                "unclaims[3].vacation_mode_days",
                                "unclaims[4].device_identifier",
                                "unclaims[5].device_identifier",
                                "unclaims[6].vacation_mode_expire_time",
                                "unclaims[7].device_identifier.imei",
                                ""};
  EXPECT_EQ(json.Size(list), std::size(fields)) << answer.body;
  for (size_t i = 0; i < std::size(fields); ++i) {
    EXPECT_EQ(json[fmt::format("{}/{}/field", list, i)], fields[i]);
    EXPECT_THAT(json["/error/message"], HasSubstr(json[fmt::format("{}/{}/description", list, i)]));
  }
  EXPECT_TRUE(Json(first_.Get(sandbox().first.Devices() + "/" + id).body).Has("/claims/0"))
      << "the good item was not done either";
}

TEST_F(BadInputTest, SingleCalls_ListEveryViolation) {
  const Answer answer = Unclaim(R"("deviceId":"x","sectionType":"NOPE","colour":"red")");
  ExpectError(answer, 400, "INVALID_ARGUMENT");
  const Json json(answer.body);
  EXPECT_EQ(json.Size("/error/details/0/fieldViolations"), 3u) << answer.body;
  EXPECT_EQ(json["/error/details/0/fieldViolations/2/description"],
            "Invalid JSON payload received. Unknown name \"colour\": Cannot find field.");
}

TEST_F(BadInputTest, ManyViolations_AreCut) {
  std::string body = R"({"unclaims":[{"deviceId":"x"})";
  for (int i = 0; i < 1000; ++i) body += R"(,{"deviceId":"x"})";
  const Answer answer = UnclaimAsync(body + "]}");
  ExpectError(answer, 400, "INVALID_ARGUMENT");
  EXPECT_LT(answer.body.size(), 50'000u);
  EXPECT_GE(Json(answer.body).Size("/error/details/0/fieldViolations"), 50u);
}

TEST_F(BadInputTest, OversizeRequests_AreRefused) {
  const Answer body = UnclaimAsync(std::string((size_t{64} << 20) + 1, ' '));
  ExpectError(body, 413, "RESOURCE_EXHAUSTED");
  const Answer in_format_1 = first_.Post(sandbox().first.Devices() + ":unclaimAsync?$.xgafv=1",
                                         std::string((size_t{64} << 20) + 1, ' '));
  EXPECT_EQ(in_format_1.status, 413);
  EXPECT_TRUE(Json(in_format_1.body).Has("/error/errors/0/reason")) << in_format_1.body;
  const Answer url = first_.Get("/v1/" + std::string(9'000, 'x'));
  ExpectError(url, 414, "RESOURCE_EXHAUSTED");
  const Answer header = first_.Call("GET", "/healthz", "", std::string(20'000, 'x'));
  ExpectError(header, 431, "RESOURCE_EXHAUSTED");
}

TEST_F(BadInputTest, PathsAndQueries) {
  const std::string devices = sandbox().first.Devices();
  ExpectError(first_.Get("/v1/nowhere"), 404, "NOT_FOUND");
  ExpectError(first_.Post(devices + ":forget", "{}"), 404, "NOT_FOUND");
  ExpectError(first_.Post("/v1/partners/x/devices:unclaim", "{}"), 400, "INVALID_ARGUMENT");
  ExpectError(first_.Get(devices + "/5?colour=red"), 400, "INVALID_ARGUMENT");
  for (const char* id : {"x", "0", "-5", "05", "9223372036854775808"}) {
    const Answer answer = first_.Get(devices + "/" + id);
    EXPECT_TRUE(answer.status == 400 || answer.status == 404) << id << answer.body;
  }
}

TEST_F(BadInputTest, FindLimits) {
  const std::string find = sandbox().first.Devices() + ":findByIdentifier";
  for (const char* limit : {"", R"(,"limit":0)", R"(,"limit":-1)", R"(,"limit":101)"}) {
    ExpectCustomError(first_.Post(find, "{" + Imei("490154203237518") + limit + "}"), 400,
                      "INVALID_ARGUMENT", "INVALID_PARAMETER");
  }
  for (const char* limit : {"1", "100", "\"100\""}) {
    EXPECT_EQ(first_.Post(find, fmt::format(R"({{{},"limit":{}}})", Imei("490154203237518"), limit))
                  .status,
              200);
  }
  ExpectCustomError(first_.Post(find, R"({"limit":1})"), 400, "INVALID_ARGUMENT",
                    "INVALID_IDENTIFIER_SET");
}

}  // namespace
}  // namespace zerotouch::test
