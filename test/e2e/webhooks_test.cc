// SPDX-License-Identifier: Apache-2.0
// Webhooks of a sandbox: what a receiver gets, in which order, and how often.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "e2e/sandbox_test_base.h"
#include "support/wait.h"
#include "support/webhook_receiver.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr char kOurs[] = "/openzerotouch/v1/";

// A webhook, as the answer to its creation describes it.
struct Hook {
  std::string name;
  std::string secret;
};

std::string EventsJson(const std::vector<std::string>& events) {
  std::string json;
  for (const std::string& event : events) {
    json += fmt::format("{}\"{}\"", json.empty() ? "" : ",", event);
  }
  return "[" + json + "]";
}

class WebhooksTest : public SandboxTest {
 protected:
  void TearDown() override {
    for (const std::string& name : made_) CallerOf(name).Delete(kOurs + name);
  }

  static std::string PartnerName() { return "partners/" + sandbox().first.partner; }
  static std::string CustomerName() { return "customers/" + sandbox().first.customer; }
  ApiCaller CallerOf(const std::string& name) {
    if (name.starts_with("partners/")) return first_;
    return CustomerCaller(sandbox().first.customer);
  }

  Hook Make(const std::string& company, const std::string& url,
            const std::vector<std::string>& events, const std::string& more = "") {
    const Answer answer = CallerOf(company).Post(
        kOurs + company + "/webhooks",
        fmt::format(R"({{"url":"{}","events":{}{}}})", url, EventsJson(events), more));
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json json(answer.body);
    made_.push_back(json["/name"]);
    return {.name = json["/name"], .secret = json["/secret"]};
  }

  std::string Deliveries(const std::string& hook) {
    return CallerOf(hook).Get(kOurs + hook + "/deliveries").body;
  }
  // Waits until the newest delivery is in this state, and returns the list.
  std::string AwaitState(const std::string& hook, const std::string& state,
                         const std::string& pointer = "/deliveries/0") {
    std::string list;
    EXPECT_TRUE(WaitUntil([&] {
      list = Deliveries(hook);
      return Json(list)[pointer + "/state"] == state;
    })) << list;
    return list;
  }
  // Waits until the newest delivery has had so many attempts.
  void AwaitAttempts(const std::string& hook, size_t count) {
    std::string list;
    EXPECT_TRUE(WaitUntil([&] {
      list = Deliveries(hook);
      return Json(list).Size("/deliveries/0/attempts") == count;
    })) << list;
  }

  static void AdvanceClock(const std::string& duration) {
    const Answer answer = CallUrl("POST", sandbox().endpoint + "/sandbox/v1/clock:advance",
                                  fmt::format(R"({{"duration":"{}"}})", duration), "");
    EXPECT_EQ(answer.status, 200) << answer.body;
  }

 private:
  std::vector<std::string> made_;
};

TEST_F(WebhooksTest, ClaimAndUnclaim_AreTold_Signed) {
  WebhookReceiver receiver;
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed", "device.unclaimed"});
  EXPECT_THAT(hook.secret, StartsWith("whsec_"));
  const std::string id = Claimed(Imei("350000000031001"));
  ASSERT_EQ(Unclaim(Imei("350000000031001") + "," + kZeroTouch).status, 200);

  const std::vector<Received> all = receiver.Await(2);
  ASSERT_EQ(all.size(), 2U);
  for (const Received& each : all) EXPECT_TRUE(each.IsSignedBy(hook.secret)) << each.signature;
  EXPECT_NE(all[0].id, all[1].id);
  EXPECT_EQ(all[0].path, "/hook");
  const Json claimed(all[0].body);
  EXPECT_EQ(claimed["/type"], "device.claimed");
  EXPECT_THAT(claimed["/timestamp"], HasSubstr("T"));
  EXPECT_EQ(claimed["/data/sectionType"], "SECTION_TYPE_ZERO_TOUCH");
  EXPECT_EQ(claimed["/data/devices/0/deviceId"], id);
  EXPECT_EQ(claimed["/data/devices/0/deviceIdentifier/imei"], "350000000031001");
  EXPECT_EQ(claimed["/data/devices/0/customerId"], sandbox().first.customer);
  EXPECT_FALSE(claimed.Has("/data/operation"));
  const Json unclaimed(all[1].body);
  EXPECT_EQ(unclaimed["/type"], "device.unclaimed");
  EXPECT_EQ(unclaimed["/data/devices/0/deviceId"], id);
  EXPECT_EQ(unclaimed["/data/devices/0/deviceIdentifier/imei"], "350000000031001");
  EXPECT_EQ(unclaimed["/data/devices/0/customerId"], sandbox().first.customer);

  const Json list(AwaitState(hook.name, "DELIVERED"));
  EXPECT_EQ(list.Size("/deliveries"), 2U);
  EXPECT_EQ(list["/deliveries/0/eventType"], "device.unclaimed");
  EXPECT_THAT(list["/deliveries/0/name"], StartsWith(hook.name + "/deliveries/"));
  EXPECT_EQ("msg_" + list["/deliveries/0/name"].substr(hook.name.size() + 12), all[1].id);
  EXPECT_EQ(list["/deliveries/0/attempts/0/httpStatus"], "200");
  EXPECT_THAT(list["/deliveries/0/attempts/0/latency"], HasSubstr("s"));
  EXPECT_FALSE(list.Has("/deliveries/0/nextAttemptTime"));
}

