// SPDX-License-Identifier: Apache-2.0
// Compatibility with Google's clients and front end, a test for each rule, above the
// transport.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/gzip.h"
#include "wire/api_test_base.h"
#include "wire/rest/error_json.h"

namespace zerotouch::wire {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr char kDevice[] = "/v1/partners/7/devices/9";

std::string Inflated(std::string_view compressed) {
  std::string inflated;
  const auto fault = http::Gunzip(
      compressed, 100'000'000, [](size_t) { return true; }, inflated);
  EXPECT_FALSE(fault.has_value());
  return inflated;
}

class WireRules : public ApiTest {
 protected:
  http::Response Get(const std::string& target) { return api_.Handle(Authorized("GET", target)); }
};

// --- system parameters ---

TEST_F(WireRules, ErrorFormat1_HasErrors_2DoesNot) {
  services_.failure = errors::UnknownDevice();
  const auto unclaim = [&](const std::string& query, const std::string& header = "") {
    http::Request request = Authorized("POST", kUnclaim + query, "{}");
    if (!header.empty()) request.headers.Add("X-GOOG-API-FORMAT-VERSION", header);
    return api_.Handle(std::move(request)).body;
  };
  EXPECT_THAT(unclaim(""), Not(HasSubstr("errors")));
  EXPECT_THAT(unclaim("?$.xgafv=2"), Not(HasSubstr("errors")));
  EXPECT_THAT(unclaim("?%24.xgafv=1"),
              AllOf(HasSubstr("\"reason\": \"notFound\""), HasSubstr("INVALID_DEVICE_ID")));
  EXPECT_THAT(unclaim("?$.xgafv=1&$.xgafv=2"), Not(HasSubstr("errors")))
      << "the last value is used";
  EXPECT_THAT(unclaim("", "1"), HasSubstr("errors"));
  EXPECT_THAT(unclaim("", "2"), Not(HasSubstr("errors")));
  EXPECT_THAT(unclaim("?$.xgafv=2", "1"), Not(HasSubstr("errors")));
}

TEST_F(WireRules, ErrorFormat_Unknown_IsRefusedBeforeTheRoute) {
  const http::Response response = api_.Handle(Request("GET", "/v1/nothing?$.xgafv=3"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("$.xgafv"));
}

TEST_F(WireRules, ErrorFormat_ChangesNoSuccess) {
  EXPECT_EQ(Get(std::string(kDevice) + "?$.xgafv=1").body, Get(kDevice).body);
}

TEST_F(WireRules, Anonymous_InFormat1) {
  EXPECT_EQ(api_.Handle(Request("GET", std::string(kDevice) + "?$.xgafv=1&prettyPrint=0")).body,
            R"({"error":{"code":401,"message":"Request is missing required authentication )"
            R"(credential. Expected OAuth 2 access token, login cookie or other valid )"
            R"(authentication credential. See https://developers.google.com/identity/sign-in/web/)"
            R"(devconsole-project.","errors":[{"message":"Login Required.","domain":"global",)"
            R"("reason":"required","location":"Authorization","locationType":"header"}],)"
            R"("status":"UNAUTHENTICATED"}})");
}

TEST_F(WireRules, AltMedia_IsRefusedWithTheReason) {
  EXPECT_THAT(Get(std::string(kDevice) + "?alt=media").body,
              HasSubstr("Unsupported alt type \\\"media\\\" for non byte stream request."));
}

TEST_F(WireRules, Parameters_ThatEveryClientSends_AreAccepted) {
  for (const char* query :
       {"alt=json&prettyPrint=false", "alt=json", "%24alt=json", "key=AIza&quotaUser=u",
        "uploadType=media&upload_protocol=raw", "$ct=application/json", "access_token=ignored"}) {
    EXPECT_EQ(Get(std::string(kDevice) + "?" + query).status, 200) << query;
  }
}

TEST_F(WireRules, UnknownParameter_IsNamed) {
  EXPECT_THAT(Get(std::string(kDevice) + "?x=1").body,
              HasSubstr("Unknown name \\\"x\\\": Cannot bind query parameter. Field 'x' could not "
                        "be found in request message."));
}

TEST_F(WireRules, Fields_ByParameterOrHeader) {
  const std::string id = "{\"deviceId\":\"9\"}";
  for (const char* query :
       {"fields=deviceId", "$fields=deviceId", "fields=device_id", "fields=deviceId&fields=name"}) {
    EXPECT_EQ(Get(std::string(kDevice) + "?prettyPrint=0&" + query).body, id) << query;
  }
  http::Request request = Authorized("GET", std::string(kDevice) + "?prettyPrint=false");
  request.headers.Add("X-Goog-FieldMask", "deviceId");
  EXPECT_EQ(api_.Handle(std::move(request)).body, id);
}

TEST_F(WireRules, Fields_ThatSelectNothing_AreRefusedBeforeTheCall) {
  http::Request request =
      Authorized("POST", std::string(kUnclaim) + "?prettyPrint=false&fields=a/b", "{}");
  EXPECT_EQ(
      api_.Handle(std::move(request)).body,
      R"({"error":{"code":400,"message":"Request contains an invalid argument.",)"
      R"("status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/)"
      R"(google.rpc.BadRequest","fieldViolations":[{"field":"a/b","description":)"
      R"("Error expanding 'fields' parameter. Cannot find matching fields for path 'a'."}]}]}})");
  EXPECT_EQ(services_.calls, 0);
}

TEST_F(WireRules, Fields_OfAStreamedOperation) {
  services_.items = 20'000;
  const std::string path = std::string(kOperation) + "?prettyPrint=false&fields=";
  const std::string response = R"("response":{"@type":"type.googleapis.com/google.android.device.)"
                               R"(provisioning.v1.DevicesLongRunningOperationResponse")";
  EXPECT_EQ(Get(path + "done").body, R"({"done":true})");
  EXPECT_EQ(Get(path + "response/successCount").body,
            "{" + response + R"(,"successCount":20000}})");
  const http::Response streamed = Get(path + "done,response(perDeviceStatus/result/status)");
  ASSERT_NE(streamed.stream, nullptr);
  const std::string text = Drain(*streamed.stream);
  EXPECT_THAT(text, StartsWith(R"({"done":true,)" + response +
                               R"(,"perDeviceStatus":[{"result":{"status":)"));
  EXPECT_THAT(text, EndsWith("\"SINGLE_DEVICE_STATUS_SUCCESS\"}}]}}"));
}

