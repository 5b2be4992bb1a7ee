// SPDX-License-Identifier: Apache-2.0
// admin dpcs.

#include <fmt/format.h>

#include "base/status_macros.h"
#include "model/dpc.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

// Returns an error that names the flag unless `fault`, what to use instead, is empty.
absl::Status CheckDpcFlag(std::string_view flag, std::string_view fault) {
  if (fault.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("Invalid {}: {}", flag, fault));
}

absl::Status AddDpc(const Settings& settings, const AdminFlags& flags) {
  ZT_RETURN_IF_ERROR(CheckDpcFlag("--id", DpcIdFault(flags.id)));
  ZT_RETURN_IF_ERROR(CheckText("--package", flags.package));
  ZT_RETURN_IF_ERROR(CheckText("--title", flags.title));
  ZT_RETURN_IF_ERROR(CheckDpcFlag("--component", ComponentFault(flags.component)));
  ZT_RETURN_IF_ERROR(
      CheckDpcFlag("--download-location", DownloadLocationFault(flags.download_location)));
  ZT_RETURN_IF_ERROR(
      CheckDpcFlag("--signature-checksum", SignatureChecksumFault(flags.signature_checksum)));
  return ChangeOrMake(settings, [&](store::Transaction& tx) {
    return tx.PutDpc({.id = flags.id,
                      .package_name = flags.package,
                      .title = flags.title,
                      .component = flags.component,
                      .download_location = flags.download_location,
                      .signature_checksum = flags.signature_checksum});
  });
}

absl::Status ListDpcs(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const auto dpcs, snapshot.ListDpcs());
    Table table({{"ID", "dpcId"},
                 {"PACKAGE", "packageName"},
                 {"TITLE", "dpcName"},
                 {"COMPONENT", "component"},
                 {"DOWNLOAD", "downloadLocation"},
                 {"CHECKSUM", "signatureChecksum"}});
    for (const store::Dpc& dpc : dpcs) {
      table.Add({dpc.id, dpc.package_name, dpc.title, dpc.component, dpc.download_location,
                 dpc.signature_checksum});
    }
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
  CLI::App& add = group.Add("create", "Add a DPC, or replace the DPC with this id", AddDpc);
  add.alias("add");
  add.add_option("--id", flags.id, "Last part of the resource name")->type_name("ID")->required();
  add.add_option("--package", flags.package, "Package name of the app, such as com.example.dpc")
      ->type_name("NAME")
      ->required();
  add.add_option("--title", flags.title, "Title shown to people")->type_name("TEXT")->required();
  add.add_option("--component", flags.component,
                 "Its admin receiver, such as com.example.dpc/.AdminReceiver")
      ->type_name("NAME");
  add.add_option("--download-location", flags.download_location, "URL of its package")
      ->type_name("URL");
  add.add_option("--signature-checksum", flags.signature_checksum,
                 "SHA-256 digest of the certificate of its package, in URL-safe base64")
      ->type_name("TEXT");
  group.AddPrinting("list", "List the DPCs", ListDpcs);
  group.Add("remove", "Remove a DPC", RemoveDpc)
      .add_option("id", flags.id, "Id of the DPC")
      ->required();
}

}  // namespace zerotouch::daemon
