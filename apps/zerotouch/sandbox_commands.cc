// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/sandbox_commands.h"

#include <iterator>

#include "zerotouch/rest_call.h"
#include "zerotouch/sandbox_boot.h"
#include "zerotouch/sandbox_calls.h"

namespace zerotouch::cli {
namespace {

using Kind = Flag::Kind;

Flag WholeBody() {
  return {"data", "JSON", "The whole message as JSON, instead of flags; @FILE and - are read"};
}

std::vector<Flag> RuleFlags() {
  return {
      {"method", "METHOD", "Calls of this method, such as operations.get, or token", "method"},
      {"partner-id", "ID", "Calls of this reseller", "partnerId"},
      {"customer-id", "ID", "Calls of this customer", "customerId"},
      {"account", "EMAIL", "Calls of this service account", "account"},
      {"device-id", "ID", "Calls that name this device by its id", "device.deviceId"},
      {"imei", "IMEI", "Calls that name a device by this IMEI", "device.deviceIdentifier.imei"},
      {"meid", "MEID", "Calls that name a device by this MEID", "device.deviceIdentifier.meid"},
      {"serial,serial-number", "TEXT", "Calls that name a device by this serial number",
       "device.deviceIdentifier.serialNumber"},
      {"manufacturer", "TEXT", "and this manufacturer", "device.deviceIdentifier.manufacturer"},
      {"model", "TEXT", "and this model", "device.deviceIdentifier.model"},
      {"skip", "COUNT", "Let the first so many matches pass", "skip"},
      {"times", "COUNT", "Act so many times (0: without end)", "times"},
      {"probability", "NUMBER", "Act with this probability, 0 to 1", "probability"},
      {"seed", "COUNT", "Seed of the probability", "seed"},
      {"error-status", "CODE", "Answer with this error, such as UNAVAILABLE", "error.status"},
      {"error-reason", "CODE", "Its CustomErrorCode, or TOS", "error.reason"},
      {"error-message", "TEXT", "Its message", "error.message"},
      {"error-retry-after", "TIME", "Its Retry-After", "error.retryAfter"},
      {"delay", "TIME", "Wait before the call, at most 5m", "delay"},
      {"disconnect", "WHEN", "Cut the connection BEFORE or AFTER the call", "disconnect"},
      {"truncate", "COUNT", "Send so many bytes of the answer, then cut", "truncate"},
      {"raw-http-status", "COUNT", "Answer as a proxy would, with this status", "raw.httpStatus"},
      {"raw-content-type", "TYPE", "Its Content-Type", "raw.contentType"},
      {"raw-body", "TEXT|@FILE", "Its body", "raw.body"},
      {"item-status", "STATUS", "Fail the device's item of a batch with this status",
       "item.status"},
      {"item-error-identifier", "TEXT", "The item's error identifier", "item.errorIdentifier"},
      WholeBody()};
}

std::vector<Command> FaultCommands() {
  return {
      {.group = "sandbox faults",
       .verb = "create",
       .about = "Make calls fail, wait or break off",
       .example = "Examples:\n"
                  "  zerotouch sandbox faults create --method operations.get --times 2 \\\n"
                  "    --error-status UNAVAILABLE --error-retry-after 1s\n"
                  "  zerotouch sandbox faults create --method partners.devices.unclaimAsync \\\n"
                  "    --times 1 --disconnect AFTER\n"
                  "Rules act in the order in which they were made.\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = RuleFlags(),
       .rest = {.http = "POST", .path = "/sandbox/v1/faults"}},
      {.group = "sandbox faults",
       .verb = "list",
       .about = "List the rules, and how often they acted",
       .example = "Example:\n  zerotouch sandbox faults list --format json\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .rest = {.http = "GET",
                .path = "/sandbox/v1/faults",
                .list = "faults",
                .columns = {"name", "method", "skip", "times", "hits", "error=error.status",
                            "delay", "disconnect", "raw=raw.httpStatus", "truncate", "item.status"},
                .table_columns = 9}},
      {.group = "sandbox faults",
       .verb = "delete",
       .about = "Delete a rule, or all of them",
       .example = "Examples:\n"
                  "  zerotouch sandbox faults delete faults/1\n"
                  "  zerotouch sandbox faults delete --all\n",
       .run = RunFaultsDelete,
       .side = Side::kSandbox,
       .flags = {{"all", "", "Delete all rules", "", Kind::kSwitch}},
       .positional = "RULE",
       .positional_help = "Name of the rule (optional)",
       .rest = {.http = "DELETE", .path = "/sandbox/v1/faults/{id}"}},
  };
}

Command Control(std::string_view group, std::string_view verb, std::string_view about,
                std::string_view example, std::string_view path) {
  return {.group = group,
          .verb = verb,
          .about = about,
          .example = example,
          .run = RunRest,
          .side = Side::kSandbox,
          .rest = {.http = "POST", .path = path}};
}

std::vector<Command> ClockCommands() {
  return {
      {.group = "sandbox clock",
       .verb = "get",
       .about = "Show the time by the sandbox's clock",
       .example = "Example:\n  zerotouch sandbox clock get\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .rest = {.http = "GET", .path = "/sandbox/v1/clock"}},
      {.group = "sandbox clock",
       .verb = "advance",
       .about = "Move the clock forward",
       .example = "Example:\n  zerotouch sandbox clock advance 1h\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = {{"duration", "TIME", "How far, such as 3600s or 1h", "duration"}},
       .positional = "DURATION",
       .positional_help = "How far, such as 3600s or 1h (optional)",
       .positional_flag = "duration",
       .rest = {.http = "POST", .path = "/sandbox/v1/clock:advance"}},
      Control("sandbox clock", "freeze", "Stop the clock; it can still be advanced",
              "Example:\n  zerotouch sandbox clock freeze\n", "/sandbox/v1/clock:freeze"),
      Control("sandbox clock", "resume", "Let a stopped clock go on",
              "Example:\n  zerotouch sandbox clock resume\n", "/sandbox/v1/clock:resume"),
  };
}

std::vector<Command> PacingCommands() {
  return {
      Control("sandbox operations", "pause", "Stop the work on operations",
              "Example:\n  zerotouch sandbox operations pause\n", "/sandbox/v1/operations:pause"),
      Control("sandbox operations", "resume", "Go on with the work on operations",
              "Example:\n  zerotouch sandbox operations resume\n", "/sandbox/v1/operations:resume"),
      {.group = "sandbox operations",
       .verb = "step",
       .about = "Run so many items of the oldest operations, while paused",
       .example = "Example:\n  zerotouch sandbox operations step --items 100\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = {{"items", "COUNT", "How many items", "items"}},
       .positional = "ITEMS",
       .positional_help = "How many items (optional)",
       .positional_flag = "items",
       .rest = {.http = "POST", .path = "/sandbox/v1/operations:step"}},
      {.group = "sandbox operations",
       .verb = "set-speed",
       .about = "Set the speed of each operation",
       .example = "Example:\n  zerotouch sandbox operations set-speed --items-per-second 500\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = {{"items-per-second", "COUNT", "Items a second; 0: full speed", "itemsPerSecond"}},
       .positional = "ITEMS_PER_SECOND",
       .positional_help = "Items a second; 0: full speed (optional)",
       .positional_flag = "items-per-second",
       .rest = {.http = "POST", .path = "/sandbox/v1/operations:setSpeed"}},
  };
}

std::vector<Command> CallCommands() {
  return {
      {.group = "sandbox calls",
       .verb = "list",
       .about = "List the last calls, the newest first",
       .example = "Examples:\n"
                  "  zerotouch sandbox calls list --limit 10\n"
                  "  zerotouch sandbox calls list --filter \"method=operations.get status=503\"\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = {{"filter", "TERMS",
                  "method=, status=, account= and protocol=, with spaces between"},
                 {"limit", "N", "Maximum number of calls (default: all)"}},
       .rest = {.http = "GET",
                .path = "/sandbox/v1/calls",
                .list = "calls",
                .page = 100,
                .columns = {"requestId", "method", "status", "protocol", "fault", "startTime",
                            "duration"},
                .table_columns = 5}},
      {.group = "sandbox calls",
       .verb = "watch",
       .about = "Print calls as they come, one JSON object a line",
       .example = "Example:\n  zerotouch sandbox calls watch\n",
       .run = RunCallsWatch,
       .side = Side::kSandbox,
       .flags = {{"limit", "N", "Stop after so many calls (default: none)"}},
       .has_format = false},
      {.group = "sandbox calls",
       .verb = "delete",
       .about = "Forget the calls",
       .example = "Example:\n  zerotouch sandbox calls delete\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .rest = {.http = "DELETE", .path = "/sandbox/v1/calls"}},
  };
}

std::vector<Command> StateCommands() {
  return {
      Control("sandbox state", "reset", "Put everything back to what the seed made",
              "Example:\n  zerotouch sandbox state reset\n", "/sandbox/v1/state:reset"),
      {.group = "sandbox state",
       .verb = "export",
       .about = "Write the archive of the registry",
       .example = "Example:\n  zerotouch sandbox state export --out registry.zta\n",
       .run = RunStateExport,
       .side = Side::kSandbox,
       .flags = {{"out", "FILE", "File to write (default: standard output)"}},
       .has_format = false},
      {.group = "sandbox snapshots",
       .verb = "create",
       .about = "Keep the registry and the clock as they are",
       .example = "Example:\n  zerotouch sandbox snapshots create before\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .flags = {{"snapshot-id", "NAME", "Name, such as before", "snapshotId"}},
       .positional = "NAME",
       .positional_help = "Name, such as before (optional)",
       .positional_flag = "snapshot-id",
       .rest = {.http = "POST", .path = "/sandbox/v1/snapshots"}},
      {.group = "sandbox snapshots",
       .verb = "list",
       .about = "List the snapshots",
       .example = "Example:\n  zerotouch sandbox snapshots list\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .rest = {.http = "GET",
                .path = "/sandbox/v1/snapshots",
                .list = "snapshots",
                .columns = {"name", "createTime"}}},
      {.group = "sandbox snapshots",
       .verb = "restore",
       .about = "Put the registry and the clock back",
       .example = "Example:\n  zerotouch sandbox snapshots restore before\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .positional = "NAME",
       .positional_help = "Name of the snapshot",
       .rest = {.http = "POST", .path = "/sandbox/v1/snapshots/{id}:restore"}},
      {.group = "sandbox snapshots",
       .verb = "delete",
       .about = "Delete a snapshot",
       .example = "Example:\n  zerotouch sandbox snapshots delete before\n",
       .run = RunRest,
       .side = Side::kSandbox,
       .positional = "NAME",
       .positional_help = "Name of the snapshot",
       .rest = {.http = "DELETE", .path = "/sandbox/v1/snapshots/{id}"}},
  };
}