TEST_F(WireRules, LargeAnswer_HasARefusalInTheFormThatIsAskedFor) {
  EXPECT_EQ(Get(kDevice).refusal, nullptr) << "a small answer is never refused";
  services_.items = 20'000;
  const std::string path = kOperation;
  const http::Response with_errors = Get(path + "?$.xgafv=1");
  ASSERT_NE(with_errors.refusal, nullptr);
  EXPECT_EQ(with_errors.refusal->status, 429);
  EXPECT_THAT(with_errors.refusal->body, HasSubstr("errors"));
  const http::Response without = Get(path + "?$.xgafv=2");
  ASSERT_NE(without.refusal, nullptr);
  EXPECT_THAT(without.refusal->body,
              AllOf(HasSubstr("RESOURCE_EXHAUSTED"), Not(HasSubstr("errors"))));
}

TEST_F(WireRules, Callback_WrapsAnswersAndErrors) {
  const http::Response good = Get(std::string(kDevice) + "?callback=app.on%5B0%5D&prettyPrint=0");
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.headers.Get("Content-Type"), "text/javascript; charset=UTF-8");
  EXPECT_EQ(good.headers.Get("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(good.body,
            "// API callback\napp.on[0]({\"name\":\"partners/7/devices/9\","
            "\"deviceId\":\"9\"});\n");
  const http::Response bad = api_.Handle(Request("GET", std::string(kDevice) + "?callback=f"));
  EXPECT_EQ(bad.status, 200);
  EXPECT_THAT(bad.body, AllOf(StartsWith("// API callback\nf({"), HasSubstr("\"code\": 401")));
  services_.items = 20'000;
  const http::Response streamed = Get(std::string(kOperation) + "?callback=f");
  const std::string text = Drain(*streamed.stream);
  EXPECT_THAT(text, AllOf(StartsWith("// API callback\nf({"), EndsWith("}\n);\n")));
}

