// SPDX-License-Identifier: Apache-2.0
// Runs the commands of the zerotouch program that are not batches of devices.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "devices_csv/csv.h"
#include "support/cli_process.h"
#include "support/server_process.h"
#include "support/temp_dir.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

class CliApiTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    data_ = new TempDir;
    server_ = new ServerProcess(std::vector<std::string>{"sandbox", "--listen", "127.0.0.1:0",
                                                         "--data-dir", *data_ / "data",
                                                         "--log-level", "error"});
    sandbox_ = new Sandbox(ParseSandbox(server_->ready_line()));
  }
  static void TearDownTestSuite() {
    delete sandbox_;
    delete server_;
    delete data_;
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name) << text;
    return dir_ / name;
  }

  // The variables that `zerotouch env` sets.
  int Run(const std::vector<std::string>& arguments) {
    const Sandbox::Reseller& reseller = sandbox_->first;
    process_ = std::make_unique<CliProcess>(
        arguments, std::vector<std::string>{"ZEROTOUCH_ENDPOINT=" + sandbox_->endpoint,
                                            "ZEROTOUCH_PARTNER=" + reseller.partner,
                                            "ZEROTOUCH_CUSTOMER=" + reseller.customer,
                                            "ZEROTOUCH_CREDENTIALS=" + reseller.credentials});
    return process_->Wait();
  }
  std::string out() const { return process_->out(); }
  std::string err() const { return process_->err(); }

  // Returns the cells of a row of CSV output; the first row is the header.
  std::vector<std::string> Row(size_t index) const {
    const std::string text = out();
    csv::CsvReader reader(text);
    csv::CsvRecord record;
    for (size_t i = 0; reader.Next(record); ++i) {
      if (i == index) return record.fields;
    }
    return {};
  }
  std::string Claim(const std::string& imei) {
    EXPECT_EQ(Run({"devices", "claim", "--imei", imei, "--format", "csv"}), 0) << err();
    return Row(1).at(0);
  }

  static TempDir* data_;
  static ServerProcess* server_;
  static Sandbox* sandbox_;
  TempDir dir_;
  std::unique_ptr<CliProcess> process_;
};

TempDir* CliApiTest::data_ = nullptr;
ServerProcess* CliApiTest::server_ = nullptr;
Sandbox* CliApiTest::sandbox_ = nullptr;

TEST_F(CliApiTest, Customers_AreCreatedAndListed_PageByPage) {
  ASSERT_EQ(Run({"customers", "create", "--company-name", "XYZ \"Ltd\"", "--owner-emails",
                 "a@example.com,b@example.com", "--format", "json"}),
            0)
      << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("\"companyName\": \"XYZ \\\"Ltd\\\"\""),
                           HasSubstr("\"name\": \"partners/")));
  ASSERT_EQ(Run({"customers", "create", "--data",
                 R"({"companyName":"ABC","ownerEmails":["c@example.com"]})"}),
            0)
      << err();
  EXPECT_THAT(out(), HasSubstr("companyName  ABC"));
  ASSERT_EQ(Run({"customers", "list", "--format", "csv"}), 0) << err();
  EXPECT_THAT(out(),
              AllOf(StartsWith("name,companyId,companyName"), HasSubstr("\"XYZ \"\"Ltd\"\"\"")));
  ASSERT_EQ(Run({"customers", "list", "--limit", "1", "--format", "json"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("\"customers\": ["), Not(HasSubstr("nextPageToken"))));
  ASSERT_EQ(Run({"customers", "list", "--mine", "--as-customer", sandbox_->first.customer}), 0)
      << err();
  EXPECT_THAT(out(), HasSubstr("customers/" + sandbox_->first.customer));
}

