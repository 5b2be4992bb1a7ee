// SPDX-License-Identifier: Apache-2.0
// The controls of a sandbox on every transport, over restarts, and that serve has none.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "e2e/sandbox_test_base.h"
#include "google/android/device/provisioning/v1/service.pb.h"
#include "support/http2_client.h"

namespace zerotouch::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kFaults[] = "/sandbox/v1/faults";
constexpr char kVendorsRpc[] = "/google.android.device.provisioning.v1.PartnerService/ListVendors";

uint16_t PortOf(const std::string& endpoint) {
  return static_cast<uint16_t>(std::stoi(endpoint.substr(endpoint.rfind(':') + 1)));
}

class ControlsTest : public SandboxTest {
 protected:
  void TearDown() override {
    Control("DELETE", kFaults);
    Control("POST", "/sandbox/v1/operations:resume");
    Control("POST", "/sandbox/v1/operations:setSpeed", R"({"itemsPerSecond":0})");
  }

  static Answer Control(const std::string& method, const std::string& path,
                        const std::string& body = "") {
    return CallUrl(method, sandbox().endpoint + path, body, "");
  }

  // Adds a rule for partners.vendors.list unless `rule` has a method.
  static void Add(const std::string& rule) {
    const bool named = rule.find("\"method\"") != std::string::npos;
    const Answer answer = Control(
        "POST", kFaults, named ? rule : R"({"method":"partners.vendors.list",)" + rule.substr(1));
    EXPECT_EQ(answer.status, 200) << answer.body;
  }

  std::string Vendors() const { return "/v1/partners/" + sandbox().first.partner + "/vendors"; }

  Http2Client::Answer OverHttp2() {
    Http2Client client(PortOf(sandbox().endpoint));
    return client.Await(
        client.Ask("GET", Vendors(), {{"authorization", "Bearer " + first_.token()}}));
  }

  Http2Client::Answer OverGrpc() {
    google::android::device::provisioning::v1::ListVendorsRequest request;
    request.set_parent("partners/" + sandbox().first.partner);
    const std::string message = request.SerializeAsString();
    std::string frame(5, '\0');
    frame[4] = static_cast<char>(message.size());
    Http2Client client(PortOf(sandbox().endpoint));
    return client.Await(client.Ask("POST", kVendorsRpc,
                                   {{"content-type", "application/grpc"},
                                    {"te", "trailers"},
                                    {"authorization", "Bearer " + first_.token()}},
                                   frame + message));
  }

  Answer InBatch() {
    return CallBatch("--b\r\nContent-Type: application/http\r\n\r\nGET " + Vendors() +
                     " HTTP/1.1\r\n\r\n--b--");
  }

  Answer CallBatch(const std::string& body) {
    // curl's helper sends JSON as the type, so the request is written by hand.
    SocketClient client(PortOf(sandbox().endpoint));
    client.Send(
        fmt::format("POST /batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    "Authorization: Bearer {}\r\nContent-Type: multipart/mixed; "
                    "boundary=b\r\nContent-Length: {}\r\n\r\n{}",
                    first_.token(), body.size(), body));
    Answer answer;
    for (std::string bytes = client.Receive(); !bytes.empty(); bytes = client.Receive()) {
      answer.body += bytes;
    }
    return answer;
  }

  static std::string TokenForm(const std::string& credentials) {
    crypto::JwtClaims claims = ClaimsOf(credentials, sandbox().endpoint);
    claims.audience = sandbox().endpoint + "/token";
    claims.scope = kResellerScope;
    return "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" +
           SignToken(credentials, claims);
  }
  static Answer AskForToken() {
    return PostForm(sandbox().endpoint + "/token", TokenForm(sandbox().first.credentials));
  }
};