Command OnAccount(std::string_view verb, std::string_view about, std::string_view example,
                  std::string_view path) {
  return {.group = "sandbox tenants",
          .verb = verb,
          .about = about,
          .example = example,
          .run = RunTenant,
          .side = Side::kSandbox,
          .flags = {{"key-file", "FILE", "Write a new key file here, with mode 0600"}},
          .positional = "EMAIL",
          .positional_help = "Address of the service account",
          .rest = {.http = "POST", .path = path}};
}

std::vector<Command> TenantCreateCommands() {
  const Flag key_file = {"key-file", "FILE", "Write the new key file here, with mode 0600"};

  return {
      {.group = "sandbox tenants",
       .verb = "create-reseller",
       .about = "Create a reseller with a key",
       .example = "Example:\n"
                  "  zerotouch sandbox tenants create-reseller --name XYZ --key-file xyz.json\n",
       .run = RunTenant,
       .side = Side::kSandbox,
       .flags = {{"name", "TEXT", "Name of the reseller", "name"}, key_file, WholeBody()},
       .rest = {.http = "POST", .path = "/sandbox/v1/resellers"}},
      {.group = "sandbox tenants",
       .verb = "create-customer",
       .about = "Create a customer with a key",
       .example = "Example:\n"
                  "  zerotouch sandbox tenants create-customer --company-name XYZ "
                  "--terms-accepted\n",
       .run = RunTenant,
       .side = Side::kSandbox,
       .flags = {{"partner-id", "ID", "Its reseller", "partnerId", Kind::kText,
                  "ZEROTOUCH_PARTNER"},
                 {"company-name", "TEXT", "Name of the company", "companyName"},
                 {"terms-accepted", "", "It has accepted the terms of service", "termsAccepted",
                  Kind::kBool},
                 key_file,
                 WholeBody()},
       .rest = {.http = "POST", .path = "/sandbox/v1/customers"}},
      {.group = "sandbox tenants",
       .verb = "create-account",
       .about = "Create a service account for a reseller, customers or both",
       .example =
           "Example:\n"
           "  zerotouch sandbox tenants create-account --partner-id 11 --customer-ids 12,13\n",
       .run = RunTenant,
       .side = Side::kSandbox,
       .flags = {{"partner-id", "ID", "Reseller that it acts for", "partnerId"},
                 {"customer-ids", "ID,...", "Customers that it acts for", "customerIds",
                  Kind::kList},
                 key_file,
                 WholeBody()},
       .rest = {.http = "POST", .path = "/sandbox/v1/accounts"}},
  };
}

