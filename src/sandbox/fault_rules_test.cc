// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "google/android/device/provisioning/v1/service.pb.h"
#include "json/json.h"
#include "model/api.h"

namespace zerotouch::sandbox {
namespace {

using Kind = FaultPlan::Kind;
using ::testing::HasSubstr;

constexpr char kUnclaimRpc[] = "Service.Unclaim";

class FaultRulesTest : public ::testing::Test {
 protected:
  FaultRulesTest() {
    for (FaultRules* rules : {&rules_, &next_}) {
      rules->SetNames({{"partners.devices.unclaim", kUnclaimRpc}, {"token", "token"}});
    }
    caller_.partner = PartnerId(7);
    caller_.customers = {CustomerId(11), CustomerId(12)};
    unclaim_.set_partner_id(7);
    unclaim_.mutable_device_identifier()->set_imei("490154203237518");
  }

  static proto::Fault FromJson(std::string text) {
    proto::Fault fault;
    EXPECT_TRUE(json::Parse(text, fault).empty()) << text;
    return fault;
  }

  std::string Added(const std::string& text) {
    const auto fault = rules_.Add(FromJson(text));
    EXPECT_TRUE(fault.ok()) << fault.status();
    return fault.ok() ? fault->name() : "";
  }

  std::string ErrorOf(const std::string& text) {
    return std::string(rules_.Add(FromJson(text)).status().message());
  }

  FaultPlan Call(FaultRules& rules, std::string_view method = kUnclaimRpc) const {
    return rules.Plan({.method = method,
                       .account = "a@example.com",
                       .caller = &caller_,
                       .path = [this] { return &unclaim_; },
                       .request = [this] { return &unclaim_; }});
  }

  // Returns for each of `count` calls whether a rule acts: `x` or `.`.
  std::string Run(FaultRules& rules, int count) const {
    std::string out;
    for (int i = 0; i < count; ++i) out += Call(rules).kind == Kind::kNone ? '.' : 'x';
    return out;
  }

  int64_t Hits() const { return rules_.List().at(0).hits(); }