TEST_F(ControlsTest, Error_IsTheSameOnEveryTransport) {
  Add(R"({"error":{"status":"RESOURCE_EXHAUSTED","message":"slow down","retryAfter":"2.5s"}})");
  const Answer http1 = first_.Get(Vendors());
  EXPECT_EQ(http1.status, 429);
  EXPECT_EQ(http1.Header("Retry-After"), "3");
  EXPECT_EQ(Json(http1.body)["/error/message"], "slow down");
  const Http2Client::Answer http2 = OverHttp2();
  EXPECT_EQ(http2.status, 429);
  EXPECT_EQ(http2.Field("retry-after"), "3");
  const Http2Client::Answer grpc = OverGrpc();
  EXPECT_EQ(grpc.Field("grpc-status"), "8");
  EXPECT_EQ(grpc.Field("grpc-message"), "slow down");
  EXPECT_THAT(InBatch().body, HasSubstr("HTTP/1.1 429"));
  EXPECT_EQ(AskForToken().status, 200) << "not for this method";
  const Json listed(Control("GET", kFaults).body);
  EXPECT_EQ(listed["/faults/0/hits"], "4");
  EXPECT_EQ(Control("DELETE", "/sandbox/v1/" + listed["/faults/0/name"]).body, "{}\n");
  EXPECT_EQ(first_.Get(Vendors()).status, 200);
  EXPECT_EQ(Control("DELETE", "/sandbox/v1/faults/999").status, 404);
}

TEST_F(ControlsTest, Token_HasErrorsOfOAuth) {
  Add(R"({"method":"token","times":1,"error":{"status":"UNAUTHENTICATED"}})");
  Add(R"({"method":"token","times":1,"error":{"status":"UNAVAILABLE"}})");
  Add(R"({"method":"token","times":1,"error":{"status":"INTERNAL"}})");
  Add(R"({"method":"token","times":1,"account":"nobody@example.com","disconnect":"BEFORE"})");
  Answer answer = AskForToken();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.body, HasSubstr(R"("error":"invalid_grant")"));
  answer = AskForToken();
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.Header("Retry-After"), "1");
  EXPECT_THAT(answer.body, HasSubstr(R"("error":"temporarily_unavailable")"));
  answer = AskForToken();
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, HasSubstr(R"("error":"server_error")"));
  EXPECT_EQ(AskForToken().status, 200);
}

TEST_F(ControlsTest, Token_IsForTheCompaniesOfItsAccount) {
  const auto acts = [&](const std::string& selection) {
    Control("DELETE", kFaults);
    Add(R"({"method":"token","error":{"status":"UNAUTHENTICATED"},)" + selection + "}");
    return AskForToken().status == 400;
  };
  EXPECT_TRUE(acts(fmt::format(R"("partnerId":"{}")", sandbox().first.partner)));
  EXPECT_FALSE(acts(fmt::format(R"("partnerId":"{}")", sandbox().second.partner)));
  EXPECT_FALSE(acts(fmt::format(R"("customerId":"{}")", sandbox().first.customer)));
}

TEST_F(ControlsTest, Disconnect_CutsTheConnectionOrTheStream) {
  for (const char* when : {"BEFORE", "AFTER"}) {
    Add(fmt::format(R"({{"disconnect":"{}"}})", when));
    EXPECT_EQ(first_.Get(Vendors()).status, 0) << when;
    const Http2Client::Answer http2 = OverHttp2();
    EXPECT_EQ(http2.status, 0) << when;
    EXPECT_NE(http2.reset, 0u) << when;
    EXPECT_NE(OverGrpc().reset, 0u) << when;
    EXPECT_EQ(InBatch().body, "") << when;
    Control("DELETE", kFaults);
  }
}

TEST_F(ControlsTest, Disconnect_After_HasMadeTheChange_AndBeforeHasNot) {
  const std::string body =
      fmt::format(R"({{"customerId":"{}",{},"deviceIdentifier":{{"imei":"356938035643809"}}}})",
                  sandbox().first.customer, kZeroTouch);
  Add(R"({"method":"partners.devices.claim","times":1,"disconnect":"BEFORE"})");
  Add(R"({"method":"partners.devices.claim","times":1,"disconnect":"AFTER"})");
  const std::string claim = sandbox().first.Devices() + ":claim";
  const std::string find = sandbox().first.Devices() + ":findByIdentifier";
  const std::string wanted = R"({"limit":1,"deviceIdentifier":{"imei":"356938035643809"}})";
  EXPECT_EQ(first_.Post(claim, body).status, 0);
  EXPECT_EQ(Json(first_.Post(find, wanted).body).Size("/devices"), 0u);
  EXPECT_EQ(first_.Post(claim, body).status, 0);
  EXPECT_EQ(Json(first_.Post(find, wanted).body).Size("/devices"), 1u);
}