TEST_F(WireRules, Callback_InvalidFunctionName_IsRefused) {
  for (const char* callback : {"alert(1)//", "a%20b", "%3Cscript%3E", "f%0A"}) {
    const http::Response response = Get(std::string(kDevice) + "?callback=" + callback);
    EXPECT_EQ(response.status, 400) << callback;
    EXPECT_EQ(response.headers.Get("Content-Type"), "application/json; charset=UTF-8");
  }
}

// --- HTTP ---

TEST_F(WireRules, MethodOverride_LongGetAsForm) {
  // Python and Java send this when the URL is longer than 2,048 characters.
  for (const char* type :
       {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8"}) {
    http::Request request =
        Authorized("POST", kDevice, "prettyPrint=false&fields=deviceId&alt=json");
    request.headers.Add("x-http-method-override", "GET");
    request.headers.Add("content-type", type);
    EXPECT_FALSE(api_.RefuseEarly(request).has_value());
    EXPECT_EQ(api_.Handle(std::move(request)).body, "{\"deviceId\":\"9\"}") << type;
  }
}

TEST_F(WireRules, MethodOverride_FormMayHoldTheToken) {
  http::Request request = Request("POST", std::string(kDevice) + "?prettyPrint=false",
                                  "access_token=" + Bearer().substr(7));
  request.headers.Add("X-HTTP-Method-Override", "get");
  request.headers.Add("Content-Type", "application/x-www-form-urlencoded");
  EXPECT_FALSE(api_.RefuseEarly(request).has_value());
  EXPECT_EQ(api_.Handle(std::move(request)).status, 200);
  http::Request large = Request("POST", kDevice, std::string(100'000, 'a'));
  large.headers.Add("X-HTTP-Method-Override", "GET");
  EXPECT_EQ(api_.RefuseEarly(large)->status, 401) << "an unauthenticated body is not read";
}

TEST_F(WireRules, MethodOverride_OfAGetWithAnotherBody_IsRefused) {
  http::Request request = Authorized("POST", kDevice, "{}");
  request.headers.Add("X-HTTP-Method-Override", "GET");
  EXPECT_EQ(api_.Handle(std::move(request)).status, 400);
}

TEST_F(WireRules, MethodOverride_Patch) {
  // Java cannot send PATCH. (The fake services do not implement it: 501.)
  http::Request request = Authorized("POST", "/v1/customers/1/configurations/2", "{}");
  request.headers.Add("x-http-method-override", "PATCH");
  EXPECT_EQ(api_.RefuseEarly(request)->status, 501);
  EXPECT_EQ(api_.Handle(std::move(request)).status, 501);
}

TEST_F(WireRules, MethodOverride_AppliesToPostOnly) {
  http::Request request = Authorized("GET", kDevice);
  request.headers.Add("X-HTTP-Method-Override", "DELETE");
  EXPECT_EQ(api_.Handle(std::move(request)).status, 200);
}

TEST_F(WireRules, Gzip_WhenAsked) {
  services_.items = 20'000;
  const auto ask = [&](const std::string& target, const char* encoding) {
    http::Request request = Authorized("GET", target);
    request.headers.Add("accept-encoding", encoding);
    return api_.Handle(std::move(request));
  };
  const http::Response packed = ask(kOperation, "gzip, deflate");
  EXPECT_EQ(packed.headers.Get("Content-Encoding"), "gzip");
  const std::string plain = Drain(*ask(kOperation, "identity").stream);
  const std::string compressed = Drain(*packed.stream);
  EXPECT_LT(compressed.size() * 5, plain.size());
  EXPECT_EQ(Inflated(compressed), plain);
  // Too short to compress.
  EXPECT_FALSE(ask(kDevice, "gzip").headers.Has("Content-Encoding"));
  EXPECT_FALSE(ask(kOperation, "gzip;q=0").headers.Has("Content-Encoding"));
  services_.items = 20;
  const http::Response small = ask(kOperation, "gzip");
  EXPECT_EQ(small.headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(Inflated(small.body), ask(kOperation, "br").body);
}

TEST_F(WireRules, HeadIsAGetWithoutItsBody) {
  EXPECT_EQ(api_.Handle(Authorized("HEAD", kDevice)).status, 200);
  EXPECT_EQ(api_.Handle(Request("HEAD", kDevice)).status, 401);
  EXPECT_EQ(api_.Handle(Authorized("HEAD", kUnclaim)).status, 404);
}

TEST_F(WireRules, Options_ListAPathsMethods) {
  const std::pair<const char*, const char*> cases[] = {
      {kDevice, "GET, HEAD, OPTIONS"},
      {kUnclaim, "POST, OPTIONS"},
      {"/v1/customers/1/configurations/2", "GET, HEAD, PATCH, DELETE, OPTIONS"},
      {"/token", "POST, OPTIONS"},
      {"/batch", "POST, OPTIONS"},
      {"/healthz", "GET, HEAD, OPTIONS"},
      {"/$discovery/rest?version=v1", "GET, HEAD, OPTIONS"},
      {"*", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"},
  };
  for (const auto& [target, allowed] : cases) {
    const http::Response response = api_.Handle(Request("OPTIONS", target));
    EXPECT_EQ(response.status, 200) << target;
    EXPECT_EQ(response.headers.Get("Allow"), allowed) << target;
    EXPECT_FALSE(response.headers.Has("Access-Control-Allow-Origin"));
  }
  EXPECT_EQ(api_.Handle(Request("OPTIONS", "/v1/nothing")).status, 404);
}

TEST_F(WireRules, Pages_MayCall) {
  http::Request preflight = Request("OPTIONS", kUnclaim);
  preflight.headers.Add("Origin", "https://portal.example");
  preflight.headers.Add("Access-Control-Request-Method", "POST");
  preflight.headers.Add("Access-Control-Request-Headers", "authorization,content-type");
  const http::Response allowed = api_.Handle(std::move(preflight));
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(allowed.headers.Get("Access-Control-Allow-Headers"), "authorization,content-type");
  EXPECT_FALSE(allowed.headers.Has("Access-Control-Allow-Credentials"));

  for (const int status : {200, 401}) {
    http::Request call = status == 200 ? Authorized("GET", kDevice) : Request("GET", kDevice);
    call.headers.Add("Origin", "https://portal.example");
    const http::Response response = api_.Handle(std::move(call));
    EXPECT_EQ(response.status, status);
    EXPECT_EQ(response.headers.Get("Access-Control-Allow-Origin"), "*");
  }
}

TEST_F(WireRules, Urls_InEveryFormThatClientsSend) {
  for (const char* target :
       {"/v1/partners/7/devices:unclaim", "/v1/partners/7/devices%3Aunclaim",
        "/v1/partners/7/devices%3aunclaim/", "/v1/partners/7/devices:unclaim/",
        "/v1/partners/%37/devices:unclaim", "/v1/%70artners/7/devices:unclaim?",
        "http://127.0.0.1:8080/v1/partners/7/devices:unclaim"}) {
    EXPECT_EQ(api_.Handle(Authorized("POST", target, "{}")).status, 200) << target;
  }
}

TEST_F(WireRules, EncodedValues_AreDecodedOnce) {
  // Java encodes a `%` in a value again; Python encodes `(`, `)` and `,`.
  EXPECT_THAT(Get("/v1/partners/7/devices/1%252F2?prettyPrint=0").body,
              HasSubstr("\"partners/7/devices/1%2F2\""));
  EXPECT_THAT(Get("/v1/partners/7/devices/%C3%A4%20b%3Fc%23d?prettyPrint=0").body,
              HasSubstr("\"partners/7/devices/ä b?c#d\""));
  EXPECT_EQ(Get(std::string(kDevice) + "?prettyPrint=0&fields=claims%28sectionType%2CresellerId%29"
                                       "%2CdeviceId")
                .body,
            "{\"deviceId\":\"9\"}");
}

TEST_F(WireRules, HeadersOfEveryClient_AreAccepted) {
  http::Request request = Authorized("GET", kDevice);
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"accept", "text/html, image/gif, image/jpeg, */*; q=0.2"},
           {"content-length", "0"},
           {"content-type", "application/json"},
           {"User-Agent", "google-api-go-client/0.5"},
           {"X-Goog-Api-Client", "gl-go/1.19.8 gdcl/0.61.0"},
           {"x-goog-user-project", "p"},
           {"x-goog-request-params", "name=x"},
           {"X-Cloud-Trace-Context", "0123456789abcdef/1;o=0"}}) {
    request.headers.Add(name, value);
  }
  EXPECT_FALSE(api_.RefuseEarly(request).has_value());
  EXPECT_EQ(api_.Handle(std::move(request)).status, 200);

  // Java sends this. (The fake services do not implement it: 501.)
  http::Request remove = Authorized("DELETE", "/v1/customers/1/configurations/2");
  remove.headers.Add("Content-type", "application/x-www-form-urlencoded");
  remove.headers.Add("Content-Length", "0");
  EXPECT_EQ(api_.Handle(std::move(remove)).status, 501);
}

TEST_F(WireRules, ContentTypeOfABody_DoesNotMatter) {
  for (const char* type : {"application/json", "application/json; charset=UTF-8", "text/plain",
                           "application/x-www-form-urlencoded"}) {
    http::Request request = Authorized("POST", kUnclaim, "{\"deviceId\":\"5\"}");
    request.headers.Add("Content-Type", type);
    EXPECT_EQ(api_.Handle(std::move(request)).status, 200) << type;
  }
}

TEST_F(WireRules, TokenRequests_InEveryFormThatClientsSend) {
  const std::string grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
  const std::string assertion =
      "assertion=" + Jwt(std::string(kEndpoint) + "/token",
                         std::string(kScope) + " https://www.googleapis.com/auth/other");
  for (const char* type :
       {"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=UTF-8",
        "application/x-www-form-urlencoded;charset=UTF-8"}) {
    for (const std::string& body : {assertion + "&" + grant, grant + "&" + assertion}) {
      http::Request request = Request("POST", "/token", body);
      request.headers.Add("Content-Type", type);
      const http::Response answer = api_.Handle(std::move(request));
      EXPECT_EQ(answer.status, 200) << type << answer.body;
      // An integer: a fraction breaks Go and Java, text breaks all clients.
      EXPECT_THAT(answer.body, HasSubstr("\"expires_in\":3599,"));
    }
  }
  EXPECT_EQ(api_.Handle(Request("POST", "/token?" + grant + "&" + assertion)).status, 200);
  const http::Response refused =
      api_.Handle(Request("POST", "/token?" + grant + "&assertion=a.b.c"));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body,
              AllOf(HasSubstr("\"error\":\"invalid_grant\""), HasSubstr("\"error_description\":")));
  EXPECT_EQ(refused.headers.Get("Content-Type"), "application/json; charset=UTF-8");
}

TEST_F(WireRules, Discovery_IgnoresCredentials) {
  api_.SetRootUrl("https://zt.example");
  http::Request request = Request("GET", "/$discovery/rest?version=v1");
  request.headers.Add("Authorization", "Bearer nonsense");
  const http::Response response = api_.Handle(std::move(request));
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(std::string(response.text()), HasSubstr("\"rootUrl\": \"https://zt.example/\""));
  EXPECT_EQ(api_.Handle(Request("GET", "/%24discovery/rest?version=v1")).status, 200);
}

TEST_F(WireRules, InvalidPathNumbers_AreBadArguments) {
  const http::Response response =
      api_.Handle(Authorized("POST", "/v1/partners/abc/devices:unclaim", "{}"));
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, HasSubstr("Invalid value at 'partner_id' (TYPE_INT64), \\\"abc\\\""));
}

