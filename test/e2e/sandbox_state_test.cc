// SPDX-License-Identifier: Apache-2.0
// The state of a sandbox: reset, export, snapshots; its companies and its virtual device.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "e2e/sandbox_test_base.h"
#include "support/postgres_cluster.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using testing::HasSubstr;

class SandboxStateTest : public SandboxTest {
 protected:
  // Calls a control, without credentials.
  Answer Control(const std::string& method, const std::string& path, const std::string& body = "") {
    return first_.Call(method, "/sandbox/v1/" + path, body, "");
  }
  Answer PostControl(const std::string& path, const std::string& body = "{}") {
    return Control("POST", path, body);
  }
  void ExpectDone(const Answer& answer) { EXPECT_EQ(answer.status, 200) << answer.body; }
  bool IsClaimed(const std::string& device) {
    const Answer answer = first_.Get(sandbox().first.Devices() + "/" + device);
    return answer.status == 200 && Json(answer.body).Has("/claims/0");
  }
  // Writes a key and returns its path.
  std::string WriteCredentials(const std::string& answer) {
    const Json json(answer);
    const std::string path =
        fmt::format("{}/made-{}.json", data_dir(), json["/credentials/private_key_id"]);
    const size_t begin = answer.find('{', answer.find("\"credentials\""));
    std::ofstream(path) << answer.substr(begin, answer.find('}', begin) + 1 - begin);
    return path;
  }
};

TEST_F(SandboxStateTest, Snapshot_BringsDevicesAndKeysBack) {
  const std::string before = Claimed(Imei("490154203237518"));
  const Answer made = PostControl("snapshots", R"({"snapshotId":"before"})");
  ExpectDone(made);
  EXPECT_EQ(Json(made.body)["/name"], "snapshots/before");
  EXPECT_THAT(Json(made.body)["/createTime"], HasSubstr("T"));
  ExpectError(PostControl("snapshots", R"({"snapshotId":"before"})"), 409, "ALREADY_EXISTS");
  ExpectError(PostControl("snapshots", R"({"snapshotId":"-x"})"), 400, "INVALID_ARGUMENT");
  ExpectError(PostControl("snapshots", R"({"snapshotId":"_seed"})"), 400, "INVALID_ARGUMENT");

  Unclaim(Imei("490154203237518") + "," + kZeroTouch);
  const std::string later = Claimed(Imei("490154203237526"));
  ExpectDone(PostControl("snapshots/before:restore"));
  EXPECT_TRUE(IsClaimed(before));
  EXPECT_FALSE(IsClaimed(later));
  EXPECT_THAT(Control("GET", "snapshots").body, HasSubstr("snapshots/before"));
  EXPECT_THAT(Control("GET", "snapshots").body, testing::Not(HasSubstr("_seed")));
  ExpectDone(Control("DELETE", "snapshots/before"));
  ExpectError(PostControl("snapshots/before:restore"), 404, "NOT_FOUND");
  ExpectError(Control("DELETE", "snapshots/before"), 404, "NOT_FOUND");
  ExpectError(PostControl("snapshots/_seed:restore"), 404, "NOT_FOUND");
}

TEST_F(SandboxStateTest, Restore_OfAHalfDoneBatch_RunsItAgain) {
  std::vector<std::string> items;
  for (int i = 0; i < 20'000; ++i) {
    items.push_back(fmt::format(
        R"({{"deviceIdentifier":{{"serialNumber":"S{}","manufacturer":"M","model":"X"}},{},)"
        R"("customerId":"{}"}})",
        i, kZeroTouch, sandbox().first.customer));
  }
  const Answer accepted = first_.Post(sandbox().first.Devices() + ":claimAsync",
                                      fmt::format(R"({{"claims":[{}]}})", fmt::join(items, ",")));
  ASSERT_EQ(accepted.status, 200) << accepted.body;
  const std::string path = "/v1/" + FieldIn(accepted.body, "name");
  ExpectDone(PostControl("snapshots", R"({"snapshotId":"half"})"));
  const auto is_done = [&] {
    return first_.Get(path).body.find("\"done\": true") != std::string::npos;
  };
  for (int round = 0; round < 3; ++round) {
    ExpectDone(PostControl("snapshots/half:restore"));
    if (round == 1) ExpectDone(PostControl("snapshots/half:restore"));
    ASSERT_TRUE(WaitUntil(is_done));
    EXPECT_EQ(Json(first_.Get(path).body)["/response/successCount"], "20000");
  }
  ExpectDone(Control("DELETE", "snapshots/half"));
}