TEST_F(CliApiTest, VendorsAndDpcs_AreListed) {
  ASSERT_EQ(Run({"vendors", "list", "--format", "csv"}), 0) << err();
  const std::string vendor = Row(1).at(1);
  ASSERT_EQ(Run({"vendors", "customers", vendor, "--format", "json"}), 0) << err();
  EXPECT_EQ(out(), "{}\n") << "as the API writes an empty list";
  ASSERT_EQ(Run({"dpcs", "list"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("com.google.android.apps.work.clouddpc"));
}

TEST_F(CliApiTest, Device_IsClaimedFoundShownAndUnclaimed) {
  const std::string id = Claim("490154203237518");
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"devices", "find", "--imei", "490154203237518"},
           {"devices", "get", id},
           {"devices", "get", "--device-id", id},
           {"devices", "list"},
           {"devices", "list", "--as-customer", sandbox_->first.customer},
           {"devices", "get", id, "--as-customer", sandbox_->first.customer}}) {
    ASSERT_EQ(Run(command), 0) << err();
    EXPECT_THAT(out(), AllOf(HasSubstr(id), HasSubstr("490154203237518")));
  }
  ASSERT_EQ(Run({"devices", "sim-lock", "--imei", "490154203237518", "--format", "json"}), 0);
  EXPECT_THAT(out(), HasSubstr("\"UNLOCKED\""));
  ASSERT_EQ(Run({"devices", "metadata", "--device-id", id, "--metadata", "ordernumber=A=1",
                 "--format", "json"}),
            0)
      << err();
  EXPECT_THAT(out(), HasSubstr("\"ordernumber\": \"A=1\""));
  ASSERT_EQ(
      Run({"devices", "metadata", "--imei", "490154203237518", "--metadata", "phonenumber=+49"}), 0)
      << err();
  ASSERT_EQ(Run({"devices", "unclaim", "--device-id", id, "--format", "json"}), 0) << err();
  EXPECT_EQ(out(), "{}\n");
  EXPECT_EQ(Run({"devices", "unclaim", "--imei", "490154203237518"}), 2) << "the device failed";
  EXPECT_THAT(err(), AllOf(HasSubstr("INVALID_OPERATION"), HasSubstr("[request ")));
}

