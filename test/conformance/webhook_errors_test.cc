// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of webhooks.

#include <fmt/format.h>

#include <string>

#include "base/limits.h"
#include "conformance/whole_api_base.h"
#include "support/golden_file.h"

namespace zerotouch::wire {
namespace {

constexpr char kWebhooks[] = "/openzerotouch/v1/partners/7/webhooks";

class WebhookErrors : public WholeApi {
 protected:
  // Makes a call and adds its error to `text_`.
  void ExpectError(const std::string& method, const std::string& target,
                   const std::string& body = "", Sender sender = Sender::kReseller) {
    text_ += "# " + method + " " + target + " " + body + "\n" +
             AnswersTo(Make(method, target, body, sender));
  }

  std::string text_;
};

TEST_F(WebhookErrors, AreAsTheGoldenFileSays) {
  EXPECT_EQ(store_->Write([this](store::Transaction& tx) -> absl::Status {
    for (int i = 1; i <= limits::kWebhooksPerCompany; ++i) {
      const absl::Status added = tx.AddWebhook({.id = WebhookId(i),
                                                .owner = {.partner = PartnerId(7), .customer = {}},
                                                .url = "https://example.com",
                                                .key = "key",
                                                .created = clock_.Now()});
      if (!added.ok()) return added;
    }
    return absl::OkStatus();
  }),
            absl::OkStatus());
  const std::string url = R"("url":"https://example.com")";
  ExpectError("POST", kWebhooks, "{}");
  ExpectError("POST", kWebhooks,
              R"({"url":"http://example.com","events":["device.moved"],"secret":"whsec_"})");
  for (const char* wrong : {"https://127.0.0.1/", "https://a:b@example.com/",
                            "https://example.com/#a", "example.com"}) {
    ExpectError("POST", kWebhooks, fmt::format(R"({{"url":"{}","events":["ping"]}})", wrong));
  }
  ExpectError("POST", kWebhooks, "{" + url + R"(,"events":["device.claimed"]})");
  ExpectError("POST", "/openzerotouch/v1/customers/11/webhooks",
              "{" + url + R"(,"events":["operation.finished"]})", Sender::kCustomer);
  ExpectError("POST", "/openzerotouch/v1/partners/8/webhooks", "{}");
  ExpectError("GET", std::string(kWebhooks) + "/99");
  ExpectError("GET", std::string(kWebhooks) + "/x");
  ExpectError("PATCH", std::string(kWebhooks) + "/1?updateMask=name2", "{}");
  ExpectError("PATCH", std::string(kWebhooks) + "/1?updateMask=secret", "{}");
  ExpectError("POST", std::string(kWebhooks) + "/1/deliveries/2:redeliver", "{}");
  ExpectError("GET", std::string(kWebhooks) + "/1/deliveries?pageToken=x");
  ExpectError("GET", std::string(kWebhooks) + "?pageSize=-1");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_webhooks.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