  FaultRules rules_;
  FaultRules next_;  // after a restart
  auth::Principal caller_;
  api::UnclaimDeviceRequest unclaim_;
};

TEST_F(FaultRulesTest, SkipAndTimes_ChooseTheCalls) {
  Added(R"({"skip":2,"times":3,"disconnect":"BEFORE"})");
  EXPECT_EQ(Run(rules_, 8), "..xxx...");
  EXPECT_EQ(Hits(), 3);
}

TEST_F(FaultRulesTest, RulesActInTheirOrder_AndALaterOneSeesWhatAnEarlierOneLeaves) {
  const std::string first = Added(R"({"times":1,"error":{"status":"UNAVAILABLE"}})");
  Added(R"({"times":1,"disconnect":"AFTER"})");
  EXPECT_EQ(Call(rules_).kind, Kind::kError);
  const FaultPlan plan = Call(rules_);
  EXPECT_EQ(plan.kind, Kind::kDropAfter);
  EXPECT_EQ(plan.faults, "faults/2");
  EXPECT_EQ(Call(rules_).kind, Kind::kNone);
  EXPECT_TRUE(rules_.Delete(first));
  EXPECT_FALSE(rules_.Delete(first));
}

TEST_F(FaultRulesTest, Delay_GoesOnToTheNextRule) {
  Added(R"({"delay":"1.5s"})");
  Added(R"({"delay":"0.5s"})");
  Added(R"({"truncate":0})");
  const FaultPlan plan = Call(rules_);
  EXPECT_EQ(plan.delay, absl::Seconds(2));
  EXPECT_EQ(plan.kind, Kind::kTruncate);
  EXPECT_EQ(plan.faults, "faults/1,faults/2,faults/3");
}

TEST_F(FaultRulesTest, Probability_IsTheSameForTheSameSeed_AndSparedCallsDoNotUseUpTimes) {
  Added(R"({"probability":0.5,"seed":"42","times":10,"disconnect":"BEFORE"})");
  const std::string one = Run(rules_, 40);
  rules_.DeleteAll();
  Added(R"({"probability":0.5,"seed":"42","times":10,"disconnect":"BEFORE"})");
  EXPECT_EQ(Run(rules_, 40), one);
  EXPECT_EQ(std::count(one.begin(), one.end(), 'x'), 10);
  EXPECT_NE(one.substr(0, 10), "xxxxxxxxxx");
  rules_.DeleteAll();
  Added(R"({"probability":0,"disconnect":"BEFORE"})");
  EXPECT_EQ(Run(rules_, 20), std::string(20, '.'));
}

TEST_F(FaultRulesTest, Saved_ContinuesWithHitsAndGenerator) {
  Added(R"({"probability":0.5,"seed":"1","skip":3,"times":9,"disconnect":"BEFORE"})");
  const std::string whole = Run(rules_, 30);
  rules_.DeleteAll();
  Added(R"({"probability":0.5,"seed":"1","skip":3,"times":9,"disconnect":"BEFORE"})");
  std::string parts = Run(rules_, 11);
  proto::SavedControls saved;
  rules_.Save(saved);
  next_.Load(saved);
  parts += Run(next_, 19);
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(next_.List().at(0).hits(), 9);
  EXPECT_NE(next_.Add(FromJson(R"({"truncate":1})")).value().name(), next_.List().at(0).name());
}

TEST_F(FaultRulesTest, Selection_ByMethodPartnerCustomerAccountAndDevice) {
  const std::pair<const char*, bool> rows[] = {
      {R"("method":"partners.devices.unclaim")", true},
      {R"("method":"*")", true},
      {R"("method":"token")", false},
      {R"("partnerId":"7")", true},
      {R"("partnerId":8)", false},
      {R"("customerId":"12")", true},
      {R"("customerId":"13")", false},
      {R"("account":"a@example.com")", true},
      {R"("account":"b@example.com")", false},
      {R"("device":{"deviceIdentifier":{"imei":"49015420323751"}})", true},
      {R"("device":{"deviceIdentifier":{"imei":"490154203237526"}})", false},
      {R"("device":{"deviceIdentifier":{"imei":"49-015420-323751-8"}})", true},
      {R"("device":{"deviceIdentifier":{"imei2":" 4901542032375101\u00a0"}})", true},
      {R"("device":{"deviceIdentifier":{"meid":"49015420323751"}})", false},
      {R"("device":{"deviceId":"5"})", false},
  };
  for (const auto& [selection, fits] : rows) {
    rules_.DeleteAll();
    Added(std::string("{") + selection + R"(,"truncate":1})");
    EXPECT_EQ(Call(rules_).kind == Kind::kTruncate, fits) << selection;
  }
}

TEST_F(FaultRulesTest, Device_IsComparedAsTheRegistryDoes) {
  Added(R"({"device":{"deviceIdentifier":{"meid":"A0000000123456","serialNumber":"S1",)"
        R"("manufacturer":"A  B"}},"truncate":1})");
  const auto acts = [&](std::string identifier) {
    unclaim_.clear_device_identifier();
    EXPECT_TRUE(json::Parse(identifier, *unclaim_.mutable_device_identifier()).empty());
    return Call(rules_).kind == Kind::kTruncate;
  };
  EXPECT_TRUE(acts(R"({"meid":"268435456001193046"})")) << "decimal";
  EXPECT_TRUE(acts(R"({"meid2":" a0000000123456"})"));
  EXPECT_TRUE(acts(R"({"serialNumber":"S1","manufacturer":" a b ","model":"X"})"));
  EXPECT_FALSE(acts(R"({"serialNumber":"s1","manufacturer":"A B","model":"X"})"));
}

TEST_F(FaultRulesTest, ThePathsReseller_CountsBeforeTheCallers) {
  Added(R"({"partnerId":"8","truncate":1})");
  unclaim_.set_partner_id(8);
  EXPECT_EQ(Call(rules_).kind, Kind::kTruncate);
}

TEST_F(FaultRulesTest, DeviceOfABatch_IsFoundInAnyItem) {
  Added(R"({"device":{"deviceId":"5"},"truncate":1})");
  api::UnclaimDevicesRequest batch;
  batch.add_unclaims()->set_device_id(4);
  const auto plan = [&] {
    return rules_.Plan({.method = "x", .request = [&] { return &batch; }}).kind;
  };
  EXPECT_EQ(plan(), Kind::kNone);
  batch.add_unclaims()->set_device_id(5);
  EXPECT_EQ(plan(), Kind::kTruncate);
}

TEST_F(FaultRulesTest, Token_IsNotAmongEveryMethod) {
  Added(R"({"truncate":1})");
  EXPECT_EQ(Call(rules_, kTokenMethod).kind, Kind::kNone);
  Added(R"({"method":"token","error":{"status":"UNAUTHENTICATED"}})");
  EXPECT_EQ(Call(rules_, kTokenMethod).kind, Kind::kError);
}

TEST_F(FaultRulesTest, Error_HasARetryWhereTheApiHas) {
  Added(R"({"times":1,"error":{"status":"RESOURCE_EXHAUSTED"}})");
  Added(R"({"times":1,"error":{"status":"UNAVAILABLE","retryAfter":"5s"}})");
  Added(R"({"times":1,"error":{"status":"NOT_FOUND","reason":"INVALID_DEVICE_ID"}})");
  Added(R"({"times":1,"error":{"status":"PERMISSION_DENIED","reason":"TOS"}})");
  EXPECT_EQ(Call(rules_).error.retry_after, absl::Seconds(1));
  EXPECT_EQ(Call(rules_).error.retry_after, absl::Seconds(5));
  const errors::MadeError error = Call(rules_).error;
  EXPECT_EQ(error.reason, api::INVALID_DEVICE_ID);
  EXPECT_EQ(error.retry_after, absl::ZeroDuration());
  EXPECT_TRUE(Call(rules_).error.terms);
}

TEST_F(FaultRulesTest, Item_GivesAResultToItsDeviceOnly) {
  Added(R"({"device":{"deviceIdentifier":{"imei":"490154203237518"}},"times":1,)"
        R"("item":{"status":"SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS",)"
        R"("errorIdentifier":"INVALID_DEVICE_ID"}})");
  EXPECT_FALSE(rules_.any()) << "it does nothing to calls";
  api::PartnerUnclaim item;
  const auto plan = [&] {
    return rules_.PlanItem({.method = kUnclaimRpc, .request = [&] { return &item; }});
  };
  item.mutable_device_identifier()->set_imei("490154203237526");
  EXPECT_FALSE(plan().has_value());
  item.mutable_device_identifier()->set_imei("490154203237518");
  const auto result = plan();
  ASSERT_TRUE(result.has_value());
  api::PerDeviceStatusInBatch status;
  FillResult(*result, &status);
  EXPECT_EQ(status.status(), api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS);
  EXPECT_EQ(status.error_identifier(), "INVALID_DEVICE_ID");
  EXPECT_FALSE(plan().has_value()) << "times";
}

TEST_F(FaultRulesTest, WrongRules_AreRefusedWithAllThatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"{}", "exactly one of"},
      {R"({"truncate":1,"delay":"1s"})", "exactly one of"},
      {R"({"method":"partners.devices.steal","truncate":1})", "fault.method"},
      {R"({"skip":-1,"truncate":1})", "fault.skip"},
      {R"({"times":-1,"truncate":1})", "fault.times"},
      {R"({"probability":1.5,"truncate":1})", "fault.probability"},
      {R"({"delay":"301s"})", "fault.delay"},
      {R"({"delay":"-1s"})", "fault.delay"},
      {R"({"truncate":-1})", "fault.truncate"},
      {R"({"error":{}})", "fault.error.status"},
      {R"({"error":{"status":"OK"}})", "fault.error.status"},
      {R"({"error":{"status":"UNAVAILABLE","reason":"NOTHING"}})", "fault.error.reason"},
      {R"({"raw":{"httpStatus":99}})", "fault.raw.httpStatus"},
      {R"({"raw":{"httpStatus":304,"body":"x"}})", "fault.raw.body"},
      {R"({"raw":{"httpStatus":502,"contentType":"a\r\nSet-Cookie: x"}})", "contentType"},
      {R"({"item":{"status":"SINGLE_DEVICE_STATUS_UNKNOWN_ERROR"}})", "fault.device"},
      {R"({"device":{"deviceId":"1"},"item":{"status":"SINGLE_DEVICE_STATUS_SUCCESS"}})",
       "fault.item.status"},
      {R"({"device":{},"truncate":1})", "fault.device"},
      {R"({"device":{"deviceIdentifier":{}},"truncate":1})", "fault.device"},
      {R"({"device":{"deviceIdentifier":{"model":"X"}},"truncate":1})", "fault.device"},
      {R"({"method":"partners.devices.unclaim","device":{"deviceId":"1"},)"
       R"("item":{"status":"SINGLE_DEVICE_STATUS_OTHER_ERROR"}})",
       "fault.method"},
  };
  for (const auto& [text, wrong] : rows) EXPECT_THAT(ErrorOf(text), HasSubstr(wrong)) << text;
  const std::string all = ErrorOf(R"({"skip":-1,"times":-1,"truncate":-1})");
  EXPECT_THAT(all, HasSubstr("fault.skip"));
  EXPECT_THAT(all, HasSubstr("fault.truncate"));
  EXPECT_TRUE(rules_.List().empty());
}

TEST_F(FaultRulesTest, Rules_AreLimitedInNumberAndBytes) {
  proto::Fault large;
  large.mutable_raw()->set_http_status(500);
  large.mutable_raw()->set_body(std::string(1'000'000, 'x'));
  int added = 0;
  while (added < 100 && rules_.Add(large).ok()) ++added;
  EXPECT_EQ(added, 16);
  rules_.DeleteAll();
  for (size_t i = 0; i < limits::kFaultRules; ++i) Added(R"({"truncate":1})");
  EXPECT_EQ(rules_.Add(FromJson(R"({"truncate":1})")).status().code(),
            absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace zerotouch::sandbox