std::vector<Command> TenantChangeCommands() {
  return {
      OnAccount("disable", "Disable a service account",
                "Example:\n  zerotouch sandbox tenants disable robot@example.com\n",
                "/sandbox/v1/accounts/{id}:disable"),
      OnAccount("enable", "Enable a service account",
                "Example:\n  zerotouch sandbox tenants enable robot@example.com\n",
                "/sandbox/v1/accounts/{id}:enable"),
      OnAccount("revoke-keys", "Revoke the keys of a service account",
                "Example:\n  zerotouch sandbox tenants revoke-keys robot@example.com\n",
                "/sandbox/v1/accounts/{id}:revokeKeys"),
      OnAccount("add-key", "Add a key to a service account",
                "Example:\n"
                "  zerotouch sandbox tenants add-key robot@example.com --key-file key.json\n",
                "/sandbox/v1/accounts/{id}:addKey"),
      {.group = "sandbox tenants",
       .verb = "set-terms",
       .about = "Accept the terms for a customer, or let them go stale",
       .example = "Example:\n  zerotouch sandbox tenants set-terms 12 --accepted=false\n",
       .run = RunSetTerms,
       .side = Side::kSandbox,
       .flags = {{"accepted", "", "Accepted, or not with =false", "accepted", Kind::kBool}},
       .positional = "CUSTOMER",
       .positional_help = "Id of the customer",
       .rest = {.http = "POST", .path = "/sandbox/v1/customers/{id}:setTerms"}},
  };
}

