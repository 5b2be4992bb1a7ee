// SPDX-License-Identifier: Apache-2.0
// Runs the zerotouch program against zerotouchd, as users start them.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "devices_csv/csv.h"
#include "support/cli_process.h"
#include "support/server_process.h"
#include "support/temp_dir.h"
#include "zerotouch/generate.h"

namespace zerotouch::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr char kSuccess[] = "SINGLE_DEVICE_STATUS_SUCCESS";
constexpr char kHeader[] = "modemtype,modemid,serial,model,manufacturer,profiletype,owner";

// A server. Tests that stop it have their own; the others share one.
class Server {
 public:
  explicit Server(std::string items_per_second) : items_per_second_(std::move(items_per_second)) {
    Start("127.0.0.1:0");
  }

  void Start(const std::string& listen) {
    process_ = std::make_unique<ServerProcess>(std::vector<std::string>{
        "sandbox", "--listen", listen, "--data-dir", dir_ / "data", "--log-level", "error",
        "--operation-items-per-second", items_per_second_});
    sandbox_ = ParseSandbox(process_->ready_line());
  }
  // Starts the server again at the same address.
  void Restart() { Start(sandbox_.endpoint.substr(sandbox_.endpoint.rfind('/') + 1)); }
  void Kill() { process_->Kill(); }
  const Sandbox& sandbox() const { return sandbox_; }
  std::string data_dir() const { return dir_ / "data"; }

 private:
  const std::string items_per_second_;
  TempDir dir_;
  std::unique_ptr<ServerProcess> process_;
  Sandbox sandbox_;
};

class CliTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { shared_ = new Server("4000"); }
  static void TearDownTestSuite() {
    delete shared_;
    shared_ = nullptr;
  }

  std::string Write(const std::string& name, const std::string& text) {
    std::ofstream(dir_ / name) << text;
    return dir_ / name;
  }
  // Writes a file of devices that no other test uses.
  std::string Generate(int64_t count, double wrong_percent = 0) {
    static uint64_t seed = 1000;
    const Sandbox::Reseller& reseller = server_->sandbox().first;
    std::string text;
    cli::GenerateCsv(
        {.count = count,
         .owners = {std::stoll(reseller.customer), std::stoll(reseller.second_customer)},
         .seed = ++seed,
         .wrong_percent = wrong_percent},
        [&](const std::string& piece) { text += piece; });
    return Write("devices.csv", text);
  }

  std::vector<std::string> Environment() const {
    return {"ZEROTOUCH_PARTNER=" + server_->sandbox().first.partner,
            "GOOGLE_APPLICATION_CREDENTIALS=" + server_->sandbox().first.credentials};
  }
  std::unique_ptr<CliProcess> Start(const std::vector<std::string>& arguments) {
    return std::make_unique<CliProcess>(arguments, Environment());
  }
  int Run(const std::vector<std::string>& arguments) {
    process_ = Start(arguments);
    return process_->Wait();
  }
  std::string out() const { return process_->out(); }
  std::string err() const { return process_->err(); }

  static std::vector<std::vector<std::string>> Rows(const std::string& csv) {
    std::vector<std::vector<std::string>> rows;
    csv::CsvReader reader(csv);
    csv::CsvRecord record;
    while (reader.Next(record)) rows.push_back(record.fields);
    return rows;
  }
  static std::string Read(const std::string& path) {
    std::ifstream stream(path);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  // Checks that the input columns of the results are the input, row for row.
  void ExpectSameRows(const std::string& input, const std::string& results) {
    auto rows = Rows(results);
    for (auto& row : rows) {
      ASSERT_GE(row.size(), 4u);
      row.resize(row.size() - 4);
    }
    EXPECT_EQ(rows, Rows(input));
  }

  static Server* shared_;
  Server* server_ = shared_;
  TempDir dir_;
  std::unique_ptr<CliProcess> process_;
};

Server* CliTest::shared_ = nullptr;

