// SPDX-License-Identifier: Apache-2.0
// Tests of the errors of API calls: one request for each reason, in both JSON
// formats and over gRPC. test/tidy/check.py checks that every error text in the code
// is in a golden file.

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "conformance/whole_api_base.h"
#include "support/golden_file.h"

namespace zerotouch::wire {
namespace {

struct Asked {
  const char* name;
  const char* method;
  std::string target;
  std::string body = {};
  Sender sender = Sender::kReseller;
  http::Headers headers = {};
};

http::Headers Field(const std::string& name, const std::string& value) {
  http::Headers headers;
  headers.Add(name, value);
  return headers;
}

std::string Repeated(const std::string& text, int times, const std::string& separator) {
  std::string all;
  for (int i = 0; i < times; ++i) all += (i == 0 ? "" : separator) + text;
  return all;
}

constexpr char kClaim[] = "/v1/partners/7/devices:claim";
constexpr char kClaimAsync[] = "/v1/partners/7/devices:claimAsync";
constexpr char kUnclaimAsync[] = "/v1/partners/7/devices:unclaimAsync";
constexpr char kFindByOwner[] = "/v1/partners/7/devices:findByOwner";
constexpr char kFindByIdentifier[] = "/v1/partners/7/devices:findByIdentifier";
constexpr char kConfigurations[] = "/v1/customers/11/configurations";
constexpr char kApply[] = "/v1/customers/11/devices:applyConfiguration";

class CallErrors : public WholeApi {
 protected:
  // Appends a line with the request, whose long bodies are cut, and the answers.
  std::string TextOf(const Asked& asked) {
    http::Request request = Make(asked.method, asked.target, asked.body, asked.sender);
    std::string text = fmt::format("# {}\n> {} {}", asked.name, asked.method, asked.target);
    for (const auto& [name, value] : asked.headers) {
      text += fmt::format(" [{}: {}]", name, value);
      request.headers.Add(name, value);
    }
    if (!asked.body.empty()) text += " " + absl::CHexEscape(asked.body.substr(0, 100));
    return Shown(fmt::format("{}\n{}\n", text, AnswersTo(request)));
  }

  // Replaces the id, which differs in each run.
  std::string Shown(const std::string& text) const {
    return id_.empty() ? text : absl::StrReplaceAll(text, {{id_, "ID"}});
  }

  template <class Requests>
  void ExpectAnswers(const Requests& requests, const std::string& golden) {
    std::string text;
    for (const Asked& asked : requests) text += TextOf(asked);
    test::ExpectGolden(ZEROTOUCH_GOLDEN "/" + golden, text);
  }

  // Makes a call that must succeed. Returns the body.
  std::string Do(const std::string& method, const std::string& target, const std::string& body,
                 Sender sender) {
    const http::Response response = whole_.Handle(Make(method, target, body, sender));
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }

  // Returns the first value of the member `name` in compact or pretty JSON.
  static std::string Member(const std::string& json, const std::string& name) {
    const size_t key = json.find("\"" + name + "\":");
    EXPECT_NE(key, std::string::npos) << json;
    const size_t begin = json.find('"', key + name.size() + 3) + 1;
    return json.substr(begin, json.find('"', begin) - begin);
  }