TEST_F(CliApiTest, Configurations_AreMadeAppliedAndDeleted) {
  ASSERT_EQ(Run({"configurations", "create", "--configuration-name", "Kiosk", "--company-name",
                 "XYZ", "--contact-email", "it@example.com", "--contact-phone", "+1 555 0100",
                 "--dpc-resource-path", "clouddpc", "--dpc-extras", R"({"nonsense":1})", "--format",
                 "csv"}),
            0)
      << err();
  const std::string id = Row(1).at(1);
  const std::string device = Claim("356938035643809");
  ASSERT_EQ(Run({"devices", "apply-configuration", "--device-id", device, "--configuration", id}),
            0)
      << err();
  ASSERT_EQ(Run({"devices", "list", "--as-customer", sandbox_->first.customer}), 0);
  EXPECT_THAT(out(), HasSubstr(id));
  EXPECT_EQ(Run({"configurations", "delete", id}), 1) << "a device uses it";
  ASSERT_EQ(Run({"devices", "remove-configuration", "--imei", "356938035643809"}), 0) << err();
  ASSERT_EQ(Run({"configurations", "update", id, "--custom-message", "Hello", "--is-default"}), 0)
      << err();
  ASSERT_EQ(Run({"configurations", "get", id, "--format", "json"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("\"Hello\""), HasSubstr("\"isDefault\": true"),
                           HasSubstr("\"companyName\": \"XYZ\"")));
  ASSERT_EQ(Run({"configurations", "update", id, "--data", R"({"isDefault":false})"}), 0) << err();

  // Declarative: what list prints is no difference.
  ASSERT_EQ(Run({"configurations", "list", "--format", "json"}), 0) << err();
  std::string json = out();
  const std::string same = Write("same.json", json);
  EXPECT_EQ(Run({"configurations", "apply", "-f", same, "--dry-run"}), 0) << err();
  EXPECT_EQ(out(), "no difference\n");
  json.replace(json.find("Hello"), 5, "Bye");
  const std::string changed = Write("changed.json", json);
  EXPECT_EQ(Run({"configurations", "apply", "-f", changed, "--dry-run"}), 2) << err();
  EXPECT_EQ(out(), "~ update Kiosk\n    customMessage\n      - Hello\n      + Bye\n");
  EXPECT_EQ(Run({"configurations", "apply", "-f", changed}), 0) << err();
  EXPECT_EQ(Run({"configurations", "apply", "-f", changed, "--dry-run"}), 0) << err();
  const std::string empty = Write("empty.json", "{\"configurations\":[]}");
  EXPECT_EQ(Run({"configurations", "apply", "-f", empty, "--prune"}), 0) << err();
  EXPECT_EQ(out(), "- delete Kiosk\n");
}

TEST_F(CliApiTest, FilesThatPeopleHave_AreClaimed) {
  const std::string customer = sandbox_->first.customer;
  const std::string rows = fmt::format(
      "sep=;\r\nIMEI;Serial Number;owner;note;;\r\n352099001761481;;{0};M\xfcller\r\n;;;\r\n"
      "\xc2\xa0"
      "357805023984942\xe2\x80\x8b;;{0};x;;\r\n3.56938E+14;;{0}\r\n",
      customer);
  const std::string file = Write("devices.csv", rows);
  const std::string results = dir_ / "results.csv";
  EXPECT_EQ(Run({"devices", "claim", "--csv", file, "--results", results}), 2) << err();
  EXPECT_THAT(err(), HasSubstr("line 6 is not sent: IMEI holds 3.56938E+14: a spreadsheet has"));
  EXPECT_THAT(out(), HasSubstr("2  SINGLE_DEVICE_STATUS_SUCCESS"));
  // The results are sent back by deviceId, without identifiers.
  std::string text = ReadFile(results);
  const std::string by_id = Write("by_id.csv", text.replace(text.find("IMEI,"), 4, "memo"));
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", by_id, "--format", "csv"}), 2) << err();
  EXPECT_THAT(err(), HasSubstr("2  SINGLE_DEVICE_STATUS_SUCCESS"));
  // A workbook is named.
  const std::string workbook = Write("devices.xlsx", "PK\x03\x04 xl/worksheets");
  EXPECT_EQ(Run({"devices", "claim", "--csv", workbook}), 1);
  EXPECT_THAT(err(), HasSubstr("Excel workbook"));
}

TEST_F(CliApiTest, OwnerThatDoesNotHoldTheDevice_IsNotUnclaimed) {
  const std::string id = Claim("353270040000012");
  const std::string other = sandbox_->first.second_customer;
  for (const std::string& row :
       {fmt::format("imei,owner\n353270040000012,{}\n", other),
        fmt::format("deviceid,owner\n{},{}\n", id, other),
        fmt::format("imei,owner\n353270040000012,{0}\n353270040000012,{0}\n", other)}) {
    EXPECT_EQ(Run({"devices", "unclaim", "--csv", Write("devices.csv", row)}), 2) << err();
    EXPECT_THAT(err(), HasSubstr(fmt::format("customer {} holds the device, not the owner {}",
                                             sandbox_->first.customer, other)));
    EXPECT_THAT(out(), HasSubstr("INVALID_ROW"));
  }
  const std::string right =
      Write("devices.csv", fmt::format("imei,owner\n353270040000012,{}\n353270040000020,{}\n",
                                       sandbox_->first.customer, sandbox_->first.customer));
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", right}), 2) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("1  SINGLE_DEVICE_STATUS_SUCCESS"),
                           HasSubstr("1  SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER")));
}

