// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "zerotouch/devices.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/generate.h"
#include "zerotouch/operations.h"

namespace zerotouch::cli {
namespace {

constexpr char kAbout[] =
    "Claims and unclaims devices for zero-touch enrolment, over the Android Device Provisioning\n"
    "Partner API v1 of an OpenZeroTouch server or of Google.\n"
    "\n"
    "  zerotouch csv generate --count 1000 --owner CUSTOMER >devices.csv\n"
    "  zerotouch devices claim --csv devices.csv --partner PARTNER --credentials KEY.json\n"
    "  zerotouch devices unclaim --csv devices.csv --results results.csv";

constexpr char kFooter[] =
    "Exit codes: 0 all done; 1 wrong arguments or files, or any error before something was sent;\n"
    "2 some devices or rows failed; 3 denied (HTTP 401 or 403); 4 timed out, or the server was "
    "lost.\n";

constexpr char kFile[] =
    "The file's first row names its columns, in any order: modemtype (IMEI or MEID), modemid,\n"
    "serial, model, manufacturer, profiletype (ZERO_TOUCH), owner (the customer's id), as in the\n"
    "zero-touch portal; modemtype2 and modemid2 for a second modem; phonenumber and ordernumber\n"
    "as metadata of claims. A device needs a modem id, or serial, model and manufacturer.\n"
    "A row that is wrong is named by its line; the others go on. Files of more than 100,000 rows\n"
    "are sent in several operations, in order. Results are the rows with the columns status, "
    "deviceId,\n"
    "errorIdentifier and errorMessage. Progress and errors go to standard error.\n";

// What the command line says of one command. Each has its own: variables of the
// environment are read for all commands, also for those that are not run.
struct Arguments {
  ConnectionFlags connection;
  DevicesFlags devices;
  OperationFlags operation;
  GenerateOptions generate;
  Format format = Format::kTable;
  std::string results;
};

std::optional<absl::Duration> ParseTimeout(const std::string& text) {
  double seconds = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  absl::Duration duration;
  if (error == std::errc() && stop == text.data() + text.size()) {
    duration = absl::Seconds(seconds);
  } else if (!absl::ParseDuration(text, &duration)) {
    return std::nullopt;
  }
  if (duration <= absl::ZeroDuration()) return std::nullopt;
  return duration;
}

Format ParseFormat(const std::string& text) {
  if (text == "table") return Format::kTable;
  if (text == "json") return Format::kJson;
  if (text == "csv") return Format::kCsv;
  throw CLI::ValidationError("--format", "write table, json or csv");
}

// The id of a company.
CLI::Validator IsId() {
  return {[](std::string& text) {
            int64_t id = 0;
            const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
            const bool is_id = error == std::errc() && stop == text.data() + text.size() && id > 0;
            return is_id ? std::string() : fmt::format("{} is not an id; ids are numbers", text);
          },
          ""};
}

void AddConnection(CLI::App& app, ConnectionFlags& flags) {
  app.add_option("--endpoint", flags.endpoint,
                 "Root URL of the API. Default: Google's, or the server that the key file is of")
      ->envname("ZEROTOUCH_ENDPOINT")
      ->type_name("URL");
  app.add_option("--credentials", flags.credentials,
                 "A service account's JSON key file; also GOOGLE_APPLICATION_CREDENTIALS")
      ->envname("ZEROTOUCH_CREDENTIALS")
      ->type_name("FILE");
  app.add_option("--ca-certificate", flags.ca_certificate,
                 "Trust servers by this CA certificate, as PEM, not by those of the system; also\n"
                 "SSL_CERT_FILE")
      ->envname("ZEROTOUCH_CA_CERTIFICATE")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--timeout",
         [&flags](const std::string& text) {
           const std::optional<absl::Duration> timeout = ParseTimeout(text);
           if (!timeout) {
             throw CLI::ValidationError("--timeout", "write a time as 90s, 10m or 1h30m");
           }
           flags.timeout = *timeout;
         },
         "End after so long, as 90s, 10m or 1h30m; what was sent goes on at the server")
      ->type_name("TIME");
}

void AddOutput(CLI::App& app, Arguments& arguments) {
  app.add_option_function<std::string>(
         "--format",
         [&arguments](const std::string& text) { arguments.format = ParseFormat(text); },
         "What goes to standard output (default table)")
      ->envname("ZEROTOUCH_FORMAT")
      ->type_name("table|json|csv");
  app.add_option("--results", arguments.results,
                 "Also write the result of each device here, as CSV")
      ->type_name("FILE");
}

void AddDevices(CLI::App& parent, Action action, Arguments& arguments, int& code) {
  CLI::App* const app = parent.add_subcommand(
      std::string(NameOf(action)),
      action == Action::kClaim ? "Claim the devices of a CSV file for their owners"
                               : "Take the devices of a CSV file out of zero-touch enrolment");
  app->footer(kFile);
  DevicesFlags& flags = arguments.devices;
  app->add_option("--csv", flags.csv, "The file of devices")->required()->type_name("FILE");
  app->add_option("--partner", flags.partner, "Your reseller id, as the portal shows it")
      ->required()
      ->envname("ZEROTOUCH_PARTNER")
      ->check(IsId())
      ->type_name("ID");
  if (action == Action::kClaim) {
    app->add_option("--customer", flags.customer, "The owner of rows that name none")
        ->envname("ZEROTOUCH_CUSTOMER")
        ->check(IsId())
        ->type_name("ID");
  }
  app->add_option("--batch-size", flags.batch_items,
                  "Devices in one operation at most (default 100000)")
      ->check(CLI::Range(1, limits::kBatchItems).description(""))
      ->type_name("N");
  CLI::Option* const async = app->add_flag("--async", flags.async,
                                           "Do not wait: print the name of each operation and end");
  AddOutput(*app, arguments);
  app->get_option("--results")->excludes(async);
  AddConnection(*app, arguments.connection);
  app->callback([&arguments, &code, action] {
    arguments.devices.connection = arguments.connection;
    arguments.devices.format = arguments.format;
    arguments.devices.results = arguments.results;
    code = RunDevices(action, arguments.devices);
  });
}

void AddOperation(CLI::App& parent, const char* name, const char* help, Arguments& arguments,
                  int& code, ExitCode (*run)(const OperationFlags&)) {
  CLI::App* const app = parent.add_subcommand(name, help);
  app->add_option("name", arguments.operation.name, "The operation, as operations/...")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text.starts_with("operations/") ? std::string()
                                                   : "an operation's name begins with operations/";
          },
          "", ""))
      ->type_name("NAME");
  AddOutput(*app, arguments);
  AddConnection(*app, arguments.connection);
  app->callback([&arguments, &code, run] {
    arguments.operation.connection = arguments.connection;
    arguments.operation.format = arguments.format;
    arguments.operation.results = arguments.results;
    code = run(arguments.operation);
  });
}

