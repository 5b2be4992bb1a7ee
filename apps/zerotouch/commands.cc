// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/api_call.h"
#include "zerotouch/auth_token.h"
#include "zerotouch/command.h"
#include "zerotouch/completion.h"
#include "zerotouch/generate.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/rest_call.h"
#include "zerotouch/sandbox_commands.h"
#include "zerotouch/sandbox_env.h"
#include "zerotouch/shared_flags.h"

namespace zerotouch::cli {
namespace {

using Kind = Flag::Kind;

std::vector<Command> CompanyCommands() {
  return {
      {.group = "customers",
       .verb = "create",
       .about = "Create a customer of a reseller",
       .example = "Example:\n  zerotouch customers create --company-name \"XYZ Corp\" "
                  "--owner-emails alice@example.com\n",
       .run = RunMethod,
       .side = Side::kPartner,
       .flags = {{"company-name", "TEXT", "Name of the company", "company_name"},
                 {"owner-emails", "EMAIL,...", "Addresses of its owners", "owner_emails",
                  Kind::kList},
                 {"admin-emails", "EMAIL,...", "Addresses of its administrators", "admin_emails",
                  Kind::kList},
                 {"language-code", "CODE", "Language of its mails, such as de", "language_code"},
                 Data()},
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService.CreateCustomer",
                  .body = "customer"}},
      {.group = "customers",
       .verb = "list",
       .about = "List the customers of a reseller, or of this account",
       .example = "Examples:\n  zerotouch customers list\n"
                  "  zerotouch customers list --mine --credentials customer.json\n"
                  "--as-customer and --mine list the customers that the account may act for.\n",
       .run = RunMethod,
       .side = Side::kEither,
       .flags = {{"mine", "", "List the customers that this account may act for", "",
                  Kind::kSwitch},
                 Limit()},
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService.ListCustomers",
                  .page = 1000},
       .customer_method =
           {.rpc = "google.android.device.provisioning.v1.CustomerService.ListCustomers",
            .page = 100}},
  };
}

std::vector<Command> OtherCompanyCommands() {
  return {
      {.group = "vendors",
       .verb = "list",
       .about = "List the vendors of a reseller",
       .example = "Example:\n  zerotouch vendors list --format csv\n",
       .run = RunMethod,
       .side = Side::kPartner,
       .flags = {Limit()},
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService.ListVendors",
                  .page = 1000}},
      {.group = "vendors",
       .verb = "customers",
       .about = "List the customers of a vendor",
       .example = "Example:\n  zerotouch vendors customers 20000001\n",
       .run = RunMethod,
       .side = Side::kPartner,
       .flags = {Limit()},
       .positional = "VENDOR",
       .positional_help = "Id of the vendor, or its name: partners/P/vendors/V",
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService.ListVendorCustomers",
                  .collection = "vendors",
                  .page = 1000}},
      {.group = "dpcs",
       .verb = "list",
       .about = "List the device policy controllers that a customer may use",
       .example = "Example:\n  zerotouch dpcs list --as-customer 1520371398\n",
       .run = RunMethod,
       .side = Side::kCustomer,
       .flags = {Limit()},
       .method = {.rpc = "google.android.device.provisioning.v1.CustomerService.ListDpcs"}},
  };
}

constexpr std::string_view kOperationName =
    "Name of the operation, such as operations/apibatchoperation/123, or its number";

std::vector<Command> OperationReadCommands() {
  return {
      {.group = "operations",
       .verb = "list",
       .about = "List the operations of a reseller",
       .example = "Example:\n  zerotouch operations list --limit 5\n"
                  "Google's API has no such method.\n",
       .run = RunOperationMethod,
       .flags = {{"filter", "TEXT", "Filter, such as done=false", "filter"}, Limit()},
       .method = {.rpc = "google.longrunning.Operations.ListOperations", .page = 1000}},
      {.group = "operations",
       .verb = "get",
       .about = "Show the progress, or the results, of an operation",
       .example = "Example:\n  zerotouch operations get operations/apibatchoperation/123\n",
       .run = RunOperationGet,
       .flags = {Results()},
       .positional = "NAME",
       .positional_help = kOperationName},
      {.group = "operations",
       .verb = "wait",
       .about = "Wait for an operation and show its results",
       .example = "Example:\n  zerotouch operations wait operations/apibatchoperation/123\n",
       .run = RunOperationWait,
       .flags = {Results()},
       .positional = "NAME",
       .positional_help = kOperationName},
      {.group = "operations",
       .verb = "results",
       .about = "Show the results of an operation that is done",
       .example = "Example:\n"
                  "  zerotouch operations results operations/apibatchoperation/123 --format csv\n",
       .run = RunOperationResults,
       .flags = {Results()},
       .positional = "NAME",
       .positional_help = kOperationName},
  };
}

