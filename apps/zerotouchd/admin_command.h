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

// What the admin commands of all resources share.
namespace zerotouch::daemon {

// The flags of all commands; each uses its own.
struct AdminFlags {
  std::string name, id, package, title, out, email, key, token_uri;
  std::string algorithm = "RS256";
  std::string format = "table";
  int64_t partner = 0, vendor = 0, customer = 0;
  std::vector<int64_t> customers;
  std::vector<std::string> owner_emails, admin_emails;
  bool accept_terms = false;
  std::string from, to;
  bool overwrite = false;
};

// A group of commands about one kind of thing, as in `admin partners …`.
class AdminGroup {
 public:
  using Run = std::function<absl::Status(const Settings&, const AdminFlags&)>;

  AdminGroup(CLI::App& app, const char* name, const char* help, AdminAction& action);
  // Commands that stand right in `app`, as in `admin export`.
  AdminGroup(CLI::App& app, AdminAction& action) : app_(app), action_(action) {}

  // Adds a command; `flags()` is where its options go.
  CLI::App& Add(const char* name, const char* help, Run run);
  // The same, with --format.
  CLI::App& AddPrinting(const char* name, const char* help, Run run);
  AdminFlags& flags() { return *flags_; }

 private:
  CLI::App& app_;
  AdminAction& action_;
  const std::shared_ptr<AdminFlags> flags_ = std::make_shared<AdminFlags>();
};

// The URL of the registry that the settings name: --database, or the one of the
// sandbox in --data-dir, which must be there.
absl::StatusOr<std::string> DatabaseOf(const Settings& settings);

// Runs `mutation` on the registry that the settings name. Beside a running
// server: it sees the change at once.
absl::Status Change(const Settings& settings,
                    const std::function<absl::Status(store::Transaction&)>& mutation);

// Runs `read` on a view of it.
absl::Status View(const Settings& settings,
                  const std::function<absl::Status(store::Snapshot&)>& read);

// Prints as --format says.
void Print(const AdminFlags& flags, const Table& table);
// Prints a new thing: its id alone, for scripts, or {"name":"id"}.
void PrintNew(const AdminFlags& flags, std::string_view name, int64_t id);

// Text of one line that may be stored: UTF-8, not empty, without control
// characters. `flag` is named in the error.
absl::Status CheckText(std::string_view flag, std::string_view text);

// Adds to a NOT_FOUND what shows the ones there are, as in "partners list".
absl::Status WithHint(absl::Status status, std::string_view command);

// The commands of each resource.
void AddCompanyCommands(CLI::App& app, AdminAction& action);
void AddDpcCommands(CLI::App& app, AdminAction& action);
void AddAccountCommands(CLI::App& app, AdminAction& action);
void AddKeyCommands(CLI::App& app, AdminAction& action);
void AddTransferCommands(CLI::App& app, AdminAction& action);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_ADMIN_COMMAND_H_
