// SPDX-License-Identifier: Apache-2.0
// admin dpcs.

#include <algorithm>

#include "base/status_macros.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

// The last segment of a resource name, which must stand in a URL as it is.
absl::Status CheckDpcId(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (!id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), fits)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("--id must be 1 to 64 letters, digits, '-', '_' or '.'");
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
  CLI::App& add = group.Add("add", "Add a DPC, or change the one of that id", AddDpc);
  add.add_option("--id", flags.id, "the last part of its resource name")
      ->type_name("ID")
      ->required();
  add.add_option("--package", flags.package, "as in com.example.dpc")
      ->type_name("NAME")
      ->required();
  add.add_option("--title", flags.title, "for people")->type_name("TEXT")->required();
  group.AddPrinting("list", "Every DPC", ListDpcs);
  group.Add("remove", "Take a DPC off the list", RemoveDpc)
      .add_option("id", flags.id, "of the DPC")
      ->required();
}

}  // namespace zerotouch::daemon