std::vector<Command> OperationChangeCommands() {
  return {
      {.group = "operations",
       .verb = "cancel",
       .about = "Cancel an operation; devices that are done stay done",
       .example = "Example:\n  zerotouch operations cancel operations/apibatchoperation/123\n",
       .run = RunOperationMethod,
       .positional = "NAME",
       .positional_help = kOperationName,
       .method = {.rpc = "google.longrunning.Operations.CancelOperation"}},
      {.group = "operations",
       .verb = "undo",
       .about = "Take back a finished claim or unclaim operation",
       .example = "Example:\n  zerotouch operations undo operations/apibatchoperation/123\n"
                  "Google's API has no such method.\n",
       .run = RunOperationUndo,
       .flags = {Results(),
                 {"async", "", "Do not wait: print the name of the new operation and exit", "",
                  Kind::kSwitch}},
       .positional = "NAME",
       .positional_help = kOperationName,
       .rest = {.http = "POST",
                .path = "/openzerotouch/v1/operations/apibatchoperation/{id}:undo"}},
      {.group = "operations",
       .verb = "delete",
       .about = "Delete a finished operation and its results",
       .example = "Example:\n  zerotouch operations delete operations/apibatchoperation/123\n",
       .run = RunOperationMethod,
       .positional = "NAME",
       .positional_help = kOperationName,
       .method = {.rpc = "google.longrunning.Operations.DeleteOperation"}},
  };
}

std::vector<Command> RawCommands() {
  return {
      {.group = "auth",
       .verb = "token",
       .about = "Print an access token for the account of a key file",
       .example = "Example:\n"
                  "  curl -H \"Authorization: Bearer $(zerotouch auth token)\" \\\n"
                  "    $ZEROTOUCH_ENDPOINT/v1/partners/$ZEROTOUCH_PARTNER/customers\n"
                  "The token is valid for one hour. Anyone who has it can act for the account.\n",
       .run = RunToken,
       .flags = {{"scope", "SCOPE",
                  "Scope of the token: reseller, customer or a URL (default: reseller)"}},
       .has_format = false},
      {.group = "",
       .verb = "api",
       .about = "Make any call, signed, and print the answer",
       .example =
           "Examples:\n"
           "  zerotouch api GET /v1/partners/11/customers\n"
           "  zerotouch api POST /v1/partners/11/devices:findByIdentifier \\\n"
           "    --data '{\"deviceIdentifier\":{\"imei\":\"490154203237518\"},\"limit\":10}'\n"
           "Prints the answer as it came. The scope of the token is the customer's for paths\n"
           "of customers, else the reseller's. Paths of /sandbox are not signed.\n",
       .run = RunApiCall,
       .flags = {{"data", "JSON", "Body of the request; @FILE and - are read"},
                 {"scope", "SCOPE", "reseller, customer or a URL (default: by the path)"}},
       .positional = "METHOD PATH",
       .positional_help = "HTTP method, and path with the query",
       .has_format = false},
  };
}