TEST_F(ControlsTest, Truncate_SendsTheBeginning) {
  const std::string whole = first_.Get(Vendors()).body;
  Add(R"({"truncate":10})");
  const Http2Client::Answer http2 = OverHttp2();
  EXPECT_EQ(http2.status, 200);
  EXPECT_EQ(http2.body, whole.substr(0, 10));
  EXPECT_NE(http2.reset, 0u);
  const Http2Client::Answer grpc = OverGrpc();
  EXPECT_EQ(grpc.body.size(), 10u);
  EXPECT_NE(grpc.reset, 0u);
  EXPECT_EQ(first_.Get(Vendors()).status, 0) << "curl sees the cut";
  Control("DELETE", kFaults);
  Add(R"({"truncate":0})");
  EXPECT_EQ(OverHttp2().status, 200);
  EXPECT_EQ(OverHttp2().body, "");
}

TEST_F(ControlsTest, Raw_IsWhatAProxySays) {
  Add(R"({"raw":{"httpStatus":502,"contentType":"text/html","body":"<h1>Bad gateway</h1>"}})");
  const Answer http1 = first_.Get(Vendors());
  EXPECT_EQ(http1.status, 502);
  EXPECT_EQ(http1.body, "<h1>Bad gateway</h1>");
  EXPECT_EQ(http1.Header("Content-Type"), "text/html");
  EXPECT_EQ(OverHttp2().status, 502);
  EXPECT_EQ(OverGrpc().Field("grpc-status"), "14");
  EXPECT_THAT(InBatch().body, HasSubstr("<h1>Bad gateway</h1>"));
}

TEST_F(ControlsTest, Delays_WaitAndHoldUpNobodyElse) {
  Add(R"({"delay":"1s"})");
  // More than the server has worker threads.
  std::vector<std::thread> waiting;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 40; ++i) {
    waiting.emplace_back([this] { EXPECT_EQ(first_.Get(Vendors()).status, 200); });
  }
  EXPECT_EQ(first_.Get("/v1/operations").status, 200);
  for (std::thread& thread : waiting) thread.join();
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, std::chrono::seconds(1));
  EXPECT_LT(took, std::chrono::seconds(10)) << "they wait side by side";
  EXPECT_EQ(OverGrpc().Trailer("grpc-status"), "0");
  EXPECT_THAT(InBatch().body, HasSubstr("HTTP/1.1 200"));
}

TEST_F(ControlsTest, Item_FailsAlone) {
  Add(R"({"method":"partners.devices.claimAsync","device":{"deviceIdentifier":{"imei":)"
      R"("356938035643817"}},"item":{"status":"SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS",)"
      R"("errorIdentifier":"INVALID_DEVICE_ID"}})");
  std::vector<std::string> items;
  for (const char* imei : {"356938035643809", "356938035643817", "356938035643825"}) {
    items.push_back(fmt::format(R"("customerId":"{}",{},"deviceIdentifier":{{"imei":"{}"}})",
                                sandbox().first.customer, kZeroTouch, imei));
  }
  const Json json(ClaimInBatch(items));
  EXPECT_EQ(json["/response/successCount"], "2") << json["/response"];
  EXPECT_EQ(json["/response/perDeviceStatus/1/result/status"],
            "SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS");
  EXPECT_EQ(json["/response/perDeviceStatus/1/result/errorIdentifier"], "INVALID_DEVICE_ID");
  EXPECT_EQ(Json(first_
                     .Post(sandbox().first.Devices() + ":findByIdentifier",
                           R"({"limit":1,"deviceIdentifier":{"imei":"356938035643817"}})")
                     .body)
                .Size("/devices"),
            0u)
      << "not touched";
}

TEST_F(ControlsTest, Operations_ArePausedSteppedAndSlowed) {
  EXPECT_EQ(Control("POST", "/sandbox/v1/operations:step", R"({"items":1})").status, 400);
  EXPECT_EQ(Control("POST", "/sandbox/v1/operations:pause").status, 200);
  std::string items;
  for (int i = 0; i < 250; ++i) items += (i == 0 ? "{" : ",{") + std::string(kZeroTouch) + "}";
  const Answer accepted =
      first_.Post(sandbox().first.Devices() + ":unclaimAsync", R"({"unclaims":[)" + items + "]}");
  const std::string path = "/v1/" + FieldIn(accepted.body, "name");
  const auto progress = [&] { return Json(first_.Get(path).body)["/metadata/progress"]; };
  EXPECT_EQ(progress(), "");
  EXPECT_EQ(Control("POST", "/sandbox/v1/operations:step", R"({"items":100})").body,
            "{\n  \"itemsRun\": 100\n}\n");
  EXPECT_EQ(progress(), "40");
  EXPECT_EQ(
      Json(Control("POST", "/sandbox/v1/operations:step", R"({"items":1000})").body)["/itemsRun"],
      "150");
  EXPECT_EQ(Json(first_.Get(path).body)["/done"], "true");
  EXPECT_EQ(
      Json(Control("POST", "/sandbox/v1/operations:step", R"({"items":1})").body)["/itemsRun"],
      "0");
  EXPECT_EQ(Control("POST", "/sandbox/v1/operations:setSpeed", R"({"itemsPerSecond":-1})").status,
            400);
}