  std::string id_;
  static constexpr char kConfiguration[] =
      R"({"configurationName":"Kiosk","dpcResourcePath":"customers/11/dpcs/dpc",)"
      R"("companyName":"Company","contactEmail":"it@example.com","contactPhone":"1"})";
};

TEST_F(CallErrors, RightsAndRoutes) {
  const std::string device = "/v1/partners/7/devices/9";
  const Asked requests[] = {
      {"no such path", "GET", "/v1/nothing"},
      {"a path under another HTTP method", "PUT", device},
      {"no credentials", "GET", device, "", Sender::kNobody},
      {"credentials that will not do", "GET", device, "", Sender::kStranger},
      {"a token without the scope", "GET", device, "", Sender::kCustomer},
      {"a token without the other scope", "GET", "/v1/customers/11/dpcs"},
      {"another reseller's", "GET", "/v1/partners/8/devices/9"},
      {"another customer's", "GET", "/v1/customers/13/dpcs", "", Sender::kCustomer},
      {"terms of service not accepted", "GET", "/v1/customers/12/dpcs", "", Sender::kCustomer},
  };
  ExpectAnswers(requests, "errors_rights.txt");
}

TEST_F(CallErrors, SystemParametersAndQuery) {
  const std::string device = "/v1/partners/7/devices/9";
  const Asked requests[] = {
      {"alt=media", "GET", device + "?alt=media"},
      {"an unknown alt", "GET", device + "?alt=xml"},
      {"an unknown format of errors", "GET", device + "?$.xgafv=3"},
      {"an unknown format of errors in the header", "GET", device, "", Sender::kReseller,
       Field("X-Goog-Api-Format-Version", "3")},
      {"a callback that is not the name of a function", "GET", device + "?callback=alert(1)"},
      {"fields that select nothing", "GET", device + "?fields=name,nothing"},
      {"a parameter that the method does not know", "GET", device + "?nothing=1"},
      {"a path variable with another value in the query", "GET",
       device + "?name=partners/7/devices/8"},
      {"a malformed escape in the name of a parameter", "GET", device + "?%zz=1"},
      {"a malformed escape in the value of a parameter", "GET", device + "?pageSize=%zz"},
      {"an invalid number", "GET", "/v1/customers?pageSize=x", "", Sender::kCustomer},
      {"a body that the method does not take", "GET", device, "{}"},
      {"a POST that overrides its method with GET, with a body that is not a form", "POST", device,
       "{}", Sender::kReseller, Field("X-HTTP-Method-Override", "GET")},
  };
  ExpectAnswers(requests, "errors_query.txt");
}

TEST_F(CallErrors, Bodies) {
  const Asked requests[] = {
      {"no JSON", "POST", kClaim, "claims"},
      {"JSON that is cut", "POST", kClaim, R"({"customerId":"1",)"},
      {"text after the JSON", "POST", kClaim, "{} {}"},
      {"text that is not UTF-8", "POST", kClaim, "{\"simlockProfileId\":\"\xff\"}"},
      {"no object", "POST", kClaim, "[]"},
      {"nested too deeply", "POST", kClaim,
       Repeated(R"({"a":)", 100, "") + "1" + Repeated("}", 100, "")},
      {"a field that the message does not have", "POST", kClaim, R"({"nothing":1})"},
      {"an invalid number", "POST", kClaim, R"({"customerId":"x"})"},
      {"a number out of range", "POST", kClaim, R"({"vacationModeDays":3000000000})"},
      {"a name that the enum does not have", "POST", kClaim, R"({"sectionType":"NO_SUCH"})"},
      {"a list for one value", "POST", kClaim, R"({"customerId":["1"]})"},
      {"one value for a list", "POST", kClaimAsync, R"({"claims":1})"},
      {"an object for a scalar", "POST", kClaim, R"({"customerId":{}})"},
      {"a scalar for an object", "POST", kClaim, R"({"deviceIdentifier":1})"},
      {"an invalid time", "POST", kClaim, R"({"vacationModeExpireTime":"soon"})"},
      {"two names for one device", "POST", kUnclaim,
       R"({"deviceId":"1","deviceIdentifier":{"imei":"1"}})"},
      {"a string that does not end", "POST", kClaim, R"({"simlockProfileId":"x})"},
      {"an invalid escape", "POST", kClaim, R"({"simlockProfileId":"\q"})"},
      {"one value for a map", "POST", kClaim, R"({"deviceMetadata":{"entries":1}})"},
      {"a key twice", "POST", kClaim, R"({"deviceMetadata":{"entries":{"a":"1","a":"2"}}})"},
      {"several violations", "POST", kUnclaimAsync,
       R"({"unclaims":[{"deviceId":"x"},{"sectionType":9.5},{"nothing":1}]})"},
  };
  ExpectAnswers(requests, "errors_bodies.txt");
}

TEST_F(CallErrors, Resellers) {
  Do("POST", kClaimAsync, R"({"claims":[{}]})", Sender::kReseller);
  const std::string unfinished = Member(Do("GET", "/v1/operations", "", Sender::kReseller), "name");
  id_ = unfinished.substr(unfinished.rfind('/') + 1);
  const std::string no_device = R"({"sectionType":"SECTION_TYPE_ZERO_TOUCH","deviceId":"9"})";
  const std::string zero_touch = R"("sectionType":"SECTION_TYPE_ZERO_TOUCH")";
  const Asked requests[] = {
      {"a batch of nothing", "POST", kClaimAsync, R"({"claims":[]})"},
      {"a batch of too many", "POST", kUnclaimAsync,
       fmt::format(R"({{"unclaims":[{}]}})", Repeated("{}", 100'001, ","))},
      {"updates of nothing", "POST", "/v1/partners/7/devices:updateMetadataAsync", "{}"},
      {"a wrong identifier", "POST", kClaim,
       R"({"deviceIdentifier":{"imei":"1"},)" + zero_touch + R"(,"customerId":"11"})"},
      {"another's customer", "POST", kClaim,
       R"({"deviceIdentifier":{"imei":"123456789012347"},)" + zero_touch +
           R"(,"customerId":"13"})"},
      {"no such device", "POST", kUnclaim, no_device},
      {"metadata of no such device", "POST", "/v1/partners/7/devices/9/metadata",
       R"({"deviceMetadata":{"entries":{"phonenumber":"1"}}})"},
      {"SIM-lock state of nothing", "POST", "/v1/partners/7/devices:getSimLockState", "{}"},
      {"get no such device", "GET", "/v1/partners/7/devices/9"},
      {"get by an invalid name", "GET", "/v1/partners/7/devices/x"},
      {"find without a limit", "POST", kFindByIdentifier, "{}"},
      {"find by no identifier", "POST", kFindByIdentifier, R"({"limit":"1"})"},
      {"find without a section", "POST", kFindByOwner, R"({"limit":"1"})"},
      {"find without owners", "POST", kFindByOwner, R"({"limit":"1",)" + zero_touch + "}"},
      {"find for too many owners", "POST", kFindByOwner,
       fmt::format(R"({{"limit":"1",{},"googleWorkspaceCustomerId":["x"],"customerId":[{}]}})",
                   zero_touch,
                   [] {
                     std::string ids;
                     for (int i = 1; i <= 1'000; ++i)
                       ids += fmt::format("{}{}", i == 1 ? "" : ",", i);
                     return ids;
                   }())},
      {"find for another's customer", "POST", kFindByOwner,
       R"({"limit":"1",)" + zero_touch + R"(,"customerId":["13"]})"},
      {"an invalid page token", "POST", kFindByOwner,
       R"({"limit":"1",)" + zero_touch + R"(,"customerId":["11"],"pageToken":"x"})"},
      {"a page of less than nothing", "GET", "/v1/partners/7/customers?pageSize=-1"},
      {"a customer with everything wrong", "POST", "/v1/partners/7/customers",
       R"({"customer":{"name":"n","companyId":"1","ownerEmails":[],"adminEmails":["x"],)"
       R"("languageCode":"??"}})"},
      {"a customer with other things wrong", "POST", "/v1/partners/7/customers",
       fmt::format(R"({{"customer":{{"companyName":" x","ownerEmails":[{}]}}}})",
                   Repeated(R"("a@example.com")", 101, ","))},
      {"customers of no such vendor", "GET", "/v1/partners/7/vendors/9/customers"},
      {"no such operation", "GET", "/v1/operations/apibatchoperation/9"},
      {"deletion of an unfinished operation", "DELETE", "/v1/" + unfinished},
      {"cancellation of no such operation", "POST", "/v1/operations/apibatchoperation/9:cancel"},
      {"a wait of less than nothing", "POST", "/v1/" + unfinished + ":wait",
       R"({"timeout":"-1s"})"},
      {"an invalid filter", "GET", "/v1/operations?filter=done"},
  };
  ExpectAnswers(requests, "errors_resellers.txt");
}

TEST_F(CallErrors, Customers) {
  const std::string configuration =
      Member(Do("POST", kConfigurations, kConfiguration, Sender::kCustomer), "name");
  Do("POST", kClaim,
     R"({"deviceIdentifier":{"imei":"123456789012347"},"customerId":"11",)"
     R"("sectionType":"SECTION_TYPE_ZERO_TOUCH"})",
     Sender::kReseller);
  const std::string device = R"("device":{"deviceIdentifier":{"imei":"123456789012347"}})";
  Do("POST", kApply, fmt::format(R"({{{},"configuration":"{}"}})", device, configuration),
     Sender::kCustomer);
  id_ = configuration.substr(configuration.rfind('/') + 1);
  std::string text;
  const Asked requests[] = {
      {"get no such device", "GET", "/v1/customers/11/devices/9"},
      {"get by an invalid name", "GET", "/v1/customers/11/devices/x"},
      {"a page of less than nothing", "GET", "/v1/customers/11/devices?pageSize=-1"},
      {"apply what is no configuration", "POST", kApply, fmt::format("{{{}}}", device)},
      {"apply no such configuration", "POST", kApply,
       fmt::format(R"({{{},"configuration":"customers/11/configurations/9"}})", device)},
      {"unclaim no such device", "POST", "/v1/customers/11/devices:unclaim",
       R"({"device":{"deviceId":"9"}})"},
      {"unclaim nothing", "POST", "/v1/customers/11/devices:unclaim", "{}"},
      {"get no such configuration", "GET", "/v1/customers/11/configurations/9"},
      {"a configuration with nothing", "POST", kConfigurations, "{}"},
      {"a configuration with everything wrong", "POST", kConfigurations,
       fmt::format(R"({{"configurationName":"{0}","dpcResourcePath":"customers/11/dpcs/no",)"
                   R"("dpcExtras":"[]","companyName":"{0}","contactEmail":"x",)"
                   R"("contactPhone":"x","customMessage":"{0}","forcedResetTime":"21601s"}})",
                   std::string(2'000, 'x'))},
      {"a configuration with more wrong", "POST", kConfigurations,
       fmt::format(R"({{"dpcResourcePath":"dpc","dpcExtras":"{{","contactPhone":"{}"}})",
                   std::string(100, '1'))},
      {"dpcExtras that are too long", "POST", kConfigurations,
       fmt::format(R"({{"dpcExtras":"{}"}})", std::string(11'000, 'x'))},
      {"a mask that names no field", "PATCH", "/v1/" + configuration + "?updateMask=nothing", "{}"},
      {"deletion of a configuration in use", "DELETE", "/v1/" + configuration},
  };
  for (Asked asked : requests) {
    asked.sender = Sender::kCustomer;
    text += TextOf(asked);
  }
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_customers.txt", text);
}

TEST_F(CallErrors, FullQueues) {
  for (int i = 0; i < 100; ++i) {
    Do("POST", kClaimAsync, R"({"claims":[{}]})", Sender::kReseller);
  }
  EXPECT_EQ(store_->Write([](store::Transaction& tx) -> absl::Status {
    for (int i = 1; i <= 1'000; ++i) {
      store::Configuration one;
      one.id = ConfigurationId(i);
      one.customer = CustomerId(11);
      one.dpc = "dpc";
      if (absl::Status put = tx.PutConfiguration(one); !put.ok()) return put;
    }
    return absl::OkStatus();
  }),
            absl::OkStatus());
  const Asked requests[] = {
      {"too many unfinished operations", "POST", kClaimAsync, R"({"claims":[{}]})"},
      {"too many configurations", "POST", kConfigurations, kConfiguration, Sender::kCustomer},
  };
  ExpectAnswers(requests, "errors_full.txt");
}

}  // namespace
}  // namespace zerotouch::wire