std::vector<Command> ToolCommands() {
  return {
      {.group = "",
       .verb = "env",
       .about = "Print export lines for a running sandbox",
       .example =
           "Example:\n"
           "  zerotouchd sandbox &\n"
           "  eval \"$(zerotouch env)\"\n"
           "Sets ZEROTOUCH_ENDPOINT, ZEROTOUCH_PARTNER, ZEROTOUCH_CUSTOMER,\n"
           "ZEROTOUCH_CREDENTIALS and GOOGLE_APPLICATION_CREDENTIALS for the first reseller\n"
           "and its first customer. With --as-customer, the credentials are that customer's.\n",
       .run = RunEnv,
       .flags = {{"data-dir", "DIR", "Folder of the sandbox (default: zerotouch-sandbox)"},
                 {"as-customer", "ID", "Set the credentials of this customer"}},
       .has_format = false,
       .has_connection = false},
      {.group = "csv",
       .verb = "generate",
       .about = "Print a CSV file of invented devices",
       .example =
           "Example:\n"
           "  zerotouch csv generate --count 1000 --owner $ZEROTOUCH_CUSTOMER >devices.csv\n",
       .run = RunGenerate,
       .flags = {{"count", "N", "Number of devices, 1 to 1000000 (default: 100)"},
                 {"owner", "ID,...", "Customer ids of the owners", "", Kind::kList},
                 {"seed", "N", "Seed: the same seed gives the same file (default: 1)"},
                 {"wrong", "PERCENT",
                  "Percentage of rows that the server must reject, 0 to 100 (default: 1)"}},
       .has_format = false,
       .has_connection = false},
      {.group = "",
       .verb = "completion",
       .about = "Print a script that completes commands and flags in a shell",
       .example =
           "Examples:\n"
           "  zerotouch completion bash >~/.local/share/bash-completion/completions/zerotouch\n"
           "  zerotouch completion zsh >~/.zfunc/_zerotouch\n"
           "  zerotouch completion fish >~/.config/fish/completions/zerotouch.fish\n",
       .run = RunCompletion,
       .positional = "SHELL",
       .positional_help = "bash, zsh or fish",
       .has_format = false,
       .has_connection = false},
  };
}

struct Group {
  std::string_view name;
  std::string_view about;
};

constexpr Group kGroups[] = {
    {"customers", "Customers of a reseller"},
    {"vendors", "Vendors of a reseller, and their customers"},
    {"devices", "Claim, unclaim, find and configure devices"},
    {"configurations", "Configurations of a customer"},
    {"dpcs", "Device policy controllers"},
    {"operations", "Follow the batches that the server processes"},
    {"webhooks", "Be told of claims, configurations and finished operations"},
    {"sandbox", "Drive a sandbox: faults, clock, operations, calls, state"},
    {"sandbox faults", "Make calls fail on purpose"},
    {"sandbox clock", "The clock of a sandbox"},
    {"sandbox operations", "The speed of operations"},
    {"sandbox calls", "The last calls"},
    {"sandbox state", "Reset or export everything"},
    {"sandbox snapshots", "Keep the registry, and put it back"},
    {"sandbox tenants", "Resellers, customers and accounts"},
    {"auth", "Access tokens, for curl and other clients"},
    {"csv", "Files of devices"},
};

}  // namespace

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = [] {
    std::vector<Command> all;
    for (auto make : {CompanyCommands, OtherCompanyCommands, DeviceCommands, ConfigurationCommands,
                      OperationReadCommands, OperationChangeCommands, WebhookCommands,
                      SandboxCommands, RawCommands, ToolCommands}) {
      for (Command& command : make()) all.push_back(std::move(command));
    }
    return all;
  }();
  return commands;
}

std::vector<Flag> AllFlags(const Command& command) {
  std::vector<Flag> flags = command.flags;
  const auto add = [&](const Flag& flag) { flags.push_back(flag); };
  if (command.side == Side::kPartner || command.side == Side::kEither) {
    add({"partner,partner-id", "ID", "Your reseller id, as shown in the portal", "", Kind::kText,
         "ZEROTOUCH_PARTNER"});
  }
  if (command.side == Side::kEither) {
    add({"as-customer", "ID", "Act as this customer, not as the reseller"});
  }
  if (command.side == Side::kCustomer) {
    add({"as-customer", "ID", "Customer to act as", "", Kind::kText, "ZEROTOUCH_CUSTOMER"});
  }
  if (command.has_format) {
    add({"format", "table|json|csv", "Format of standard output (default: table)", "", Kind::kText,
         "ZEROTOUCH_FORMAT"});
  }
  if (!command.has_connection) return flags;
  add({"endpoint", "URL", "Root URL (default: from the key file)", "", Kind::kText,
       "ZEROTOUCH_ENDPOINT"});
  add({"credentials", "FILE", "JSON key file of a service account", "", Kind::kText,
       "ZEROTOUCH_CREDENTIALS"});
  add({"ca-certificate", "FILE", "PEM file of the CA to trust", "", Kind::kText,
       "ZEROTOUCH_CA_CERTIFICATE"});
  add({"timeout", "TIME", "Stop after this time, such as 90s, 10m or 1h30m (default: none)"});
  return flags;
}

std::string_view AboutGroup(std::string_view group) {
  for (const Group& known : kGroups) {
    if (known.name == group) return known.about;
  }
  return {};
}

}  // namespace zerotouch::cli