TEST_F(ControlsTest, Step_RunsTheOldestOperationFirst_OfWhateverReseller) {
  EXPECT_EQ(Control("POST", "/sandbox/v1/operations:pause").status, 200);
  const std::string items =
      fmt::format(R"({{"unclaims":[{{{0}}},{{{0}}},{{{0}}},{{{0}}}]}})", kZeroTouch);
  ApiCaller second(sandbox().endpoint, sandbox().second.credentials);
  const std::string older =
      "/v1/" +
      FieldIn(first_.Post(sandbox().first.Devices() + ":unclaimAsync", items).body, "name");
  const std::string newer =
      "/v1/" +
      FieldIn(second.Post(sandbox().second.Devices() + ":unclaimAsync", items).body, "name");
  const auto step = [&] { Control("POST", "/sandbox/v1/operations:step", R"({"items":1})"); };
  const auto is_done = [](const Answer& answer) { return Json(answer.body)["/done"] == "true"; };
  for (int i = 0; i < 4; ++i) step();
  EXPECT_TRUE(is_done(first_.Get(older)));
  EXPECT_EQ(Json(second.Get(newer).body)["/metadata/progress"], "") << "not begun";
  for (int i = 0; i < 4; ++i) step();
  EXPECT_TRUE(is_done(second.Get(newer)));
}

TEST_F(ControlsTest, Calls_AreListedWithoutCredentials) {
  Control("DELETE", "/sandbox/v1/calls");
  first_.Call("GET", Vendors() + "?access_token=CANARY&pageSize=1", "");
  first_.Call("GET", Vendors(), "", "CANARY-TOKEN");
  first_.Post(sandbox().first.Devices() + ":claim",
              R"({"preProvisioningToken":"CANARY","access_token":"CANARY"})");
  AskForToken();
  OverGrpc();
  InBatch();
  const Answer answer = Control("GET", "/sandbox/v1/calls");
  const Json json(answer.body);
  EXPECT_EQ(json.Size("/calls"), 7u) << answer.body;
  EXPECT_THAT(answer.body, Not(HasSubstr("CANARY")));
  EXPECT_THAT(answer.body, Not(HasSubstr("ya29.")));
  EXPECT_THAT(answer.body, Not(HasSubstr("eyJ")));
  EXPECT_EQ(json["/calls/0/method"], "batch");
  EXPECT_EQ(json["/calls/1/protocol"], "batch");
  EXPECT_EQ(json["/calls/1/method"], "partners.vendors.list");
  EXPECT_EQ(json["/calls/2/protocol"], "gRPC");
  EXPECT_EQ(json["/calls/2/status"], "OK");
  EXPECT_THAT(json["/calls/2/requestBody"], HasSubstr("partners/"));
  EXPECT_EQ(json["/calls/3/method"], "token");
  EXPECT_EQ(json["/calls/4/httpStatus"], "400");
  EXPECT_EQ(json["/calls/5/status"], "UNAUTHENTICATED");
  EXPECT_EQ(json["/calls/6/requestHeaders/Authorization"], "[redacted]");
  EXPECT_EQ(Json(Control("GET", "/sandbox/v1/calls?filter=status%3D401").body).Size("/calls"), 1u);
  EXPECT_EQ(Control("GET", "/sandbox/v1/calls?filter=x").status, 400);
}

