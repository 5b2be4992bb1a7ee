// SPDX-License-Identifier: Apache-2.0
// admin dpcs.

#include <algorithm>

#include "base/status_macros.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

// Checks the last segment of a resource name, which is used in URLs unencoded.
absl::Status CheckDpcId(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (!id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), fits)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("Invalid --id: use 1 to 64 letters, digits, '-', '_' or '.'");
}

absl::Status AddDpc(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckDpcId(flags.id));
  ZT_RETURN_IF_ERROR(CheckText("--package", flags.package));
  ZT_RETURN_IF_ERROR(CheckText("--title", flags.title));
  return Change(settings, [&](store::Transaction& tx) {
    return tx.PutDpc({.id = flags.id, .package_name = flags.package, .title = flags.title});
  });
}

absl::Status ListDpcs(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto dpcs, snapshot.ListDpcs());
    Table table({{"ID", "dpcId"}, {"PACKAGE", "packageName"}, {"TITLE", "dpcName"}});
    for (const store::Dpc& dpc : dpcs) table.Add({dpc.id, dpc.package_name, dpc.title});
    Print(flags, table);
    return absl::OkStatus();
  });
}

absl::Status RemoveDpc(const Settings& settings, const AdminFlags& flags) {
  return WithHint(Change(settings, [&](store::Transaction& tx) { return tx.RemoveDpc(flags.id); }),
                  "dpcs list");
}

}  // namespace

void AddDpcCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "dpcs", "Device policy controllers that customers may choose", action);
  AdminFlags& flags = group.flags();
  CLI::App& add = group.Add("add", "Add a DPC, or replace the DPC with this id", AddDpc);
  add.add_option("--id", flags.id, "Last part of the resource name")->type_name("ID")->required();
  add.add_option("--package", flags.package, "Package name of the app, such as com.example.dpc")
      ->type_name("NAME")
      ->required();
  add.add_option("--title", flags.title, "Title shown to people")->type_name("TEXT")->required();
  group.AddPrinting("list", "List the DPCs", ListDpcs);
  group.Add("remove", "Remove a DPC", RemoveDpc)
      .add_option("id", flags.id, "Id of the DPC")
      ->required();
}

}  // namespace zerotouch::daemon