TEST_F(SandboxStateTest, Reset_BringsTheSeedBack) {
  const std::string device = Claimed(Imei("490154203237534"));
  const Answer reseller = PostControl("resellers", R"({"name":"New"})");
  ExpectDone(reseller);
  ApiCaller made(sandbox().endpoint, WriteCredentials(reseller.body));
  const std::string list =
      fmt::format("/v1/partners/{}/vendors", std::string(Json(reseller.body)["/partnerId"]));
  EXPECT_EQ(made.Get(list).status, 200);
  const std::string email = Json(ReadFile(sandbox().first.credentials))["/client_email"];
  ExpectDone(PostControl("accounts/" + email + ":revokeKeys"));
  EXPECT_EQ(first_.Get(sandbox().first.Devices() + "/" + device).status, 401);
  ExpectDone(PostControl("snapshots", R"({"snapshotId":"kept"})"));

  ExpectDone(PostControl("state:reset"));
  EXPECT_EQ(first_.Get(sandbox().first.Devices() + "/" + device).status, 404);
  EXPECT_EQ(made.Get(list).status, 401);
  EXPECT_THAT(Control("GET", "snapshots").body, HasSubstr("snapshots/kept"));
  ExpectDone(Control("DELETE", "snapshots/kept"));
}

TEST(SandboxClock, TimeThatPassed_OutlivesAKill) {
  const TempDir dir;
  const std::vector<std::string> arguments = {"sandbox", "--listen", "127.0.0.1:0", "--data-dir",
                                              dir / "data"};
  std::string operation;
  {
    ServerProcess server(arguments);
    const Sandbox box = ParseSandbox(server.ready_line());
    ApiCaller caller(box.endpoint, box.first.credentials);
    operation =
        FieldIn(caller
                    .Post(box.first.Devices() + ":unclaimAsync",
                          R"({"unclaims":[{"deviceId":"1",)" + std::string(kZeroTouch) + "}]}")
                    .body,
                "name");
    EXPECT_EQ(caller.Post("/v1/" + operation + ":wait", "{}").status, 200);
    server.Kill();
  }
  {
    ServerProcess server(arguments);
    const std::string endpoint = ParseSandbox(server.ready_line()).endpoint;
    EXPECT_EQ(
        CallUrl("POST", endpoint + "/sandbox/v1/clock:advance", R"({"duration":"2678400s"})", "")
            .status,
        200);
    server.Kill();  // at once: what the call answered holds
  }
  ServerProcess server(arguments);
  const Sandbox box = ParseSandbox(server.ready_line());
  ApiCaller caller(box.endpoint, box.first.credentials);
  EXPECT_EQ(caller.Get("/v1/" + operation).status, 404);
}

TEST(SandboxKeys, RevokedOnes_StayRevokedAfterARestart_UntilAReset) {
  const TempDir dir;
  const std::vector<std::string> arguments = {"sandbox", "--listen", "127.0.0.1:0", "--data-dir",
                                              dir / "data"};
  const auto status_at = [](const Sandbox& box) {
    return ApiCaller(box.endpoint, box.first.credentials).Get(box.first.Devices() + "/1").status;
  };
  const auto post = [](const Sandbox& box, const std::string& path) {
    return CallUrl("POST", box.endpoint + "/sandbox/v1/" + path, "{}", "").status;
  };
  {
    ServerProcess server(arguments);
    const Sandbox box = ParseSandbox(server.ready_line());
    EXPECT_EQ(status_at(box), 404);
    const std::string email = Json(ReadFile(box.first.credentials))["/client_email"];
    EXPECT_EQ(post(box, "accounts/" + email + ":revokeKeys"), 200);
  }
  ServerProcess server(arguments);
  const Sandbox box = ParseSandbox(server.ready_line());
  EXPECT_EQ(status_at(box), 401);
  EXPECT_EQ(post(box, "state:reset"), 200);
  EXPECT_EQ(status_at(box), 404);
}