// Over HTTP/1.1, HTTP/2 and gRPC; a watcher sees the calls from the head of its answer on.
TEST_F(ControlsTest, Calls_AreWatched) {
  constexpr char kWatch[] = "/sandbox/v1/calls:watch";
  SocketClient http1(PortOf(sandbox().endpoint));
  http1.Send(
      fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n", kWatch));
  std::string over_http1 = http1.Receive();
  EXPECT_THAT(over_http1, HasSubstr("Content-Type: text/event-stream\r\n"));
  Http2Client http2(PortOf(sandbox().endpoint));
  const int32_t events = http2.Ask("GET", kWatch);
  const int32_t messages =
      http2.Ask("POST", "/openzerotouch.sandbox.v1.CallService/WatchCalls",
                {{"content-type", "application/grpc"}, {"te", "trailers"}}, std::string(5, '\0'));
  EXPECT_TRUE(http2.Until(
      [&] { return http2.answer(events).status == 200 && http2.answer(messages).status == 200; }));
  first_.Get(Vendors() + "?pageSize=7");
  while (over_http1.find("\n\n") == std::string::npos) {
    const std::string piece = http1.Receive();
    ASSERT_FALSE(piece.empty()) << over_http1;
    over_http1 += piece;
  }
  EXPECT_THAT(over_http1, HasSubstr("event: call\ndata: {\"name\":\"calls/"));
  EXPECT_THAT(over_http1, HasSubstr("\"method\":\"partners.vendors.list\""));
  EXPECT_THAT(over_http1, HasSubstr("\"Authorization\":\"[redacted]\""));
  EXPECT_TRUE(http2.Until([&] { return http2.answer(events).body.ends_with("\n\n"); }));
  EXPECT_THAT(http2.answer(events).body, HasSubstr("event: call\ndata: {"));
  EXPECT_TRUE(http2.Until([&] { return http2.answer(messages).body.size() > 5; }));
  EXPECT_THAT(http2.answer(messages).body, HasSubstr("partners.vendors.list"));
  http2.Cancel(events);
  http2.Cancel(messages);
}

TEST_F(ControlsTest, Clock_MovesTokensAndVacations_AndAssertionsAreGoodByEither) {
  const Answer now = Control("GET", "/sandbox/v1/clock");
  EXPECT_EQ(Json(now.body)["/frozen"], "false");
  const std::string granted = AskForToken().body;
  const std::string bearer = granted.substr(17, granted.find('"', 17) - 17);
  EXPECT_EQ(first_.Call("GET", Vendors(), "", bearer).status, 200) << granted;
  EXPECT_EQ(Control("POST", "/sandbox/v1/clock:advance", R"({"duration":"3601s"})").status, 200);
  EXPECT_EQ(first_.Call("GET", Vendors(), "", bearer).status, 401) << "expired";
  EXPECT_EQ(first_.Get(Vendors()).status, 200) << "signed by the real clock";
  EXPECT_EQ(AskForToken().status, 200);
  EXPECT_EQ(Control("POST", "/sandbox/v1/clock:freeze").status, 200);
  const std::string stopped = Control("GET", "/sandbox/v1/clock").body;
  EXPECT_EQ(Control("GET", "/sandbox/v1/clock").body, stopped);
  EXPECT_EQ(Control("POST", "/sandbox/v1/clock:resume").status, 200);
}

TEST_F(ControlsTest, Item_IsForTheCustomerThatItNames_AndForThoseOfItsCaller) {
  const auto imei = [](const char* digits) {
    return fmt::format(R"("deviceIdentifier":{{"imei":"{}"}})", digits);
  };
  const std::string result = R"("item":{"status":"SINGLE_DEVICE_STATUS_OTHER_ERROR"}})";
  const std::string customer = fmt::format(R"({{"customerId":"{}",)", sandbox().first.customer);
  EXPECT_EQ(Control("POST", kFaults,
                    customer + R"("device":{)" + imei("356938035644807") + "}," + result)
                .status,
            200);
  const auto results = [](const std::string& operation) {
    const Json json(operation);
    std::vector<std::string> seen;
    for (size_t i = 0; i < json.Size("/response/perDeviceStatus"); ++i) {
      seen.push_back(json[fmt::format("/response/perDeviceStatus/{}/result/status", i)]);
    }
    return seen;
  };
  const Json customers(first_.Get("/v1/partners/" + sandbox().first.partner + "/customers").body);
  std::string second = customers["/customers/0/companyId"];
  if (second == sandbox().first.customer) second = customers["/customers/1/companyId"];
  const std::string item = std::string(kZeroTouch) + "," + imei("356938035644807");
  EXPECT_THAT(
      results(
          ClaimInBatch({fmt::format(R"("customerId":"{}",{})", second, item),
                        fmt::format(R"("customerId":"{}",{})", sandbox().first.customer, item)})),
      testing::ElementsAre("SINGLE_DEVICE_STATUS_SUCCESS", "SINGLE_DEVICE_STATUS_OTHER_ERROR"));
  EXPECT_THAT(results(UnclaimInBatch({item})), testing::ElementsAre("SINGLE_DEVICE_STATUS_SUCCESS"))
      << "neither the item nor its caller names the customer";
}

TEST_F(ControlsTest, RulesAndClock_OutliveAKill) {
  const TempDir dir;
  const std::vector<std::string> arguments = {"sandbox", "--listen", "127.0.0.1:0", "--data-dir",
                                              dir / "data"};
  const std::string claim_of =
      R"("sectionType":"SECTION_TYPE_ZERO_TOUCH","deviceIdentifier":{"imei":"356938035643809"}})";
  {
    ServerProcess server(arguments);
    const Sandbox box = ParseSandbox(server.ready_line());
    ApiCaller caller(box.endpoint, box.first.credentials);
    EXPECT_EQ(CallUrl("POST", box.endpoint + kFaults,
                      R"({"method":"partners.devices.claim","times":2,"disconnect":"AFTER"})", "")
                  .status,
              200);
    CallUrl("POST", box.endpoint + "/sandbox/v1/clock:freeze", "", "");
    CallUrl("POST", box.endpoint + "/sandbox/v1/clock:advance", R"({"duration":"86400s"})", "");
    EXPECT_EQ(caller
                  .Post(box.first.Devices() + ":claim",
                        R"({"customerId":")" + box.first.customer + "\"," + claim_of)
                  .status,
              0);
    server.Kill();  // at once: the hit is kept before the call ends
  }
  ServerProcess server(arguments);
  const Sandbox box = ParseSandbox(server.ready_line());
  ApiCaller caller(box.endpoint, box.first.credentials);
  const Json faults(CallUrl("GET", box.endpoint + kFaults, "", "").body);
  EXPECT_EQ(faults["/faults/0/hits"], "1");
  EXPECT_EQ(Json(CallUrl("GET", box.endpoint + "/sandbox/v1/clock", "", "").body)["/frozen"],
            "true");
  EXPECT_EQ(Json(caller
                     .Post(box.first.Devices() + ":findByIdentifier",
                           R"({"limit":1,"deviceIdentifier":{"imei":"356938035643809"}})")
                     .body)
                .Size("/devices"),
            1u)
      << "the change of the lost answer";
}

