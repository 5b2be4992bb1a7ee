// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_ADMIN_COMMAND_H_
#define ZEROTOUCH_ZEROTOUCHD_ADMIN_COMMAND_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "store/store.h"
#include "zerotouchd/admin.h"
#include "zerotouchd/admin_table.h"
#include "zerotouchd/settings.h"

// Shared by the admin commands of all resources.
namespace zerotouch::daemon {

// The flags of all commands; each command uses some of them.
struct AdminFlags {
  std::string name, id, package, title, out, email, key, token_uri, quota;
  std::string component, download_location, signature_checksum;
  std::string algorithm = "RS256";
  std::string format = "table";
  int64_t partner = 0, vendor = 0, customer = 0;
  std::vector<int64_t> customers;
  std::vector<std::string> owner_emails, admin_emails;
  std::string group, role;
  bool accept_terms = false;
  bool all = false;
  std::string from, to;
  std::string since, until, against;
  std::string imei, meid, serial, manufacturer, model, csv;
  std::string section = "ZERO_TOUCH";
  int64_t device_id = 0;
  bool overwrite = false;
};

// A group of commands for one kind of resource, such as `admin partners …`.
class AdminGroup {
 public:
  using Run = std::function<absl::Status(const Settings&, const AdminFlags&)>;

  AdminGroup(CLI::App& app, const char* name, const char* help, AdminAction& action);
  // Makes a group whose commands are directly in `app`, such as `admin export`.
  AdminGroup(CLI::App& app, AdminAction& action) : app_(app), action_(action) {}

  // Adds a command. Its options store their values in `flags()`.
  CLI::App& Add(const char* name, const char* help, Run run);
  // Adds a command with --format.
  CLI::App& AddPrinting(const char* name, const char* help, Run run);
  AdminFlags& flags() { return *flags_; }

 private:
  CLI::App& app_;
  AdminAction& action_;
  const std::shared_ptr<AdminFlags> flags_ = std::make_shared<AdminFlags>();
};

// Returns the URL of the registry: --database, or the registry of the sandbox in
// --data-dir. NOT_FOUND if there is no sandbox.
absl::StatusOr<std::string> DatabaseOf(const Settings& settings);

// Runs `mutation` in a transaction on the registry of the settings. A running server sees the
// change at once. NOT_FOUND if the registry does not exist; it is not made.
absl::Status Change(const Settings& settings,
                    const std::function<absl::Status(store::Transaction&)>& mutation);
// Does the same, and makes the registry if it does not exist, for the first rows of one.
absl::Status ChangeOrMake(const Settings& settings,
                          const std::function<absl::Status(store::Transaction&)>& mutation);

// Runs `read` on a snapshot of the registry of the settings. NOT_FOUND if it does not exist; it is
// not made.
absl::Status View(const Settings& settings,
                  const std::function<absl::Status(store::Snapshot&)>& read);

// Prints the table in the format of --format.
void Print(const AdminFlags& flags, const Table& table);
// Prints the id of a new resource: only the id, for scripts, or {"name":"id"}.
void PrintNew(const AdminFlags& flags, std::string_view name, int64_t id);

// Checks that `text` can be stored: one line of UTF-8, not empty, without control
// characters. The error names `flag`.
absl::Status CheckText(std::string_view flag, std::string_view text);

// Adds to a NOT_FOUND the command that lists the existing resources, such as
// "partners list".
absl::Status WithHint(absl::Status status, std::string_view command);

// Add the commands of each resource.
void AddCompanyCommands(CLI::App& app, AdminAction& action);
void AddDpcCommands(CLI::App& app, AdminAction& action);
void AddAccountCommands(CLI::App& app, AdminAction& action);
void AddUserCommands(CLI::App& app, AdminAction& action);
void AddKeyCommands(CLI::App& app, AdminAction& action);
void AddOperationCommands(CLI::App& app, AdminAction& action);
void AddTransferCommands(CLI::App& app, AdminAction& action);
void AddAuditCommands(CLI::App& app, AdminAction& action);
void AddDeviceCommands(CLI::App& app, AdminAction& action);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_COMMAND_H_