TEST_F(CliTest, ClaimAndUnclaim_MixedKinds_ReturnAResultForEachRow) {
  const std::string file = Generate(600);
  const std::string results = dir_ / "results.csv";
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--results", results}), 0) << err();
  EXPECT_THAT(out(), HasSubstr(fmt::format("600  {}\n", kSuccess)));
  EXPECT_THAT(err(), AllOf(HasSubstr("600 devices sent, operations/apibatchoperation/"),
                           HasSubstr("100 %"), HasSubstr(results), Not(HasSubstr("\r"))));
  ExpectSameRows(Read(file), Read(results));
  const auto claimed = Rows(Read(results));

  // The results of a claim can be the input of an unclaim.
  ASSERT_EQ(Run({"devices", "unclaim", "--csv", results, "--format", "csv"}), 0) << err();
  ExpectSameRows(Read(file), out());
  const auto unclaimed = Rows(out());
  ASSERT_EQ(unclaimed.size(), claimed.size());
  for (size_t i = 1; i < claimed.size(); ++i) {
    EXPECT_EQ(unclaimed[i], claimed[i]) << "the same devices, in the same order";
  }
  EXPECT_THAT(err(), HasSubstr(fmt::format("600  {}\n", kSuccess)));
}

TEST_F(CliTest, SomeFailures_AreExitCode2) {
  const std::string file = Generate(400, 2);
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--format", "csv"}), 2) << err();
  ExpectSameRows(Read(file), out());
  EXPECT_THAT(err(), HasSubstr("392  SINGLE_DEVICE_STATUS_SUCCESS"));
  EXPECT_THAT(out(), AllOf(HasSubstr(",INVALID_IMEI,"), HasSubstr(",INVALID_CUSTOMER_ID,")));
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", file}), 2) << err();
}

TEST_F(CliTest, BadRows_AreReportedByLine_TheOthersRun) {
  const std::string customer = server_->sandbox().first.customer;
  const std::string file =
      Write("devices.csv", fmt::format("\xef\xbb\xbf{0}\r\n"
                                       "IMEI,490154203237518,,,,ZERO_TOUCH,{1}\r\n"
                                       "GSM,356938035643809,,,,ZERO_TOUCH,{1}\r\n"
                                       "\"IMEI,35\r\n"
                                       "\r\n"
                                       "MEID,A0000012345678,,,,,{1}\r\n"
                                       "IMEI,1,,,,,{1}\r\n"
                                       ",,\"S,1\",Tab,Maker,ZERO_TOUCH,{1}",
                                       kHeader, customer));
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--format", "csv"}), 2) << err();
  EXPECT_THAT(err(), HasSubstr("line 3 is not sent: invalid modemtype: use IMEI or MEID"));
  EXPECT_THAT(err(), HasSubstr("line 4 is not sent: a quotation mark on line 4 is not closed"));
  EXPECT_THAT(err(), HasSubstr("4 devices sent"));
  const auto rows = Rows(out());
  ASSERT_EQ(rows.size(), 7u);
  std::vector<std::string> statuses;
  statuses.reserve(rows.size());
  for (const auto& row : rows) statuses.push_back(row[7]);
  EXPECT_THAT(statuses, ElementsAre("status", kSuccess, "INVALID_ROW", "INVALID_ROW", kSuccess,
                                    "SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER", kSuccess));
  EXPECT_EQ(rows[3][0], "\"IMEI,35") << "the line as it stands";
  EXPECT_EQ(rows[6][2], "S,1");
}

TEST_F(CliTest, Json_HasLinesOperationsAndSummary) {
  const std::string file = Generate(3);
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--format", "json"}), 0) << err();
  EXPECT_THAT(out(), AllOf(StartsWith("{\"devices\":[\n{\"line\":2,\"status\":"),
                           HasSubstr("\"operations\":[\"operations/apibatchoperation/"),
                           EndsWith("\"summary\":{\"SINGLE_DEVICE_STATUS_SUCCESS\":3}}\n")));
}