TEST_F(WireRules, Bodies_InEveryFormThatClientsSend) {
  for (const char* body : {"", " ", "{}\n", "{\"deviceId\":5}", "{\"device_id\":\"5\"}",
                           R"({"deviceIdentifier":{"manufacturer":"\u003cA\u0026B\u003e"}})",
                           R"({"deviceIdentifier":{"manufacturer":"\u00e4\ud83d\ude00"}})"}) {
    EXPECT_EQ(api_.Handle(Authorized("POST", kUnclaim, body)).status, 200) << body;
  }
  EXPECT_EQ(services_.unclaim.device_identifier().manufacturer(), "ä😀");
  EXPECT_EQ(api_.Handle(Authorized("POST", kUnclaim,
                                   R"({"deviceIdentifier":{"manufacturer":)"
                                   R"("\u003cA\u0026B\u003e"}})"))
                .status,
            200);
  EXPECT_EQ(services_.unclaim.device_identifier().manufacturer(), "<A&B>");
}

TEST_F(WireRules, EmptyAnswers_AreObjects) {
  EXPECT_EQ(api_.Handle(Authorized("POST", kUnclaim, "{}")).body, "{}\n");
}

TEST_F(WireRules, Violations_OfPathQueryAndBody_ComeTogether) {
  const http::Response response =
      api_.Handle(Authorized("POST", "/v1/partners/x/devices:unclaim?y=1&prettyPrint=0",
                             R"({"foo":1,"sectionType":"NOPE","deviceIdentifier":{"bar":[]}})"));
  EXPECT_THAT(response.body,
              HasSubstr("Invalid value at 'partner_id' (TYPE_INT64), \\\"x\\\"\\n"
                        "Invalid JSON payload received. Unknown name \\\"y\\\": Cannot bind query "
                        "parameter. Field 'y' could not be found in request message.\\n"
                        "Invalid JSON payload received. Unknown name \\\"foo\\\": Cannot find "
                        "field.\\nInvalid value at 'section_type' "));
  EXPECT_THAT(response.body, HasSubstr(R"({"field":"device_identifier","description":)"
                                       R"("Invalid JSON payload received. Unknown name \"bar\" at )"
                                       R"('device_identifier': Cannot find field."})"));
}