TEST_F(WebhooksTest, Customer_IsToldOfItsConfigurations) {
  WebhookReceiver receiver;
  const std::string customer = sandbox().first.customer;
  ApiCaller caller = CustomerCaller(customer);
  const std::string configuration =
      Json(caller
               .Post("/v1/customers/" + customer + "/configurations",
                     fmt::format(R"({{"configurationName":"Kiosk","companyName":"Company",)"
                                 R"("contactEmail":"it@example.com","contactPhone":"1",)"
                                 R"("dpcResourcePath":"customers/{}/dpcs/clouddpc"}})",
                                 customer))
               .body)["/name"];
  const std::string id = Claimed(Imei("350000000031019"));
  Make(CustomerName(), receiver.url(), {"device.configured", "device.unclaimed"});
  ASSERT_EQ(caller
                .Post("/v1/customers/" + customer + "/devices:applyConfiguration",
                      fmt::format(R"({{"device":{{"deviceId":"{}"}},"configuration":"{}"}})", id,
                                  configuration))
                .status,
            200);
  ASSERT_EQ(Unclaim(Imei("350000000031019") + "," + kZeroTouch).status, 200);
  const std::vector<Received> all = receiver.Await(2);
  ASSERT_EQ(all.size(), 2U);
  const Json configured(all[0].body);
  EXPECT_EQ(configured["/type"], "device.configured");
  EXPECT_EQ(configured["/data/devices/0/deviceId"], id);
  EXPECT_EQ(configured["/data/devices/0/deviceIdentifier/imei"], "350000000031019");
  EXPECT_THAT(configuration, HasSubstr("/" + configured["/data/devices/0/configurationId"]));
  const Json unclaimed(all[1].body);
  EXPECT_EQ(unclaimed["/type"], "device.unclaimed");
  EXPECT_EQ(unclaimed["/data/devices/0/customerId"], customer);
}

TEST_F(WebhooksTest, Batch_HasOneEventForManyDevices_AndOneForTheOperation) {
  WebhookReceiver receiver;
  Make(PartnerName(), receiver.url(), {"device.claimed", "operation.finished"});
  std::vector<std::string> items;
  for (int i = 0; i < 30; ++i) {
    items.push_back(fmt::format(R"({},{},"customerId":"{}")",
                                Identifier(fmt::format(R"("serialNumber":"HOOK{}",)"
                                                       R"("manufacturer":"M","model":"N")",
                                                       i)),
                                kZeroTouch, sandbox().first.customer));
  }
  const std::string operation = ClaimInBatch(items);
  EXPECT_TRUE(WaitUntil([&] {
    const std::vector<Received> all = receiver.received();
    return !all.empty() && Json(all.back().body)["/type"] == "operation.finished";
  }));
  const std::vector<Received> all = receiver.received();
  size_t devices = 0;
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    const Json event(all[i].body);
    EXPECT_EQ(event["/type"], "device.claimed");
    EXPECT_EQ(event["/data/operation"], Json(operation)["/name"]);
    devices += event.Size("/data/devices");
  }
  EXPECT_EQ(devices, 30U);
  EXPECT_LE(all.size(), 10U);
  const Json finished(all.back().body);
  EXPECT_EQ(finished["/data/name"], Json(operation)["/name"]);
  EXPECT_EQ(finished["/data/done"], "true");
  EXPECT_EQ(finished["/data/metadata/devicesCount"], "30");
  EXPECT_EQ(finished["/data/response/successCount"], "30");
  EXPECT_THAT(all.back().body, Not(HasSubstr("perDeviceStatus")));
}

