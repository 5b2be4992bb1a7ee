// SPDX-License-Identifier: Apache-2.0
// admin users: the persons who may sign in to the portal.

#include <fmt/format.h>

#include "absl/time/clock.h"
#include "base/ascii.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/terminal_text.h"
#include "model/company.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

std::string UserIdText(int64_t id) { return id == 0 ? "" : std::to_string(id); }

absl::Status ListUsers(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users, snapshot.ListAllUsers());
    Table table({{"USER", "userId"},
                 {"PARTNER", "partnerId"},
                 {"CUSTOMER", "customerId"},
                 {"EMAIL", "email"},
                 {"GROUP", "group"},
                 {"ROLE", "role"}});
    for (const store::User& user : users) {
      if (flags.partner != 0 && user.partner.value() != flags.partner) continue;
      if (flags.customer != 0 && user.customer.value() != flags.customer) continue;
      table.Add({UserIdText(user.id.value()), UserIdText(user.partner.value()),
                 UserIdText(user.customer.value()), user.email, user.group,
                 std::string(NameOf(user.role))});
    }
    Print(flags, table);
    return absl::OkStatus();
  });
}

// Returns the user that the flags describe, without an id.
absl::StatusOr<store::User> UserOf(const AdminFlags& flags) {
  if ((flags.partner != 0) == (flags.customer != 0)) {
    return absl::InvalidArgumentError("give --partner or --customer: the company of the user");
  }
  if (flags.email.empty() == flags.group.empty()) {
    return absl::InvalidArgumentError(
        "give --email for a person, or --group for everyone of a group");
  }
  store::User user;
  user.partner = PartnerId(flags.partner);
  user.customer = CustomerId(flags.customer);
  if (flags.email.empty()) {
    ZT_RETURN_IF_ERROR(CheckText("--group", flags.group));
    if (flags.group.size() > limits::kUserNameBytes) {
      return absl::InvalidArgumentError(
          fmt::format("Invalid --group: use at most {} bytes", limits::kUserNameBytes));
    }
    user.group = flags.group;
  } else {
    ZT_RETURN_IF_ERROR(CheckText("--email", flags.email));
    ZT_RETURN_IF_ERROR(CheckEmail("--email", flags.email));
    user.email = AsciiLower(flags.email);
  }
  return user;
}

absl::Status CheckCompany(store::Transaction& tx, const store::User& user) {
  if (user.partner) {
    ZT_ASSIGN_OR_RETURN(const auto partner, tx.FindPartner(user.partner));
    if (partner.has_value()) return absl::OkStatus();
    return WithHint(absl::NotFoundError(fmt::format("unknown partner {}", user.partner.value())),
                    "partners list");
  }
  ZT_ASSIGN_OR_RETURN(const auto customer, tx.FindCustomer(user.customer));
  if (customer.has_value()) return absl::OkStatus();
  return WithHint(absl::NotFoundError(fmt::format("unknown customer {}", user.customer.value())),
                  "customers list");
}

absl::Status AddUser(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(store::User user, UserOf(flags));
  const std::optional<UserRole> role = ParseUserRole(flags.role);
  if (!role.has_value()) {
    return absl::InvalidArgumentError(
        fmt::format("Invalid --role \"{}\": use OWNER, ADMIN, MANAGER, ASSIGNER or VIEWER",
                    ForTerminal(flags.role)));
  }
  user.role = *role;
  user.id = UserId(RandomId());
  user.created = absl::Now();
  const absl::Status written = Change(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_RETURN_IF_ERROR(CheckCompany(tx, user));
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> others,
                        tx.ListUsers(user.partner, user.customer));
    if (others.size() >= limits::kUsersPerCompany) {
      return absl::ResourceExhaustedError(fmt::format(
          "the company has {} users; remove one first, or add a group", limits::kUsersPerCompany));
    }
    return tx.AddUser(user);
  });
  ZT_RETURN_IF_ERROR(written);
  PrintNew(flags, "userId", user.id.value());
  return absl::OkStatus();
}

absl::Status RemoveUser(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const store::User sought, UserOf(flags));
  return Change(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::User> users,
                        tx.ListUsers(sought.partner, sought.customer));
    for (const store::User& user : users) {
      if (user.email == sought.email && user.group == sought.group) return tx.RemoveUser(user);
    }
    return WithHint(absl::NotFoundError("the company has no such user"), "users list");
  });
}

absl::Status EndSessions(const Settings& settings, const AdminFlags& flags) {
  // Nothing expired before 1970, so this removes only the person's.
  return Change(settings, [&](store::Transaction& tx) {
    return tx.PruneSessions(AsciiLower(flags.email), /*keep=*/0, absl::UnixEpoch(),
                            absl::UnixEpoch());
  });
}

void AddCompanyOptions(CLI::App& command, AdminFlags& flags) {
  command.add_option("--partner", flags.partner, "Id of the reseller");
  command.add_option("--customer", flags.customer, "Id of the customer");
}

void AddUserOptions(CLI::App& command, AdminFlags& flags) {
  AddCompanyOptions(command, flags);
  command.add_option("--email", flags.email, "E-mail address of the person");
  command.add_option("--group", flags.group, "Group, as the identity provider names it");
}

}  // namespace

void AddUserCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "users", "Persons who may sign in to the portal, and their roles", action);
  AdminFlags& flags = group.flags();
  CLI::App& add = group.AddPrinting(
      "add", "Give a person, or everyone of a group, a role for a company", AddUser);
  AddUserOptions(add, flags);
  add.add_option("--role", flags.role, "OWNER, ADMIN, MANAGER, ASSIGNER or VIEWER")->required();
  AddCompanyOptions(
      group.AddPrinting("list", "List the users of all companies or of one", ListUsers), flags);
  AddUserOptions(group.Add("remove", "Take the role back, at once", RemoveUser), flags);
  group.Add("sign-out", "End the sessions of a person and their tokens, at once", EndSessions)
      .add_option("--email", flags.email, "E-mail address of the person")
      ->required();
}

}  // namespace zerotouch::daemon