TEST_F(WireRules, Rights_AreCheckedBeforeExistence) {
  services_.failure = errors::UnknownDevice();
  EXPECT_EQ(api_.Handle(Authorized("POST", "/v1/partners/8/devices:unclaim", "{}")).status, 403);
  EXPECT_EQ(services_.calls, 0);
}

TEST_F(WireRules, Challenge_HasAParameterThatEveryClientCanRead) {
  const http::Response none = api_.Handle(Request("GET", kDevice));
  EXPECT_THAT(std::string(none.headers.Get("WWW-Authenticate")),
              AllOf(StartsWith("Bearer realm=\""), Not(HasSubstr("error"))));
  http::Request request = Request("GET", kDevice);
  request.headers.Add("Authorization", "Bearer ya29.expired");
  EXPECT_THAT(std::string(api_.Handle(std::move(request)).headers.Get("WWW-Authenticate")),
              AllOf(StartsWith("Bearer realm=\""), EndsWith(", error=\"invalid_token\"")));
}

TEST_F(WireRules, ApiKeyOnly_IsUnauthenticated) {
  http::Request request = Request("GET", std::string(kDevice) + "?key=AIza");
  request.headers.Add("X-Goog-Api-Key", "AIza");
  EXPECT_EQ(api_.Handle(std::move(request)).status, 401);
}

}  // namespace
}  // namespace zerotouch::wire
