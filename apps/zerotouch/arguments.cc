// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/arguments.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/status_text.h"
#include "terminal/typed_text.h"
#include "zerotouch/auth_token.h"
#include "zerotouch/devices.h"
#include "zerotouch/exit_code.h"
#include "zerotouch/generate.h"
#include "zerotouch/operations.h"
#include "zerotouch/sandbox_env.h"

namespace zerotouch::cli {
namespace {

constexpr char kAbout[] =
    "Claims and unclaims devices for zero-touch enrolment through the Android Device Provisioning\n"
    "Partner API v1, on an OpenZeroTouch server or on Google's.\n"
    "\n"
    "  zerotouch devices claim --csv devices.csv --partner PARTNER --credentials KEY.json\n"
    "  zerotouch devices unclaim --csv devices.csv --results results.csv\n"
    "\n"
    "With a running zerotouchd sandbox:\n"
    "  eval \"$(zerotouch env)\"\n"
    "  zerotouch csv generate --count 1000 --owner $ZEROTOUCH_CUSTOMER >devices.csv\n"
    "  zerotouch devices claim --csv devices.csv";

constexpr char kExitCodes[] =
    "Exit codes: 0 success; 1 wrong arguments or files, or an error before anything was sent;\n"
    "2 some devices or rows failed; 3 denied (HTTP 401 or 403); 4 timeout, or the server was "
    "lost.\n";

constexpr char kFile[] =
    "The first row of the file names the columns, in any order. They are those of the zero-touch\n"
    "portal: modemtype (IMEI or MEID), modemid, serial, model, manufacturer, profiletype\n"
    "(ZERO_TOUCH) and owner (a customer id). Further columns: modemtype2 and modemid2 for a\n"
    "second modem; phonenumber and ordernumber as metadata of a claim.\n"
    "A device needs a modemid, or a serial, model and manufacturer.\n"
    "An invalid row is reported with its line number, and the other rows are sent. A file of more\n"
    "than 100,000 rows is sent as several operations, one after the other. Results are the rows\n"
    "of the file with the columns status, deviceId, errorIdentifier and errorMessage added.\n"
    "Progress and errors go to standard error.\n";

constexpr char kTokenExample[] =
    "Example:\n"
    "  curl -H \"Authorization: Bearer $(zerotouch auth token)\" \\\n"
    "    $ZEROTOUCH_ENDPOINT/v1/partners/$ZEROTOUCH_PARTNER/customers\n"
    "The token is valid for one hour. Anyone who has it can act for the account.\n";

constexpr char kEnvExample[] =
    "Example:\n"
    "  zerotouchd sandbox &\n"
    "  eval \"$(zerotouch env)\"\n"
    "Sets ZEROTOUCH_ENDPOINT, ZEROTOUCH_PARTNER, ZEROTOUCH_CUSTOMER, ZEROTOUCH_CREDENTIALS and\n"
    "GOOGLE_APPLICATION_CREDENTIALS for the first reseller and its first customer.\n";

// The arguments of one command. Every command has its own copy,
// because CLI11 reads environment variables for all commands, not only for the
// one that runs.
struct Arguments {
  ConnectionFlags connection;
  DevicesFlags devices;
  OperationFlags operation;
  GenerateOptions generate;
  Format format = Format::kTable;
  std::string results;
  std::string scope = "reseller";
  std::string data_dir = "zerotouch-sandbox";
};
using ArgumentsPtr = std::shared_ptr<Arguments>;

// Returns arguments that hold what other programs' variables say.
ArgumentsPtr DefaultArguments() {
  auto arguments = std::make_shared<Arguments>();
  if (const char* file = std::getenv("GOOGLE_APPLICATION_CREDENTIALS")) {
    arguments->connection.credentials = file;
  }
  if (const char* file = std::getenv("SSL_CERT_FILE")) arguments->connection.ca_certificate = file;
  return arguments;
}

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
  throw CLI::ValidationError("--format", "use table, json or csv");
}

// Accepts the id of a company.
CLI::Validator IsId() {
  return {[](std::string& text) {
            int64_t id = 0;
            const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), id);
            const bool is_id = error == std::errc() && stop == text.data() + text.size() && id > 0;
            return is_id ? std::string()
                         : fmt::format("Invalid id \"{}\": use a positive number", text);
          },
          ""};
}