TEST_F(CliTest, Async_PrintsTheName_AndWaitPrintsTheResults) {
  const std::string file = Generate(800);
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--async"}), 0) << err();
  EXPECT_THAT(out(), StartsWith("operations/apibatchoperation/"));
  const std::string name = out().substr(0, out().find('\n'));
  ASSERT_EQ(Run({"operations", "wait", name, "--format", "csv"}), 0) << err();
  const auto rows = Rows(out());
  const auto input = Rows(Read(file));
  ASSERT_EQ(rows.size(), input.size());
  EXPECT_EQ(std::vector(rows[5].begin(), rows[5].begin() + 9), input[5]);
  ASSERT_EQ(Run({"operations", "get", name, "--format", "json"}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("\"done\": true"));
  ASSERT_EQ(Run({"operations", "get", name}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("800  SINGLE_DEVICE_STATUS_SUCCESS"));
}

TEST_F(CliTest, Timeout_IsExitCode4_AndSaysHowToContinue) {
  const std::string file = Generate(32'000);  // eight seconds' work
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--timeout", "5s", "--format", "csv"}), 4)
      << err();
  const std::string mark = "zerotouch operations wait operations/";
  EXPECT_THAT(err(), HasSubstr(mark));
  EXPECT_THAT(Rows(out())[1], Contains("UNFINISHED"));
  const size_t at = err().find("operations/");
  const std::string name = err().substr(at, err().find_first_of(" \n;", at) - at);
  EXPECT_EQ(Run({"operations", "wait", name, "--timeout", "0.1"}), 4);
  EXPECT_EQ(Run({"operations", "wait", name}), 0) << err();
}

TEST_F(CliTest, Denied_IsExitCode3) {
  const std::string file = Generate(2);
  const Sandbox& sandbox = server_->sandbox();
  EXPECT_EQ(Run({"devices", "claim", "--csv", file, "--partner", sandbox.second.partner}), 3);
  EXPECT_THAT(err(), HasSubstr("Is partner " + sandbox.second.partner + " right"));
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(Run({"devices", "claim", "--csv", file, "--partner", "5"}), 3);

  // A key that the server does not know: one letter of its id differs.
  std::string key = Read(sandbox.first.credentials);
  char& letter = key[key.find("private_key_id") + 19];
  letter = letter == 'a' ? 'b' : 'a';
  const std::string unknown = Write("unknown.json", key);
  EXPECT_EQ(Run({"devices", "claim", "--csv", file, "--credentials", unknown}), 3);
  EXPECT_THAT(err(), AllOf(HasSubstr("refused an access token"),
                           HasSubstr("Is the key file from this server")));
}

TEST_F(CliTest, WrongUse_IsExitCode1_InOneLine) {
  const std::string file = Generate(2);
  const std::string csv = "--csv";
  const struct {
    std::vector<std::string> arguments;
    std::string text;
  } kCases[] = {
      {{}, "subcommand"},
      {{"nope"}, "Unknown command \"nope\"; see zerotouch --help"},
      {{"devices"}, "see zerotouch devices --help"},
      {{"devices", "steal", "--imei", "1"},
       "Unknown command \"steal\"; see zerotouch devices --help"},
      {{"claim", csv, file}, "Unknown command \"claim\"; did you mean \"devices claim\"?"},
      {{"device", "claim"}, "did you mean \"devices\"? see zerotouch --help"},
      {{"devices", "lst"}, "did you mean \"devices list\"? see zerotouch devices --help"},
      {{"sandbox", "fault", "list"}, "did you mean \"sandbox faults\"?"},
      {{"devices", "claim"}, "--csv"},
      {{"devices", "claim", csv, dir_ / "none.csv"}, "none.csv"},
      {{"devices", "claim", csv, dir_.path()}, "Is a directory"},
      {{"devices", "claim", csv, Write("empty.csv", "")}, "is empty"},
      {{"devices", "claim", csv, Write("header.csv", kHeader)}, "no rows"},
      {{"devices", "claim", csv, Write("other.csv", "name,age\nx,1\n")}, "modemtype,modemid"},
      {{"devices", "claim", csv, Write("utf16.csv", "\xff\xfe,")}, "UTF-16"},
      {{"devices", "claim", csv, file, "--partner", "me"}, "Invalid id \"me\""},
      {{"devices", "claim", csv, file, "--timeout", "soon"}, "90s"},
      {{"devices", "claim", csv, file, "--format", "xml"}, "json"},
      {{"devices", "claim", csv, file, "--credentials", dir_ / "none.json"}, "none.json"},
      {{"devices", "claim", csv, file, "--credentials", file}, "service-account key file"},
      {{"devices", "claim", csv, file, "--endpoint", "server"}, "Invalid endpoint \"server\""},
      {{"devices", "claim", csv, file, "--results", "/dev/null/r.csv"}, "--results"},
      {{"devices", "claim", csv, file, "--results", file}, "--results"},
      {{"devices", "claim", csv, file, "--async", "--results", "r.csv"}, "--results"},
      {{"devices", "claim", csv, file, "--endpoint",
        "https" + server_->sandbox().endpoint.substr(4)},
       "(Does the server speak http:// without TLS?)"},
      {{"operations", "wait", "x"}, "operations/"},
      {{"operations", "wait", "operations/apibatchoperation/5"}, "INVALID_OPERATION_ID"},
      {{"csv", "generate", "--count", "5"}, "--owner"},
      {{"devices", "claim", csv, dir_ / "no\x1b[2J\nne"}, "no\\x1b[2J\\nne"},
      {{"devices", "claim", csv, file, "--x\u009b31m\u202e"}, "--x\\u009b31m\\u202e"},
      {{"auth", "token", "--scope", "emm"}, "use reseller, customer or"},
      {{"auth", "token", "--credentials", file}, "service-account key file"},
      {{"env", "--data-dir", dir_ / "none"}, "zerotouchd sandbox --data-dir"},
  };
  for (const auto& [arguments, text] : kCases) {
    EXPECT_EQ(Run(arguments), 1) << err();
    const std::string last = err().substr(err().rfind("zerotouch: ", err().size()));
    EXPECT_THAT(last, HasSubstr(text));
    EXPECT_EQ(std::count(last.begin(), last.end(), '\n'), 1) << last;
    EXPECT_THAT(out(), IsEmpty());
  }
  EXPECT_THAT(Read(file), StartsWith("modemtype")) << "the input is never written";
}

TEST_F(CliTest, AuthToken_IsGoodForCalls_InItsScope) {
  const Sandbox& sandbox = server_->sandbox();
  const std::string url = sandbox.endpoint + "/v1/partners/" + sandbox.first.partner + "/customers";
  ASSERT_EQ(Run({"auth", "token"}), 0) << err();
  EXPECT_THAT(err(), IsEmpty());
  ASSERT_THAT(out(), EndsWith("\n"));
  EXPECT_EQ(CallUrl("GET", url, "", out().substr(0, out().size() - 1)).status, 200);
  ASSERT_EQ(Run({"auth", "token", "--scope", "customer"}), 0) << err();
  EXPECT_EQ(CallUrl("GET", url, "", out().substr(0, out().size() - 1)).status, 403)
      << "the scope is another one";
}

TEST_F(CliTest, AuthToken_DeniedOrUnreachable_IsToldByTheExitCode) {
  const Sandbox& sandbox = server_->sandbox();
  std::string unknown = Read(sandbox.first.credentials);
  std::string elsewhere = unknown;
  char& letter = unknown[unknown.find("private_key_id") + 19];
  letter = letter == 'a' ? 'b' : 'a';
  elsewhere.replace(elsewhere.find(sandbox.endpoint), sandbox.endpoint.size(),
                    "http://127.0.0.1:1");
  EXPECT_EQ(Run({"auth", "token", "--credentials", Write("unknown.json", unknown)}), 3) << err();
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_EQ(Run({"auth", "token", "--credentials", Write("elsewhere.json", elsewhere), "--timeout",
                 "0.5"}),
            4)
      << err();
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(CliTest, Env_IsAllThatACommandNeeds) {
  ASSERT_EQ(Run({"env", "--data-dir", server_->data_dir()}), 0) << err();
  std::vector<std::string> variables;
  std::istringstream lines(out());
  for (std::string line; std::getline(lines, line);) {
    ASSERT_THAT(line, StartsWith("export "));
    variables.push_back(line.substr(7));
  }
  const Sandbox& sandbox = server_->sandbox();
  EXPECT_THAT(variables,
              ElementsAre("ZEROTOUCH_ENDPOINT=" + sandbox.endpoint,
                          "ZEROTOUCH_PARTNER=" + sandbox.first.partner,
                          "ZEROTOUCH_CUSTOMER=" + sandbox.first.customer,
                          "ZEROTOUCH_CREDENTIALS=" + sandbox.first.credentials,
                          "GOOGLE_APPLICATION_CREDENTIALS=" + sandbox.first.credentials));
  const std::string file =
      Write("one.csv", fmt::format("{}\n,,ENV-1,Tab,Maker,ZERO_TOUCH,\n", kHeader));
  CliProcess claim({"devices", "claim", "--csv", file}, variables);
  EXPECT_EQ(claim.Wait(), 0) << claim.err();
}

TEST_F(CliTest, ResultsOfAnOperation_HaveNoFormulas_AndCanBeSentAgain) {
  const std::string customer = server_->sandbox().first.customer;
  const std::string file = Write(
      "devices.csv", fmt::format("{},phonenumber\n,,=2+3,'-Tab,@Maker,ZERO_TOUCH,{},+49 30 1234\n",
                                 kHeader, customer));
  const std::string results = dir_ / "results.csv";
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--results", results}), 0) << err();
  ExpectSameRows(Read(file), Read(results));
  // By its identifiers: an operation echoes what it was sent.
  ASSERT_EQ(Run({"devices", "unclaim", "--csv", file, "--async"}), 0) << err();
  const std::string name = out().substr(0, out().find('\n'));
  ASSERT_EQ(Run({"operations", "wait", name, "--results", results}), 0) << err();
  const auto row = Rows(Read(results)).at(1);
  EXPECT_THAT(row, AllOf(Contains("'=2+3"), Contains("'-Tab"), Contains("'@Maker")));
  ASSERT_EQ(Run({"devices", "claim", "--csv", results, "--customer", customer}), 0) << err();
  EXPECT_EQ(Run({"devices", "unclaim", "--csv", file}), 0) << "the same device: " << err();
}

TEST_F(CliTest, NoCredentials_SaysHowToGiveThem) {
  CliProcess process({"devices", "claim", "--csv", Generate(1), "--partner", "5"});
  EXPECT_EQ(process.Wait(), 1);
  EXPECT_THAT(process.err(), HasSubstr("GOOGLE_APPLICATION_CREDENTIALS"));
}

TEST_F(CliTest, Flags_OverrideVariables) {
  const Sandbox& sandbox = server_->sandbox();
  CliProcess process({"devices", "claim", "--csv", Generate(1), "--partner", sandbox.first.partner,
                      "--credentials", sandbox.first.credentials, "--format", "json"},
                     {"ZEROTOUCH_PARTNER=5", "ZEROTOUCH_CREDENTIALS=/nonexistent",
                      "GOOGLE_APPLICATION_CREDENTIALS=/nonexistent", "ZEROTOUCH_FORMAT=csv"});
  EXPECT_EQ(process.Wait(), 0) << process.err();
  EXPECT_THAT(process.out(), StartsWith("{"));
}

TEST_F(CliTest, Interrupt_PrintsTheOperation_WhichContinues) {
  const std::string file = Generate(4000);
  const auto process = Start({"devices", "claim", "--csv", file});
  ASSERT_TRUE(process->WaitForError("devices sent")) << process->err();
  ASSERT_TRUE(process->WaitForError(" of 4,000")) << process->err();
  process->Signal(SIGINT);
  EXPECT_EQ(process->Wait(), 128 + SIGINT);
  const std::string mark = "zerotouch operations wait ";
  ASSERT_THAT(process->err(), HasSubstr(mark));
  const size_t at = process->err().find(mark) + mark.size();
  const std::string name = process->err().substr(at, process->err().find(' ', at) - at);
  EXPECT_EQ(Run({"operations", "wait", name}), 0) << err();
  EXPECT_THAT(out(), HasSubstr("4,000  SINGLE_DEVICE_STATUS_SUCCESS"));
}

TEST_F(CliTest, KilledClient_DoesNotStopTheBatch) {
  const auto process = Start({"devices", "claim", "--csv", Generate(2000)});
  ASSERT_TRUE(process->WaitForError("devices sent, ")) << process->err();
  const size_t at = process->err().find("operations/");
  const std::string name = process->err().substr(at, process->err().find('\n', at) - at);
  process->Signal(SIGKILL);
  EXPECT_EQ(process->Wait(), -SIGKILL);
  EXPECT_EQ(Run({"operations", "wait", name}), 0) << err();
}

TEST_F(CliTest, KilledServer_IsWaitedFor) {
  Server own("500");
  server_ = &own;
  const std::string file = Generate(1500);
  const auto process = Start({"devices", "claim", "--csv", file, "--format", "csv"});
  ASSERT_TRUE(process->WaitForError("devices sent")) << process->err();
  own.Kill();
  ASSERT_TRUE(process->WaitForError("retrying")) << process->err();
  own.Restart();
  EXPECT_EQ(process->Wait(), 0) << process->err();
  ExpectSameRows(Read(file), process->out());
  EXPECT_THAT(process->err(), HasSubstr("1,500  SINGLE_DEVICE_STATUS_SUCCESS"));
}

TEST_F(CliTest, StoppedServer_IsWaitedForBeforeSending) {
  Server own("0");
  server_ = &own;
  const std::string file = Generate(50);
  own.Kill();
  const auto process = Start({"devices", "unclaim", "--csv", file});
  ASSERT_TRUE(process->WaitForError("retrying")) << process->err();
  own.Restart();
  EXPECT_EQ(process->Wait(), 2) << "nothing was claimed: " << process->err();
}

TEST_F(CliTest, FileLargerThanABatch_IsSentInOrder) {
  const std::string file = Generate(700);
  const std::string results = dir_ / "results.csv";
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--batch-size", "300", "--results", results}),
            0)
      << err();
  EXPECT_THAT(err(), AllOf(HasSubstr("300 devices sent"), HasSubstr("100 devices sent")));
  EXPECT_THAT(out(), HasSubstr("700  SINGLE_DEVICE_STATUS_SUCCESS"));
  ExpectSameRows(Read(file), Read(results));
}

TEST_F(CliTest, TimeoutBetweenBatches_KeepsEveryRowInTheResults) {
  // The first batch takes 3.5 s at the server's pace, and the second is not done in time.
  const std::string file = Generate(40'000);
  ASSERT_EQ(Run({"devices", "claim", "--csv", file, "--batch-size", "14000", "--timeout", "6s",
                 "--format", "csv"}),
            4)
      << err();
  ExpectSameRows(Read(file), out());
  EXPECT_THAT(out(), HasSubstr(",UNFINISHED,,,see operations/"));
  EXPECT_THAT(Rows(out()).back(), Contains("NOT_SENT"));
}

}  // namespace
}  // namespace zerotouch::test