// Several pages of one owner, and calls for single devices side by side.
TEST_F(CliApiTest, OwnersOfManyRows_AreChecked) {
  const std::string& owner = sandbox_->first.customer;
  const std::string& other = sandbox_->first.second_customer;
  std::string claims = "serial,manufacturer,model,owner\n";
  std::string unclaims = claims;
  for (int i = 0; i < 430; ++i) {
    const bool is_others = i % 10 == 3;
    claims += fmt::format("M{},Google,Pixel,{}\n", i, is_others ? other : owner);
    unclaims += fmt::format("M{},Google,Pixel,{}\n", i, owner);
  }
  ASSERT_EQ(Run({"devices", "claim", "--csv", Write("claims.csv", claims)}), 0) << err();
  const std::string file = Write("unclaims.csv", unclaims);
  ASSERT_EQ(Run({"sandbox", "calls", "delete"}), 0);
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", file}), 2) << err();
  EXPECT_THAT(out(),
              AllOf(HasSubstr(" 43  INVALID_ROW"), HasSubstr("387  SINGLE_DEVICE_STATUS_SUCCESS")));
  EXPECT_THAT(err(),
              HasSubstr(fmt::format("unclaims.csv: line 5 is not sent: customer {} holds", other)));
  ASSERT_EQ(Run({"sandbox", "calls", "list", "--limit", "1000", "--format", "csv"}), 0);
  const std::string calls = out();
  const auto count = [&](const std::string& method) {
    size_t found = 0;
    for (size_t at = calls.find(method); at != std::string::npos; at = calls.find(method, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("partners.devices.findByOwner"), 4u) << "387 devices are four pages";
}

TEST_F(CliApiTest, History_IsShownByIdentifier_In100Columns) {
  const std::string id = Claim("353270040000129");
  ASSERT_EQ(Run({"devices", "unclaim", "--imei", "353270040000129"}), 0) << err();
  ASSERT_EQ(Run({"devices", "claim", "--imei", "353270040000129", "--async"}), 0) << err();
  const std::string operation = out().substr(0, out().find('\n'));
  ASSERT_EQ(Run({"operations", "wait", operation}), 0) << err();
  ASSERT_EQ(Run({"devices", "history", "--imei", "353270040000129"}), 0) << err();
  EXPECT_THAT(out(), AllOf(StartsWith("changeTime "), HasSubstr("partners.devices.claimAsync"),
                           HasSubstr("RESELLER"), HasSubstr(sandbox_->first.customer)));
  std::istringstream lines(out());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 100u) << line;
  const std::string table = out();
  ASSERT_EQ(Run({"devices", "history", id}), 0) << err();
  EXPECT_EQ(out(), table);
  ASSERT_EQ(Run({"devices", "history", "--device-id", id, "--format", "csv"}), 0) << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("changeTime,actor.kind,method,before.ownerCompanyId,"),
                           HasSubstr(operation)));
  EXPECT_EQ(Run({"devices", "history", "--imei", "353270040000103"}), 1) << "nobody has it";
  EXPECT_EQ(Run({"devices", "history", id, "--imei", "353270040000129"}), 1);
  EXPECT_EQ(Run({"devices", "history", "--imei", "353270040000129", "--as-customer",
                 sandbox_->first.customer}),
            1);
}

TEST_F(CliApiTest, StrayQuote_NamesItsLines_AndExits2) {
  const std::string file = Write("devices.csv",
                                 "imei,model\n353270040000038,\"Pixel\n353270040000046,x\n"
                                 "353270040000053,y\"\n353270040000061,z\n");
  EXPECT_EQ(Run({"devices", "claim", "--csv", file}), 2) << err();
  EXPECT_THAT(err(), HasSubstr("lines 2 to 4 are one row"));
  EXPECT_THAT(out(), HasSubstr("1  SINGLE_DEVICE_STATUS_SUCCESS"));
}

TEST_F(CliApiTest, ListedDevices_AreAFileForUnclaim) {
  Claim("353270040000079");
  ASSERT_EQ(Run({"devices", "find", "--imei", "353270040000079", "--format", "csv"}), 0) << err();
  const std::string file = Write("devices.csv", out());
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", file}), 0) << err();
}

TEST_F(CliApiTest, CustomersRows_AreSentOneByOne) {
  Claim("353270040000087");
  const std::string customer = sandbox_->first.customer;
  const std::string file = Write("devices.csv", "imei\n353270040000087\n353270040000095\n");
  EXPECT_EQ(
      Run({"devices", "unclaim", "--csv", file, "--as-customer", customer, "--format", "csv"}), 2)
      << err();
  EXPECT_EQ(Row(1).at(1), "SINGLE_DEVICE_STATUS_SUCCESS");
  EXPECT_EQ(Row(2).at(1), "NOT_FOUND");
}