TEST(ControlsOfServe, NothingSwitchesThemOn) {
  const TempDir dir;
  const std::string database = "sqlite://" + dir / "registry.db";
  ServerProcess server({"serve", "--listen", "127.0.0.1:0", "--database", database});
  const std::string endpoint = Json(server.ready_line())["/endpoint"];
  for (const char* path : {"/sandbox/v1/clock", "/sandbox/v1/faults", "/sandbox/v1/calls",
                           "/sandbox/v1/state:export", "/sandbox", "/sandbox/v1/"}) {
    const Answer answer = CallUrl("GET", endpoint + path, "", "");
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_EQ(answer.body, CallUrl("GET", endpoint + "/unknown", "", "").body) << path;
  }
  EXPECT_EQ(CallUrl("POST", endpoint + "/sandbox/v1/faults", R"({"truncate":1})", "").status, 404);
  EXPECT_EQ(
      CallUrl("GET", endpoint + "/$discovery/OPENAPI3_0?version=openzerotouch.sandbox.v1", "", "")
          .status,
      400);
  Http2Client client(PortOf(endpoint));
  const Http2Client::Answer rpc =
      client.Await(client.Ask("POST", "/openzerotouch.sandbox.v1.ClockService/GetClock",
                              {{"content-type", "application/grpc"}}, std::string(5, '\0')));
  EXPECT_EQ(rpc.Field("grpc-status"), "12");
  server.Terminate();
  for (const char* flag : {"--controls=on", "--controls=off"}) {
    const ProgramRun run =
        RunZerotouchd({"serve", "--listen", "127.0.0.1:0", "--database", database, flag});
    EXPECT_EQ(run.exit_code, 1) << flag;
  }
}

TEST(ControlsOff, TheSandboxHasNone) {
  const TempDir dir;
  ServerProcess server(
      {"sandbox", "--listen", "127.0.0.1:0", "--data-dir", dir / "data", "--controls=off"});
  const std::string endpoint = Json(server.ready_line())["/endpoint"];
  EXPECT_EQ(CallUrl("GET", endpoint + "/sandbox/v1/clock", "", "").status, 404);
}

}  // namespace
}  // namespace zerotouch::test
