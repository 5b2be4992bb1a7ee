// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "zerotouch/configurations.h"
#include "zerotouch/method_call.h"
#include "zerotouch/shared_flags.h"

namespace zerotouch::cli {
namespace {

constexpr std::string_view kConfigurationId = "Id of the configuration, or its name";

std::vector<Flag> ConfigurationFields() {
  return {
      {"configuration-name", "TEXT", "Name, for the administrators", "configuration_name"},
      {"dpc-resource-path", "DPC", "DPC, such as customers/1/dpcs/2, or its id",
       "dpc_resource_path"},
      {"dpc-extras", "TEXT|@FILE", "JSON that the DPC gets; @FILE and - are read", "dpc_extras"},
      {"company-name", "TEXT", "Company that the user sees", "company_name"},
      {"contact-email", "EMAIL", "Address for help that the user sees", "contact_email"},
      {"contact-phone", "PHONE", "Telephone number for help that the user sees", "contact_phone"},
      {"custom-message", "TEXT", "Message to the user", "custom_message"},
      {"is-default", "", "Apply it to devices that are claimed from now on", "is_default",
       Flag::Kind::kBool},
      {"forced-reset-time", "TIME", "Reset the device after this time without setup, up to 21600s",
       "forced_reset_time"}};
}

std::vector<Command> EditCommands() {
  return {
      {.group = "configurations",
       .verb = "create",
       .about = "Create a configuration",
       .example = "Example:\n"
                  "  zerotouch configurations create --configuration-name Kiosk --company-name "
                  "XYZ \\\n"
                  "    --contact-email it@example.com --contact-phone \"+1 555 0100\" \\\n"
                  "    --dpc-resource-path 2 --dpc-extras @extras.json\n",
       .run = RunConfigurationCreate,
       .side = Side::kCustomer,
       .flags = Join({ConfigurationFields(), {Data()}}),
       .method = {.rpc =
                      "google.android.device.provisioning.v1.CustomerService.CreateConfiguration",
                  .body = "configuration"}},
      {.group = "configurations",
       .verb = "update",
       .about = "Change fields of a configuration",
       .example = "Example:\n"
                  "  zerotouch configurations update 5 --custom-message \"Welcome\" --is-default\n"
                  "The fields that are given are changed; --update-mask names others.\n",
       .run = RunConfigurationUpdate,
       .side = Side::kCustomer,
       .flags = Join(
           {ConfigurationFields(),
            {{"update-mask", "FIELD,...", "Fields to change (default: those given)"}, Data()}}),
       .positional = "CONFIGURATION",
       .positional_help = kConfigurationId},
      {.group = "configurations",
       .verb = "delete",
       .about = "Delete a configuration that no device uses",
       .example = "Example:\n  zerotouch configurations delete 5\n",
       .run = RunMethod,
       .side = Side::kCustomer,
       .positional = "CONFIGURATION",
       .positional_help = kConfigurationId,
       .method = {.rpc =
                      "google.android.device.provisioning.v1.CustomerService.DeleteConfiguration",
                  .collection = "configurations"}},
  };
}

std::vector<Command> ReadCommands() {
  return {
      {.group = "configurations",
       .verb = "get",
       .about = "Show a configuration",
       .example = "Example:\n  zerotouch configurations get 5 --format json\n",
       .run = RunMethod,
       .side = Side::kCustomer,
       .positional = "CONFIGURATION",
       .positional_help = kConfigurationId,
       .method = {.rpc = "google.android.device.provisioning.v1.CustomerService.GetConfiguration",
                  .collection = "configurations"}},
      {.group = "configurations",
       .verb = "list",
       .about = "List the configurations of a customer",
       .example = "Example:\n"
                  "  zerotouch configurations list --format json >configurations.json\n"
                  "configurations apply -f reads such a file.\n",
       .run = RunMethod,
       .side = Side::kCustomer,
       .flags = {Limit()},
       .method = {.rpc =
                      "google.android.device.provisioning.v1.CustomerService.ListConfigurations"}},
  };
}

std::vector<Command> FileCommands() {
  return {
      {.group = "configurations",
       .verb = "apply",
       .about = "Make a customer's configurations those of a file",
       .example = "Examples:\n"
                  "  zerotouch configurations apply -f configurations.json --dry-run\n"
                  "  zerotouch configurations apply -f configurations.json --prune\n"
                  "The file is the JSON of configurations list. Configurations are matched by\n"
                  "configurationName; fields that the file leaves out are cleared. Prints the\n"
                  "difference. With --dry-run nothing is changed, and the exit code is 2 if there\n"
                  "is a difference.\n",
       .run = RunConfigurationsApply,
       .side = Side::kCustomer,
       .flags = {{"file,f", "FILE", "JSON file of the configurations; - is standard input"},
                 {"prune", "", "Delete the configurations that the file does not have", "",
                  Flag::Kind::kSwitch},
                 {"dry-run", "", "Only print the difference", "", Flag::Kind::kSwitch}}},
      {.group = "configurations",
       .verb = "lint",
       .about = "Warn of mistakes in the dpcExtras of a file",
       .example =
           "Example:\n  zerotouch configurations lint extras.json\n"
           "The file has dpcExtras, a configuration, or the JSON of configurations list. The\n"
           "exit code is 2 if there is a warning.\n",
       .run = RunConfigurationsLint,
       .positional = "FILE",
       .positional_help = "JSON file; - is standard input",
       .has_connection = false},
  };
}

}  // namespace

std::vector<Command> ConfigurationCommands() {
  std::vector<Command> all;
  for (auto make : {EditCommands, ReadCommands, FileCommands}) {
    for (Command& command : make()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace zerotouch::cli