void AddKey(CLI::App& app, ConnectionFlags& flags) {
  app.add_option("--credentials", flags.credentials,
                 "JSON key file of a service account (default: GOOGLE_APPLICATION_CREDENTIALS)")
      ->envname("ZEROTOUCH_CREDENTIALS")
      ->type_name("FILE");
  app.add_option("--ca-certificate", flags.ca_certificate,
                 "PEM file of the CA to trust instead of the system's (default: SSL_CERT_FILE)")
      ->envname("ZEROTOUCH_CA_CERTIFICATE")
      ->type_name("FILE");
  app.add_option_function<std::string>(
         "--timeout",
         [&flags](const std::string& text) {
           const std::optional<absl::Duration> timeout = ParseTimeout(text);
           if (!timeout) {
             throw CLI::ValidationError("--timeout", "use a duration such as 90s, 10m or 1h30m");
           }
           flags.timeout = *timeout;
         },
         "Stop after this time, such as 90s, 10m or 1h30m (default: none)")
      ->type_name("TIME");
}

void AddConnection(CLI::App& app, ConnectionFlags& flags) {
  app.add_option("--endpoint", flags.endpoint,
                 "Root URL of the API, such as http://127.0.0.1:8080 (default: from the key file)")
      ->envname("ZEROTOUCH_ENDPOINT")
      ->type_name("URL");
  AddKey(app, flags);
}

void AddOutput(CLI::App& app, Arguments& arguments) {
  app.add_option_function<std::string>(
         "--format",
         [&arguments](const std::string& text) { arguments.format = ParseFormat(text); },
         "Format of standard output (default: table)")
      ->envname("ZEROTOUCH_FORMAT")
      ->type_name("table|json|csv");
  app.add_option("--results", arguments.results,
                 "Also write the result of each device to this CSV file")
      ->type_name("FILE");
}

void AddDevices(CLI::App& parent, Action action, int& code) {
  const ArgumentsPtr arguments = DefaultArguments();
  CLI::App* const app = parent.add_subcommand(
      std::string(NameOf(action)), action == Action::kClaim
                                       ? "Claim the devices of a CSV file for their owners"
                                       : "Remove the devices of a CSV file from zero-touch "
                                         "enrolment");
  app->footer(fmt::format("{}{}", kFile, kExitCodes));
  DevicesFlags& flags = arguments->devices;
  app->add_option("--csv", flags.csv, "CSV file of devices")->required()->type_name("FILE");
  app->add_flag("--allow-multiline", flags.multiline,
                "Accept rows with line breaks in quoted fields");
  app->add_option("--partner", flags.partner, "Your reseller id, as shown in the portal")
      ->required()
      ->envname("ZEROTOUCH_PARTNER")
      ->check(IsId())
      ->type_name("ID");
  if (action == Action::kClaim) {
    app->add_option("--customer", flags.customer, "Customer id for rows without an owner")
        ->envname("ZEROTOUCH_CUSTOMER")
        ->check(IsId())
        ->type_name("ID");
  }
  app->add_option("--batch-size", flags.batch_items,
                  "Maximum number of devices in one operation (default: 100000)")
      ->check(CLI::Range(1, limits::kBatchItems).description(""))
      ->type_name("N");
  CLI::Option* const async = app->add_flag(
      "--async", flags.async, "Do not wait: print the name of each operation and exit");
  AddOutput(*app, *arguments);
  app->get_option("--results")->excludes(async);
  AddConnection(*app, arguments->connection);
  app->callback([arguments, &code, action] {
    arguments->devices.connection = arguments->connection;
    arguments->devices.format = arguments->format;
    arguments->devices.results = arguments->results;
    code = RunDevices(action, arguments->devices);
  });
}

void AddOperation(CLI::App& parent, const char* name, const char* help, int& code,
                  ExitCode (*run)(const OperationFlags&)) {
  const ArgumentsPtr arguments = DefaultArguments();
  CLI::App* const app = parent.add_subcommand(name, help);
  app->add_option("name", arguments->operation.name,
                  "Name of the operation, such as operations/apibatchoperation/123")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& text) {
            return text.starts_with("operations/")
                       ? std::string()
                       : fmt::format(
                             "Invalid operation name \"{}\": it must begin with operations/", text);
          },
          "", ""))
      ->type_name("NAME");
  AddOutput(*app, *arguments);
  AddConnection(*app, arguments->connection);
  app->callback([arguments, &code, run] {
    arguments->operation.connection = arguments->connection;
    arguments->operation.format = arguments->format;
    arguments->operation.results = arguments->results;
    code = run(arguments->operation);
  });
}