std::vector<Command> BootCommands() {
  return {
      {.group = "sandbox",
       .verb = "boot",
       .about = "Show what a phone meets at its first start",
       .example = "Examples:\n"
                  "  zerotouch sandbox boot --imei 490154203237518\n"
                  "  zerotouch sandbox boot --imei 490154203237518 --qr setup.png\n",
       .run = RunBoot,
       .side = Side::kSandbox,
       .flags = {{"imei", "IMEI", "IMEI of the device", "deviceIdentifier.imei"},
                 {"imei2", "IMEI", "IMEI of its second modem", "deviceIdentifier.imei2"},
                 {"meid", "MEID", "MEID of the device", "deviceIdentifier.meid"},
                 {"meid2", "MEID", "MEID of its second modem", "deviceIdentifier.meid2"},
                 {"serial,serial-number", "TEXT", "Serial number", "deviceIdentifier.serialNumber"},
                 {"manufacturer", "TEXT", "Manufacturer", "deviceIdentifier.manufacturer"},
                 {"model", "TEXT", "Model", "deviceIdentifier.model"},
                 {"qr", "FILE", "Also write the QR code to this PNG file"},
                 WholeBody()},
       .rest = {.http = "POST", .path = "/sandbox/v1/devices:boot"}},
  };
}

}  // namespace

std::vector<Command> SandboxCommands() {
  std::vector<Command> all;
  for (auto make : {FaultCommands, ClockCommands, PacingCommands, CallCommands, StateCommands,
                    TenantCreateCommands, TenantChangeCommands, BootCommands}) {
    std::vector<Command> some = make();
    all.insert(all.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return all;
}

}  // namespace zerotouch::cli