TEST_F(WebhooksTest, OtherCompanies_AreNotTold) {
  WebhookReceiver receiver;
  Make(PartnerName(), receiver.url(), {"device.claimed"});
  ClaimedByOther(Imei("350000000031027"));
  Claimed(Imei("350000000031035"));
  const std::vector<Received> all = receiver.Await(1);
  EXPECT_EQ(Json(all[0].body)["/data/devices/0/deviceIdentifier/imei"], "350000000031035");
}

TEST_F(WebhooksTest, FailedDelivery_IsRetriedByTheClock_AndHoldsUpLaterOnes) {
  WebhookReceiver receiver;
  receiver.Answer({500, 503});
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed"});
  Claimed(Imei("350000000031043"));
  AwaitAttempts(hook.name, 1);
  Claimed(Imei("350000000031050"));
  const Json list(Deliveries(hook.name));
  EXPECT_EQ(list["/deliveries/0/state"], "PENDING");
  EXPECT_EQ(list["/deliveries/1/state"], "PENDING");
  EXPECT_TRUE(list.Has("/deliveries/1/nextAttemptTime"));
  EXPECT_EQ(list["/deliveries/1/attempts/0/httpStatus"], "500");
  EXPECT_FALSE(list.Has("/deliveries/0/attempts"));

  AdvanceClock("5s");
  EXPECT_EQ(receiver.Await(2).size(), 2U);
  AdvanceClock("60s");
  const std::vector<Received> all = receiver.Await(4);
  ASSERT_EQ(all.size(), 4U);
  EXPECT_EQ(all[1].id, all[0].id);
  EXPECT_EQ(all[2].id, all[0].id);
  EXPECT_EQ(all[2].body, all[0].body);
  EXPECT_NE(all[3].id, all[0].id);
  EXPECT_TRUE(all[2].IsSignedBy(hook.secret));
  AwaitState(hook.name, "DELIVERED");
}

TEST_F(WebhooksTest, DeliveryThatFailedThreeTimes_LetsLaterOnesPast_AndFailsInTheEnd) {
  WebhookReceiver receiver;
  receiver.AnswerBy([](const Received& received) {
    return received.body.find("350000000031068") == std::string::npos ? 200 : 500;
  });
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed"});
  Claimed(Imei("350000000031068"));
  AwaitAttempts(hook.name, 1);
  for (const char* wait : {"5s", "60s"}) {
    const size_t before = receiver.received().size();
    AdvanceClock(wait);
    receiver.Await(before + 1);
    AwaitAttempts(hook.name, before + 1);
  }
  Claimed(Imei("350000000031076"));
  AwaitState(hook.name, "DELIVERED");
  EXPECT_EQ(Json(Deliveries(hook.name))["/deliveries/1/state"], "PENDING");
  size_t attempts = 3;
  for (const char* wait : {"300s", "1800s", "7200s", "28800s", "86400s"}) {
    AdvanceClock(wait);
    ++attempts;
    std::string list;
    EXPECT_TRUE(WaitUntil([&] {
      list = Deliveries(hook.name);
      return Json(list).Size("/deliveries/1/attempts") == attempts;
    })) << wait
        << list;
  }
  AwaitState(hook.name, "FAILED", "/deliveries/1");
  EXPECT_EQ(receiver.received().size(), 9U);
}

