// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "zerotouch/devices.h"
#include "zerotouch/method_call.h"
#include "zerotouch/rest_call.h"
#include "zerotouch/shared_flags.h"

namespace zerotouch::cli {
namespace {

constexpr char kFileColumns[] =
    "The first row of the file names the columns, in any order. They are those of the zero-touch\n"
    "portal: modemtype (IMEI or MEID), modemid, serial, model, manufacturer, profiletype\n"
    "(ZERO_TOUCH), owner (a customer id) and profileid (a configuration's id). Further columns:\n"
    "imei, imei2, meid, meid2 instead of modemtype and modemid; serialnumber; deviceid, by which\n"
    "the row is sent where it is filled (claims are sent by identifiers); modemtype2 and modemid2\n"
    "for a second modem; phonenumber and ordernumber as metadata.\n"
    "Columns are separated by commas, semicolons or tabs; text is UTF-8, or UTF-16 with a mark.\n"
    "An invalid row is reported with its line number, and the other rows are sent. A file of more\n"
    "than 100,000 rows is sent as several operations, one after the other. Results are the rows\n"
    "of the file with the columns status, deviceId, errorIdentifier and errorMessage added.\n"
    "Progress and errors go to standard error.\n";

constexpr char kClaimExample[] =
    "Examples:\n"
    "  zerotouch devices claim --csv devices.csv --results results.csv\n"
    "  zerotouch devices claim --imei 490154203237518 --customer 1520371398\n\n";

constexpr char kUnclaimExample[] =
    "Examples:\n"
    "  zerotouch devices unclaim --csv devices.csv --results results.csv\n"
    "  zerotouch devices unclaim --device-id 4037820647906988512\n"
    "An owner in the file must be the customer that holds the device; otherwise the row is not\n"
    "sent.\n\n";

std::vector<Command> ClaimCommands() {
  static const std::string claim_text = std::string(kClaimExample) + kFileColumns;

  return {
      {.group = "devices",
       .verb = "claim",
       .about = "Claim a device, or those of a CSV file, for customers",
       .example = claim_text,
       .run = RunClaim,
       .side = Side::kPartner,
       .flags = Join({File(),
                      Batches(),
                      Identifiers(),
                      {Section(),
                       {"customer,customer-id", "ID", "Customer that gets devices without an owner",
                        "customer_id", Flag::Kind::kText, "ZEROTOUCH_CUSTOMER"},
                       {"google-workspace-customer-id", "TEXT", "Owner of a ChromeOS device",
                        "google_workspace_customer_id"},
                       {"configuration-id", "ID", "Configuration to apply", "configuration_id"},
                       {"pre-provisioning-token", "TEXT", "Token of a ChromeOS device",
                        "pre_provisioning_token"},
                       {"simlock-profile-id", "ID", "Profile of a SIM lock", "simlock_profile_id"},
                       Metadata(),
                       Preview(),
                       Data()}})},
  };
}

std::vector<Command> UnclaimCommands() {
  static const std::string unclaim_text = std::string(kUnclaimExample) + kFileColumns;

  return {
      {.group = "devices",
       .verb = "unclaim",
       .about = "Remove devices from zero-touch enrolment",
       .example = unclaim_text,
       .run = RunUnclaim,
       .side = Side::kEither,
       .flags = Join({File(),
                      Batches(),
                      DeviceId(),
                      Identifiers(),
                      {Section(),
                       {"vacation-mode-days", "N", "Lift a SIM lock for so many days only",
                        "vacation_mode_days"},
                       {"vacation-mode-expire-time", "TIME",
                        "Lift a SIM lock until then, such as 2030-01-31T12:00:00Z",
                        "vacation_mode_expire_time"},
                       Preview(),
                       Data()}})},
  };
}

std::vector<Command> MetadataCommands() {
  static const std::string metadata_text =
      "Examples:\n"
      "  zerotouch devices metadata --device-id 4037820647906988512 --metadata ordernumber=A-1\n"
      "  zerotouch devices metadata --csv devices.csv\n"
      "An empty value deletes the key. Empty cells of a file change nothing.\n\n" +
      std::string(kFileColumns);

  return {
      {.group = "devices",
       .verb = "metadata",
       .about = "Change the metadata of a device, or of those of a CSV file",
       .example = metadata_text,
       .run = RunMetadata,
       .side = Side::kPartner,
       .flags = Join({File(), Batches(), DeviceId(), Identifiers(), {Metadata(), Data()}})},
  };
}

std::vector<Command> ApplyCommands() {
  return {
      {.group = "devices",
       .verb = "apply-configuration",
       .about = "Apply a configuration to a device, or to those of a CSV file",
       .example = "Examples:\n"
                  "  zerotouch devices apply-configuration --imei 490154203237518 --configuration "
                  "5\n"
                  "  zerotouch devices apply-configuration --csv devices.csv\n"
                  "The column profileid of a file goes before --configuration.\n",
       .run = RunApplyConfiguration,
       .side = Side::kCustomer,
       .flags = Join({File(),
                      DeviceId(),
                      Identifiers(),
                      {{"configuration", "ID",
                        "Configuration: its id, or its name "
                        "customers/C/configurations/ID"},
                       Data()}})},
      {.group = "devices",
       .verb = "remove-configuration",
       .about = "Remove the configuration from a device, or those of a CSV file",
       .example = "Example:\n"
                  "  zerotouch devices remove-configuration --imei 490154203237518\n",
       .run = RunRemoveConfiguration,
       .side = Side::kCustomer,
       .flags = Join({File(), DeviceId(), Identifiers(), {Data()}})},
  };
}

// Returns the flags that name owners. `is_default`: ZEROTOUCH_CUSTOMER stands in for them.
std::vector<Flag> Owners(bool is_default) {
  std::vector<Flag> owners = {
      {"customer-id,customer", "ID,...", "Owners", "customer_id", Flag::Kind::kList,
       "ZEROTOUCH_CUSTOMER"},
      {"google-workspace-customer-id", "TEXT,...", "Owners of ChromeOS devices",
       "google_workspace_customer_id", Flag::Kind::kList},
      Section(),
      Limit()};
  if (!is_default) owners[0].variable = {};
  return owners;
}

std::vector<Command> FindCommands() {
  return {
      {.group = "devices",
       .verb = "get",
       .about = "Show a device",
       .example = "Examples:\n"
                  "  zerotouch devices get 4037820647906988512 --format json\n"
                  "  zerotouch devices get --imei 490154203237518\n"
                  "A device that was given up, and any device of a customer, is named by its id.\n",
       .run = RunDeviceGet,
       .side = Side::kEither,
       .flags = Join({{{"device-id", "ID", "Id of the device's record"}}, Identifiers()}),
       .positional = "DEVICE",
       .positional_help = "Id of the device's record, or its name (optional)",
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService.GetDevice",
                  .collection = "devices"},
       .customer_method = {.rpc = "google.android.device.provisioning.v1.CustomerService.GetDevice",
                           .collection = "devices"}},
      {.group = "devices",
       .verb = "find",
       .about = "Find devices by their identifiers, or by their owners",
       .example = "Example:\n  zerotouch devices find --imei 490154203237518\n",
       .run = RunDeviceFind,
       .side = Side::kPartner,
       .flags = Join({Identifiers(), Owners(false), {Data()}}),
       .method = {.rpc = "google.android.device.provisioning.v1.PartnerService."
                         "FindDevicesByDeviceIdentifier",
                  .page = 100}},
  };
}

std::vector<Command> ListCommands() {
  return {
      {.group = "devices",
       .verb = "list",
       .about = "List the devices of customers, or of one as the customer",
       .example = "Examples:\n"
                  "  zerotouch devices list --customer-id 1520371398 --format csv >devices.csv\n"
                  "  zerotouch devices list --as-customer 1520371398 --limit 20\n"
                  "With --format csv the list is a file for devices claim and unclaim.\n",
       .run = RunDeviceList,
       .side = Side::kEither,
       .flags = Owners(true),
       .customer_method = {.rpc =
                               "google.android.device.provisioning.v1.CustomerService.ListDevices",
                           .page = 1000}},
      {.group = "devices",
       .verb = "history",
       .about = "Show who changed a device, the newest change first",
       .example =
           "Examples:\n"
           "  zerotouch devices history 4037820647906988512 --limit 10\n"
           "  zerotouch devices history --imei 490154203237518\n"
           "--format csv and json also show the accounts and operations. A device that was\n"
           "given up, and any device of a customer, is named by its id. Google's API has no\n"
           "such method.\n",
       .run = RunDeviceHistory,
       .side = Side::kEither,
       .flags = Join({{Limit(), {"device-id", "ID", "Id of the device's record"}}, Identifiers()}),
       .positional = "DEVICE",
       .positional_help = "Id of the device's record, or its name (optional)",
       .rest = {.http = "GET",
                .path = "/openzerotouch/v1/{parent}/devices/{id}/history",
                .list = "entries",
                .page = 1000,
                .columns = {"changeTime", "kind=actor.kind", "method",
                            "before=before.ownerCompanyId", "after=after.ownerCompanyId",
                            "actor.account", "sectionType", "operation"},
                .table_columns = 5}},
      {.group = "devices",
       .verb = "sim-lock",
       .about = "Show the SIM-lock state of a device",
       .example = "Example:\n  zerotouch devices sim-lock --imei 490154203237518\n",
       .run = RunMethod,
       .side = Side::kPartner,
       .flags = Join({Identifiers(), {Data()}}),
       .method =
           {.rpc = "google.android.device.provisioning.v1.PartnerService.GetDeviceSimLockState"}},
  };
}

}  // namespace

std::vector<Command> DeviceCommands() {
  std::vector<Command> all;
  for (auto make : {ClaimCommands, UnclaimCommands, MetadataCommands, ApplyCommands, FindCommands,
                    ListCommands}) {
    for (Command& command : make()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace zerotouch::cli