TEST_F(SandboxStateTest, Export_IsAnArchiveThatCanBeImported) {
  const std::string device = Claimed(Imei("490154203237542"));
  const Answer archive = Control("GET", "state:export");
  ASSERT_EQ(archive.status, 200);
  EXPECT_EQ(archive.Header("content-type"), "application/octet-stream");
  TempDir dir;
  std::ofstream(dir.path() + "/a.archive", std::ios::binary) << archive.body;
  const std::string url = "sqlite://" + dir.path() + "/new.db";
  const ProgramRun run =
      RunZerotouchd({"admin", "--database", url, "import", "--from", dir.path() + "/a.archive"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  const ProgramRun partners = RunZerotouchd({"admin", "--database", url, "partners", "list"});
  EXPECT_THAT(partners.out, HasSubstr(sandbox().first.partner));
}

TEST_F(SandboxStateTest, Accounts_AreMadeAndTakenAway) {
  const std::string partner = sandbox().first.partner;
  const Answer customer = PostControl(
      "customers",
      fmt::format(R"({{"partnerId":"{}","companyName":"C","termsAccepted":false}})", partner));
  ExpectDone(customer);
  const std::string id = Json(customer.body)["/customerId"];
  const std::string configurations = fmt::format("/v1/customers/{}/configurations", id);
  ApiCaller caller(sandbox().endpoint, WriteCredentials(customer.body), kCustomerScope);
  EXPECT_EQ(caller.Get(configurations).status, 403);
  ExpectDone(PostControl(fmt::format("customers/{}:setTerms", id), R"({"accepted":true})"));
  EXPECT_EQ(caller.Get(configurations).status, 200);
  ExpectDone(PostControl(fmt::format("customers/{}:setTerms", id), R"({"accepted":false})"));
  EXPECT_EQ(caller.Get(configurations).status, 403);
  ExpectError(PostControl("customers/1:setTerms"), 404, "NOT_FOUND");

  const Answer account =
      PostControl("accounts", fmt::format(R"({{"partnerId":"{}","customerIds":["{}"]}})", partner,
                                          sandbox().first.customer));
  ExpectDone(account);
  const std::string key = WriteCredentials(account.body);
  const std::string email = Json(account.body)["/email"];
  ApiCaller as_reseller(sandbox().endpoint, key);
  ApiCaller as_customer(sandbox().endpoint, key, kCustomerScope);
  const std::string vendors = fmt::format("/v1/partners/{}/vendors", partner);
  const std::string dpcs = fmt::format("/v1/customers/{}/dpcs", sandbox().first.customer);
  EXPECT_EQ(as_reseller.Get(vendors).status, 200);
  EXPECT_EQ(as_customer.Get(dpcs).status, 200);
  ExpectDone(PostControl(fmt::format("accounts/{}:disable", email)));
  EXPECT_EQ(as_reseller.Get(vendors).status, 401);
  ExpectDone(PostControl(fmt::format("accounts/{}:enable", email)));
  EXPECT_EQ(as_reseller.Get(vendors).status, 200);
  ExpectDone(PostControl(fmt::format("accounts/{}:revokeKeys", email)));
  EXPECT_EQ(as_reseller.Get(vendors).status, 401);
  const Answer added = PostControl(fmt::format("accounts/{}:addKey", email));
  ExpectDone(added);
  ApiCaller with_new_key(sandbox().endpoint, WriteCredentials(added.body));
  EXPECT_EQ(with_new_key.Get(vendors).status, 200);
  for (const char* verb : {"disable", "enable", "revokeKeys", "addKey"}) {
    ExpectError(PostControl(fmt::format("accounts/nobody@example.com:{}", verb)), 404, "NOT_FOUND");
  }
  ExpectError(PostControl("accounts"), 400, "INVALID_ARGUMENT");
  ExpectError(PostControl("customers", R"({"partnerId":"1","companyName":"C"})"), 400,
              "INVALID_ARGUMENT");
  ExpectError(PostControl("resellers"), 400, "INVALID_ARGUMENT");
}

TEST_F(SandboxStateTest, Boot_HasEveryOutcome) {
  const auto boot = [&](const std::string& members) {
    return PostControl("devices:boot", "{" + Identifier(members) + "}").body;
  };
  const std::string imei = R"("imei":"490154203237559")";
  EXPECT_EQ(Json(boot(imei))["/outcome"], "UNKNOWN_DEVICE");
  const std::string registered =
      imei + R"(,"serialNumber":"Abc","manufacturer":"Make","model":"Mo")";
  Claimed(Identifier(registered));
  const std::string unset = boot(imei);
  EXPECT_EQ(Json(unset)["/outcome"], "NO_CONFIGURATION") << unset;
  EXPECT_EQ(Json(unset)["/customer/customerId"], sandbox().first.customer);
  EXPECT_EQ(Json(boot(imei + R"(,"serialNumber":"Other")"))["/outcome"], "IDENTIFIER_MISMATCH");
  EXPECT_EQ(Json(boot(imei + R"(,"model":"Other")"))["/outcome"], "IDENTIFIER_MISMATCH");

  ApiCaller customer = CustomerCaller(sandbox().first.customer);
  const std::string parent = "/v1/customers/" + sandbox().first.customer;
  const Answer configuration = customer.Post(
      parent + "/configurations",
      fmt::format(R"({{"configurationName":"Kiosk","companyName":"Süd","contactEmail":)"
                  R"("it@example.com","contactPhone":"1","dpcResourcePath":)"
                  R"("customers/{}/dpcs/sandboxdpc","dpcExtras":)"
                  R"("{{\"android.app.extra.PROVISIONING_LOCALE\":\"de\",\"n\":[1,null,true]}}"}})",
                  sandbox().first.customer));
  ASSERT_EQ(configuration.status, 200) << configuration.body;
  const Answer applied = customer.Post(
      parent + "/devices:applyConfiguration",
      fmt::format(R"({{"device":{{"deviceIdentifier":{{{}}}}},"configuration":"{}"}})", imei,
                  std::string(Json(configuration.body)["/name"])));
  ASSERT_EQ(applied.status, 200) << applied.body;
  const std::string text = boot(registered);
  const Json configured(text);
  EXPECT_EQ(configured["/outcome"], "CONFIGURED") << text;
  EXPECT_EQ(configured["/configuration/configurationName"], "Kiosk");
  EXPECT_EQ(configured["/provisioningExtras/android.app.extra.PROVISIONING_LOCALE"], "de");
  EXPECT_EQ(
      configured["/provisioningExtras/android.app.extra.PROVISIONING_DEVICE_ADMIN_COMPONENT_NAME"],
      "com.example.sandboxdpc/.AdminReceiver");
  EXPECT_EQ(configured["/provisioningExtras/n/2"], "true");
  const Json qr(configured["/qrCode"]);
  EXPECT_EQ(qr["/android.app.extra.PROVISIONING_ORGANIZATION_NAME"], "Süd");
  EXPECT_EQ(qr["/n/0"], "1");

  Unclaim(Identifier(imei) + "," + kZeroTouch);
  EXPECT_EQ(Json(boot(imei))["/outcome"], "NOT_CLAIMED");
  ExpectError(PostControl("devices:boot", R"({"deviceIdentifier":{"imei":"1"}})"), 400,
              "INVALID_ARGUMENT");
  ExpectError(PostControl("devices:boot"), 400, "INVALID_ARGUMENT");
}

}  // namespace
}  // namespace zerotouch::test