TEST_F(WebhooksTest, Redeliver_KeepsTheId) {
  WebhookReceiver receiver;
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed"});
  Claimed(Imei("350000000031084"));
  receiver.Await(1);
  const std::string name = Json(AwaitState(hook.name, "DELIVERED"))["/deliveries/0/name"];
  const Answer answer = first_.Post(kOurs + name + ":redeliver", "{}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json(answer.body)["/state"], "PENDING");
  const std::vector<Received> all = receiver.Await(2);
  EXPECT_EQ(all[1].id, all[0].id);
  EXPECT_EQ(all[1].body, all[0].body);
  AwaitAttempts(hook.name, 2);
  ExpectCustomError(first_.Post(kOurs + hook.name + "/deliveries/1:redeliver", "{}"), 404,
                    "NOT_FOUND", "INVALID_PARAMETER");
}

TEST_F(WebhooksTest, Test_SendsAPing) {
  WebhookReceiver receiver;
  const Hook hook = Make(PartnerName(), receiver.url("/ping"), {"device.claimed"});
  const Answer answer = first_.Post(kOurs + hook.name + ":test", "{}");
  ASSERT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(Json(answer.body)["/eventType"], "ping");
  const std::vector<Received> all = receiver.Await(1);
  EXPECT_EQ(Json(all[0].body)["/type"], "ping");
  EXPECT_TRUE(Json(all[0].body).Has("/data"));
  EXPECT_TRUE(all[0].IsSignedBy(hook.secret));
}

TEST_F(WebhooksTest, StoppedClock_DelaysNoFirstAttempt) {
  WebhookReceiver receiver;
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed"});
  const std::string clock = sandbox().endpoint + "/sandbox/v1/clock";
  EXPECT_EQ(CallUrl("POST", clock + ":freeze", "{}", "").status, 200);
  Claimed(Imei("350000000033338"));
  EXPECT_EQ(receiver.Await(1).size(), 1U);
  EXPECT_EQ(CallUrl("POST", clock + ":resume", "{}", "").status, 200);
}

TEST_F(WebhooksTest, Redirects_AreNotFollowed) {
  WebhookReceiver other;
  WebhookReceiver receiver;
  receiver.AnswerBy([](const Received&) { return 302; });
  const Hook hook = Make(PartnerName(), receiver.url(), {"device.claimed"});
  first_.Post(kOurs + hook.name + ":test", "{}");
  receiver.Await(1);
  AwaitAttempts(hook.name, 1);
  const Json list(Deliveries(hook.name));
  EXPECT_EQ(list["/deliveries/0/attempts/0/httpStatus"], "302");
  EXPECT_THAT(list["/deliveries/0/attempts/0/error"], HasSubstr("redirects"));
  EXPECT_TRUE(other.received().empty());
}

TEST_F(WebhooksTest, DeadAndSlowReceivers_DelayOnlyTheirOwn) {
  http::Gate gate;
  WebhookReceiver slow;
  slow.AnswerBy([&gate](const Received&) {
    gate.Wait();
    return 200;
  });
  WebhookReceiver quick;
  const Hook dead = Make(PartnerName(), "http://127.0.0.1:1/", {"device.claimed"});
  Make(PartnerName(), slow.url(), {"device.claimed"});
  Make(PartnerName(), quick.url(), {"device.claimed"});
  Claimed(Imei("350000000031092"));
  slow.Await(1);
  Claimed(Imei("350000000031100"));
  EXPECT_EQ(quick.Await(2).size(), 2U);
  EXPECT_EQ(slow.received().size(), 1U);
  gate.Open();
  EXPECT_EQ(slow.Await(2).size(), 2U);
  const Json list(Deliveries(dead.name));
  EXPECT_EQ(list["/deliveries/1/attempts/0/httpStatus"], "");
  EXPECT_NE(list["/deliveries/1/attempts/0/error"], "");
}

TEST_F(WebhooksTest, Webhooks_AreListedReadChangedAndDeleted) {
  const std::string given = "whsec_" + std::string(44, 'A');
  const Hook hook = Make(PartnerName(), "http://127.0.0.1:1/a", {"device.claimed"},
                         fmt::format(R"(,"secret":"{}")", given));
  EXPECT_EQ(hook.secret, given);
  EXPECT_THAT(hook.name, StartsWith(PartnerName() + "/webhooks/"));
  const std::string path = kOurs + hook.name;
  const Answer got = first_.Get(path);
  EXPECT_EQ(Json(got.body)["/url"], "http://127.0.0.1:1/a");
  EXPECT_EQ(Json(got.body)["/events/0"], "device.claimed");
  EXPECT_THAT(got.body, Not(HasSubstr("whsec_")));
  const Answer patched = first_.Patch(path + "?updateMask=url", R"({"url":"http://127.0.0.1:2/b",
      "events":["device.unclaimed"]})");
  EXPECT_EQ(Json(patched.body)["/url"], "http://127.0.0.1:2/b");
  EXPECT_EQ(Json(patched.body)["/events/0"], "device.claimed");
  EXPECT_EQ(Json(first_.Patch(path, R"({"events":["device.unclaimed"]})").body)["/events/0"],
            "device.unclaimed");
  ASSERT_EQ(
      first_.Patch(path, fmt::format(R"({{"secret":"whsec_{}"}})", std::string(44, 'B'))).status,
      200);
  EXPECT_THAT(first_.Get(kOurs + PartnerName() + "/webhooks").body,
              AllOf(HasSubstr(hook.name), Not(HasSubstr("whsec_"))));
  ASSERT_EQ(first_.Delete(path).status, 200);
  ExpectCustomError(first_.Get(path), 404, "NOT_FOUND", "INVALID_PARAMETER");
  const ProgramRun audit = RunAdmin({"audit", "list"});
  EXPECT_THAT(audit.out, AllOf(HasSubstr(hook.name), HasSubstr("hasNewSecret"),
                               Not(HasSubstr("whsec_")), Not(HasSubstr(std::string(44, 'A')))));
}