void AddGenerate(CLI::App& parent, Arguments& arguments, int& code) {
  CLI::App* const app = parent.add_subcommand(
      "generate",
      "Print devices to try things with: phones by IMEI, dual-SIM phones, phones by\n"
      "MEID in hexadecimal and decimal, tablets by serial number");
  GenerateOptions& options = arguments.generate;
  app->add_option("--count", options.count, "How many (default 100)")
      ->check(CLI::Range(int64_t{1}, kGeneratedRows).description(""))
      ->type_name("N");
  app->add_option("--owner", options.owners, "The customers that own them")
      ->required()
      ->check(IsId())
      ->delimiter(',')
      ->type_name("ID,...");
  app->add_option("--seed", options.seed, "The same seed gives the same file (default 1)")
      ->type_name("N");
  app->add_option("--wrong", options.wrong_percent,
                  "Per cent of the rows that are wrong on purpose: a bad check digit or MEID, a\n"
                  "serial number without a model, an owner that does not exist (default 1)")
      ->check(CLI::Range(0.0, 100.0).description(""))
      ->type_name("PERCENT");
  app->callback([&options, &code] {
    bool is_written = true;
    const int64_t wrong = GenerateCsv(options, [&](const std::string& piece) {
      is_written &= std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
    });
    is_written &= std::fflush(stdout) == 0;
    if (!is_written) PrintError("cannot write to standard output");
    fmt::print(stderr, "{} devices, {} of them wrong on purpose\n", options.count, wrong);
    code = is_written ? kDone : kUsage;
  });
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app(kAbout, "zerotouch");
  app.set_version_flag("--version", ZEROTOUCH_VERSION);
  app.require_subcommand(1);
  app.footer(kFooter);
  Arguments defaults;
  if (const char* file = std::getenv("GOOGLE_APPLICATION_CREDENTIALS")) {
    defaults.connection.credentials = file;
  }
  if (const char* file = std::getenv("SSL_CERT_FILE")) defaults.connection.ca_certificate = file;
  std::vector<Arguments> of(5, defaults);
  int code = kDone;
  CLI::App* const devices = app.add_subcommand("devices", "Claim and unclaim devices in batches");
  devices->require_subcommand(1);
  AddDevices(*devices, Action::kClaim, of[0], code);
  AddDevices(*devices, Action::kUnclaim, of[1], code);
  CLI::App* const operations = app.add_subcommand("operations", "Batches that the server works on");
  operations->require_subcommand(1);
  AddOperation(*operations, "get", "Show how far an operation is, and its results when it is done",
               of[2], code, RunGet);
  AddOperation(*operations, "wait", "Wait for an operation, and show its results", of[3], code,
               RunWait);
  CLI::App* const csv = app.add_subcommand("csv", "Files of devices");
  csv->require_subcommand(1);
  AddGenerate(*csv, of[4], code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 reports by throwing
    if (error.get_exit_code() == 0) return app.exit(error);
    PrintError(fmt::format("{}; see zerotouch --help", error.what()));
    return kUsage;
  }
  return code;
}

}  // namespace zerotouch::cli