void AddToken(CLI::App& parent, int& code) {
  const ArgumentsPtr arguments = DefaultArguments();
  CLI::App* const app =
      parent.add_subcommand("token", "Print an access token for the account of a key file");
  app->footer(kTokenExample);
  app->add_option("--scope", arguments->scope,
                  "Scope of the token: reseller, customer or a URL (default: reseller)")
      ->type_name("SCOPE");
  AddKey(*app, arguments->connection);
  app->callback([arguments, &code] {
    const absl::StatusOr<std::string> scope = ScopeOf(arguments->scope);
    if (!scope.ok()) {
      throw CLI::ValidationError("--scope", std::string(MessageOf(scope.status())));
    }
    code = RunToken({.connection = arguments->connection, .scope = *scope});
  });
}

void AddEnv(CLI::App& parent, int& code) {
  const ArgumentsPtr arguments = DefaultArguments();
  CLI::App* const app = parent.add_subcommand(
      "env", "Print export lines that point this program and Google's clients to a sandbox");
  app->footer(kEnvExample);
  app->add_option("--data-dir", arguments->data_dir,
                  "Folder of the sandbox (default: zerotouch-sandbox)")
      ->type_name("DIR");
  app->callback([arguments, &code] { code = RunEnv(arguments->data_dir); });
}

void AddGenerate(CLI::App& parent, int& code) {
  const ArgumentsPtr arguments = DefaultArguments();
  CLI::App* const app = parent.add_subcommand(
      "generate",
      "Print a CSV file of invented devices: phones by IMEI or MEID, tablets by serial");
  GenerateOptions& options = arguments->generate;
  app->add_option("--count", options.count, "Number of devices, 1 to 1000000 (default: 100)")
      ->check(CLI::Range(int64_t{1}, kGeneratedRows).description(""))
      ->type_name("N");
  app->add_option("--owner", options.owners, "Customer ids of the owners, separated by commas")
      ->required()
      ->check(IsId())
      ->delimiter(',')
      ->type_name("ID,...");
  app->add_option("--seed", options.seed, "Seed: the same seed gives the same file (default: 1)")
      ->type_name("N");
  app->add_option("--wrong", options.wrong_percent,
                  "Percentage of rows that the server must reject, 0 to 100 (default: 1)")
      ->check(CLI::Range(0.0, 100.0).description(""))
      ->type_name("PERCENT");
  app->callback([arguments, &code] {
    bool is_written = true;
    const int64_t wrong = GenerateCsv(arguments->generate, [&](const std::string& piece) {
      is_written &= std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size();
    });
    is_written &= std::fflush(stdout) == 0;
    if (!is_written) PrintError("cannot write to standard output");
    fmt::print(stderr, "{} devices, {} of them wrong on purpose\n", arguments->generate.count,
               wrong);
    code = is_written ? kDone : kUsage;
  });
}

void AddCommands(CLI::App& app, int& code) {
  CLI::App* const devices = app.add_subcommand("devices", "Claim and unclaim devices in batches");
  devices->require_subcommand(1);
  AddDevices(*devices, Action::kClaim, code);
  AddDevices(*devices, Action::kUnclaim, code);
  CLI::App* const operations =
      app.add_subcommand("operations", "Follow the batches that the server processes");
  operations->require_subcommand(1);
  AddOperation(*operations, "get",
               "Show the progress of an operation, or its results if it is done", code, RunGet);
  AddOperation(*operations, "wait", "Wait for an operation and show its results", code, RunWait);
  CLI::App* const auth = app.add_subcommand("auth", "Access tokens, for curl and other clients");
  auth->require_subcommand(1);
  AddToken(*auth, code);
  AddEnv(app, code);
  CLI::App* const csv = app.add_subcommand("csv", "Files of devices");
  csv->require_subcommand(1);
  AddGenerate(*csv, code);
}

}  // namespace

int RunCommandLine(int argc, char** argv) {
  CLI::App app(kAbout, "zerotouch");
  app.set_version_flag("--version", ZEROTOUCH_VERSION);
  app.require_subcommand(1);
  app.footer(kExitCodes);
  int code = kDone;
  AddCommands(app, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {  // CLI11 reports by throwing
    if (error.get_exit_code() == 0) return app.exit(error);
    PrintError(fmt::format("{}; see zerotouch --help", terminal::WithoutPasswords(error.what())));
    return kUsage;
  }
  return code;
}

}  // namespace zerotouch::cli