TEST_F(WebhooksTest, InvalidOnes_AreRefused) {
  const std::string path = kOurs + PartnerName() + "/webhooks";
  const auto refused = [&](const std::string& body, const char* field) {
    const Answer answer = first_.Post(path, body);
    ExpectCustomError(answer, 400, "INVALID_ARGUMENT", "INVALID_PARAMETER");
    EXPECT_THAT(answer.body, HasSubstr(field)) << body;
  };
  refused("{}", "webhook.url");
  refused(R"({"url":"ftp://a/","events":["device.claimed"]})", "webhook.url");
  refused(R"({"url":"http://u:p@a/","events":["device.claimed"]})", "webhook.url");
  refused(R"({"url":"http://a/"})", "webhook.events");
  refused(R"({"url":"http://a/","events":["device.configured"]})", "webhook.events[0]");
  refused(R"({"url":"http://a/","events":["ping"]})", "webhook.events[0]");
  refused(R"({"url":"http://a/","events":["device.claimed"],"secret":"whsec_QUFB"})",
          "webhook.secret");
  refused(fmt::format(R"({{"url":"http://a/{}","events":["device.claimed"]}})",
                      std::string(2'100, 'a')),
          "webhook.url");
  EXPECT_EQ(CustomerCaller(sandbox().first.customer)
                .Post(kOurs + CustomerName() + "/webhooks",
                      R"({"url":"http://a/","events":["operation.finished"]})")
                .status,
            400);
  // Another company's.
  EXPECT_EQ(second_.Get(path).status, 403);
  const Hook hook = Make(PartnerName(), "http://127.0.0.1:1/", {"device.claimed"});
  EXPECT_EQ(second_.Get(kOurs + hook.name).status, 403);
  const std::string id = hook.name.substr(hook.name.rfind('/') + 1);
  EXPECT_EQ(
      second_.Get(fmt::format("{}partners/{}/webhooks/{}", kOurs, sandbox().second.partner, id))
          .status,
      404);
}

TEST_F(WebhooksTest, NumberOfWebhooks_IsLimited) {
  Answer last;
  for (int i = 0; i < 21 && (i == 0 || last.status == 200); ++i) {
    last = first_.Post(kOurs + PartnerName() + "/webhooks",
                       R"({"url":"http://127.0.0.1:1/","events":["device.claimed"]})");
  }
  ExpectCustomError(last, 400, "FAILED_PRECONDITION", "INVALID_OPERATION");
  const std::string path = kOurs + PartnerName() + "/webhooks";
  const Json page(first_.Get(path + "?pageSize=15").body);
  EXPECT_EQ(page.Size("/webhooks"), 15U);
  const Json rest(first_.Get(path + "?pageSize=15&pageToken=" + page["/nextPageToken"]).body);
  EXPECT_EQ(rest.Size("/webhooks"), 5U);
  const Json all(first_.Get(path).body);
  for (size_t i = 0; i < 20; ++i) {
    first_.Delete(kOurs + all[fmt::format("/webhooks/{}/name", i)]);
  }
}

}  // namespace
}  // namespace zerotouch::test
