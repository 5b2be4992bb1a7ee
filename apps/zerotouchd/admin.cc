// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/admin.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/utf8.h"
#include "model/company.h"
#include "store/inspection.h"
#include "terminal/typed_text.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

// Refuses a database that is no registry yet: Open would make one there, and with a mistyped
// path it would pass for the registry that was meant.
absl::Status CheckExists(const std::string& url) {
  const absl::StatusOr<store::Inspection> found = store::Inspect(url, Clock::System());
  // Open says what is wrong, or mends what an import that was killed left behind.
  if (!found.ok() || found->schema != 0) return absl::OkStatus();
  return absl::NotFoundError(fmt::format("there is no registry at {}; use the URL of a registry",
                                         terminal::WithoutPasswords(url)));
}

absl::Status Write(const std::string& url,
                   const std::function<absl::Status(store::Transaction&)>& mutation) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                      store::Open(url, Clock::System(), store::Role::kAdmin));
  return store->Write({.kind = store::ActorKind::kOperator,
                       .partner = {},
                       .customer = {},
                       .account = "",
                       .method = "admin",
                       .request_id = "",
                       .operation = {}},
                      mutation);
}

}  // namespace

absl::StatusOr<std::string> DatabaseOf(const Settings& settings) {
  if (!settings.database.empty()) return settings.database;
  if (settings.data_dir.empty()) {
    return absl::InvalidArgumentError(
        "no registry; give --database URL, or --data-dir DIR for a sandbox's registry, right after "
        "\"admin\"");
  }
  const std::string path = fmt::format("{}/registry.db", settings.data_dir);
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(
        fmt::format("no sandbox in {0}; start zerotouchd sandbox --data-dir {0} first",
                    terminal::WithoutPasswords(settings.data_dir)));
  }
  return "sqlite:" + path;
}

AdminGroup::AdminGroup(CLI::App& app, const char* name, const char* help, AdminAction& action)
    : app_(*app.add_subcommand(name, help)), action_(action) {
  app_.require_subcommand(1);
  app_.fallthrough();
}

CLI::App& AdminGroup::Add(const char* name, const char* help, Run run) {
  CLI::App* command = app_.add_subcommand(name, help);
  command->fallthrough();  // allows --database after the command
  command->callback([this_flags = flags_, &action = action_, run = std::move(run)] {
    action = [this_flags, run](const Settings& settings) { return run(settings, *this_flags); };
  });
  return *command;
}

CLI::App& AdminGroup::AddPrinting(const char* name, const char* help, Run run) {
  CLI::App& command = Add(name, help, std::move(run));
  command.add_option("--format", flags_->format, "Output format: table or json (default: table)")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"table", "json"}));
  return command;
}

absl::Status ChangeOrMake(const Settings& settings,
                          const std::function<absl::Status(store::Transaction&)>& mutation) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  return Write(url, mutation);
}

absl::Status Change(const Settings& settings,
                    const std::function<absl::Status(store::Transaction&)>& mutation) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  ZT_RETURN_IF_ERROR(CheckExists(url));
  return Write(url, mutation);
}

absl::Status View(const Settings& settings,
                  const std::function<absl::Status(store::Snapshot&)>& read) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  ZT_RETURN_IF_ERROR(CheckExists(url));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Store> store,
                      store::Open(url, Clock::System(), store::Role::kAdmin));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store->Read());
  return read(*snapshot);
}

void Print(const AdminFlags& flags, const Table& table) {
  fmt::print("{}", flags.format == "json" ? table.Json() : table.Text());
}

void PrintNew(const AdminFlags& flags, std::string_view name, int64_t id) {
  if (flags.format == "json") {
    fmt::print("{{\"{}\":\"{}\"}}\n", name, id);
  } else {
    fmt::print("{}\n", id);
  }
}

absl::Status CheckText(std::string_view flag, std::string_view text) {
  if (utf8::ValidBytes(text) != text.size()) {
    return absl::InvalidArgumentError(fmt::format("Invalid {}: use UTF-8 text", flag));
  }
  return CheckCompanyName(flag, text);
}

absl::Status WithHint(absl::Status status, std::string_view command) {
  if (!absl::IsNotFound(status)) return status;
  return absl::NotFoundError(
      fmt::format("{}; see zerotouchd admin {}", MessageOf(status), command));
}

void AddAdminCommands(CLI::App& app, AdminAction& action) {
  app.require_subcommand(1);
  AddCompanyCommands(app, action);
  AddDpcCommands(app, action);
  AddAccountCommands(app, action);
  AddUserCommands(app, action);
  AddKeyCommands(app, action);
  AddDeviceCommands(app, action);
  AddOperationCommands(app, action);
  AddAuditCommands(app, action);
  AddTransferCommands(app, action);
  // Set last, because the commands inherit the footer that is set when they are added.
  app.footer(
      "Can be used while a server runs; the server sees every change at once.\n"
      "To add a reseller:\n"
      "  zerotouchd admin --database URL partners create --name \"A Reseller\"\n"
      "  zerotouchd admin --database URL keys create --partner ID --out key.json \\\n"
      "      --token-uri https://zerotouch.example.com/token\n"
      "Lists are tables, or JSON with --format json. create prints only the new id.");
}

}  // namespace zerotouch::daemon
