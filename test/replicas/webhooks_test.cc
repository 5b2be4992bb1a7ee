// SPDX-License-Identifier: Apache-2.0
// Webhooks of several servers on one database: whichever server made a change, and whichever
// dies, each event is delivered.

#include <fmt/format.h>

#include <map>
#include <set>

#include "replicas/replicas_test_base.h"
#include "support/webhook_receiver.h"

namespace zerotouch::test {
namespace {

constexpr int kDevices = 60;

class WebhookReplicasTest : public ReplicasTest {
 protected:
  std::string Claim(const Replica& replica, int number) const {
    const Answer answer =
        Post(replica, first().Devices() + ":claim",
             fmt::format(R"({{"deviceIdentifier":{{"imei":"{}"}},)"
                         R"("sectionType":"SECTION_TYPE_ZERO_TOUCH","customerId":"{}"}})",
                         ImeiOf(number), first().customer));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body)["/deviceId"];
  }
};

TEST_F(WebhookReplicasTest, EachEventIsDelivered_AlsoIfAServerDies) {
  ASSERT_NO_FATAL_FAILURE(StartReplicas(2));
  WebhookReceiver receiver;
  const Answer made =
      Post(*replicas_[0], "/openzerotouch/v1/partners/" + first().partner + "/webhooks",
           fmt::format(R"({{"url":"{}","events":["device.claimed"]}})", receiver.url()));
  ASSERT_EQ(made.status, 200) << made.body;
  const std::string secret = Json(made.body)["/secret"];
  std::set<std::string> claimed;
  for (int i = 0; i < kDevices; ++i) {
    claimed.insert(Claim(*replicas_[i < kDevices / 2 ? i % 2 : 0], i));
    if (i == kDevices / 2) replicas_[1]->Kill();
  }
  // The lease of what the killed server was sending ends first.
  std::map<std::string, std::set<std::string>> ids;  // by device
  EXPECT_TRUE(WaitUntil([&] {
    ids.clear();
    for (const Received& each : receiver.received()) {
      ids[Json(each.body)["/data/devices/0/deviceId"]].insert(each.id);
    }
    return ids.size() == claimed.size();
  })) << ids.size();
  for (const std::string& device : claimed) {
    EXPECT_EQ(ids[device].size(), 1U) << "one event, under one webhook-id";
  }
  for (const Received& each : receiver.received()) EXPECT_TRUE(each.IsSignedBy(secret));
  EXPECT_TRUE(WaitUntil(
      [&] { return Sql("SELECT count(*) FROM webhook_deliveries WHERE state <> 2") == "0"; }));
}

}  // namespace
}  // namespace zerotouch::test