TEST_F(CliApiTest, Operations_AreListedShownCancelledAndDeleted) {
  const std::string file = Write("devices.csv", "imei\n353270040000103\n");
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--async"}), 0) << err();
  const std::string name = out().substr(0, out().find('\n'));
  ASSERT_EQ(Run({"operations", "wait", name}), 0) << err();
  ASSERT_EQ(Run({"operations", "results", name.substr(name.rfind('/') + 1), "--format", "json"}), 0)
      << err();
  EXPECT_THAT(out(), AllOf(HasSubstr("\"perDeviceStatus\": ["), HasSubstr("\"successCount\": 1"),
                           Not(HasSubstr("\"metadata\""))));
  ASSERT_EQ(Run({"operations", "list", "--format", "json"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr(name));
  ASSERT_EQ(Run({"operations", "list"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr(name)) << "names are not cut";
  EXPECT_EQ(Run({"operations", "delete", name}), 0) << err();
  EXPECT_EQ(Run({"operations", "get", name}), 1) << out();
  EXPECT_EQ(Run({"operations", "cancel", name}), 1) << out();
}

TEST_F(CliApiTest, AnyCall_IsSigned) {
  const std::string path = "/v1/partners/" + sandbox_->first.partner;
  ASSERT_EQ(Run({"api", "GET", path + "/customers?pageSize=1"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("nextPageToken"));
  ASSERT_EQ(Run({"api", "get", "/v1/customers/" + sandbox_->first.customer + "/dpcs"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("clouddpc"));
  const std::string body = Write("body.json", R"({"deviceIdentifier":{"imei":"1"},"limit":1})");
  EXPECT_EQ(Run({"api", "POST", path + "/devices:findByIdentifier", "--data", "@" + body}), 1);
  EXPECT_THAT(err(), HasSubstr("INVALID_IMEI"));
  EXPECT_EQ(Run({"api", "GET", "/v1/partners/5/customers"}), 3) << err();
  EXPECT_EQ(Run({"api", "FETCH", "/"}), 1);
}

TEST_F(CliApiTest, WrongUse_SaysWhatToDo) {
  const struct {
    std::vector<std::string> arguments;
    int code;
    const char* text;
  } kCases[] = {
      {{"devices", "claim"}, 1, "--csv FILE"},
      {{"devices", "claim", "--csv", "x", "--imei", "1"}, 1, "either --csv or one device"},
      {{"devices", "unclaim", "--device-id", "5", "--imei", "1"}, 1, "either --device-id"},
      {{"devices", "claim", "--imei", "1", "--section-type", "x"}, 1, "SECTION_TYPE_ZERO_TOUCH"},
      {{"devices", "get", "5"}, 1, "INVALID_DEVICE_ID"},
      {{"devices", "claim", "--imei", "1"}, 2, "INVALID_IMEI"},
      {{"customers", "list", "--partner", "5"}, 3, "Is partner 5 right"},
      {{"configurations", "list", "--as-customer", "5"}, 3, "Is customer 5 right"},
      {{"customers", "list", "--endpoint", "http://127.0.0.1:1", "--timeout", "1s"},
       4,
       "127.0.0.1:1"},
      {{"configurations", "update", "5"}, 1, "nothing to change"},
      {{"configurations", "apply"}, 1, "-f FILE"},
      {{"completion", "tcsh"}, 1, "bash, zsh or fish"},
      {{"customers", "create", "--data", "{"}, 1, "--data"},
      {{"devices", "list", "--limit", "0"}, 1, "positive number"},
      {{"sandbox", "faults", "delete"}, 1, "--all"},
  };
  for (const auto& [arguments, code, text] : kCases) {
    EXPECT_EQ(Run(arguments), code) << err();
    EXPECT_THAT(err(), HasSubstr(text));
    EXPECT_THAT(out(), IsEmpty());
  }
}

TEST_F(CliApiTest, Lint_NamesWhatADeviceWouldIgnore) {
  const std::string good =
      Write("good.json", R"({"android.app.extra.PROVISIONING_LOCALE":"de_DE"})");
  EXPECT_EQ(Run({"configurations", "lint", good}), 0) << err() << out();
  EXPECT_EQ(out(), "no warnings\n");
  const std::string bad = Write("bad.json", R"({"android.app.extra.PROVISIONING_LOCAL":"de_DE"})");
  EXPECT_EQ(Run({"configurations", "lint", bad, "--format", "json"}), 2) << err();
  EXPECT_THAT(out(), HasSubstr("PROVISIONING_LOCAL"));
}

}  // namespace
}  // namespace zerotouch::test
