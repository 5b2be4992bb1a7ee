// SPDX-License-Identifier: Apache-2.0
// admin operations: the batches of every reseller.

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/kinds.h"
#include "model/resource_name.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

const char* KindOf(const store::OperationHead& head) {
  const batch::KindTraits* const kind = batch::TraitsOf(head.kind);
  return kind == nullptr ? "unknown" : kind->name;
}

const char* StateOf(const store::OperationHead& head) {
  if (head.cancelled) return "cancelled";
  if (head.finished.has_value()) return "finished";
  return head.started.has_value() ? "running" : "waiting";
}

std::string TimeOf(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

// Adds the partner's operations in the order in which they were accepted.
absl::Status AddOperations(store::Snapshot& snapshot, PartnerId partner, bool all, Table& table) {
  const std::optional<bool> done = all ? std::nullopt : std::optional(false);
  for (int64_t after = 0;;) {
    ZT_ASSIGN_OR_RETURN(const store::Page<store::OperationHead> page,
                        snapshot.ListOperations(partner, done, after, limits::kOperationsPage));
    for (const store::OperationHead& head : page.rows) {
      table.Add({FormatOperationName(head.id), head.partner.value(), KindOf(head), StateOf(head),
                 int64_t{head.items}, int64_t{head.items_done}, int64_t{head.items_succeeded},
                 TimeOf(head.accepted), head.account});
    }
    if (!page.more) return absl::OkStatus();
    after = page.rows.back().number;
  }
}

absl::StatusOr<std::vector<store::Partner>> PartnersOf(store::Snapshot& snapshot,
                                                       const AdminFlags& flags) {
  if (flags.partner == 0) return snapshot.ListPartners();
  ZT_ASSIGN_OR_RETURN(const auto partner, snapshot.FindPartner(PartnerId(flags.partner)));
  if (partner.has_value()) return std::vector{*partner};
  return WithHint(absl::NotFoundError(fmt::format("unknown partner {}", flags.partner)),
                  "partners list");
}

absl::Status ListOperations(const Settings& settings, const AdminFlags& flags) {
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    Table table({{"NAME", "name"},
                 {"PARTNER", "partnerId"},
                 {"KIND", "kind"},
                 {"STATE", "state"},
                 {"DEVICES", "devicesCount"},
                 {"DONE", "doneCount"},
                 {"SUCCEEDED", "successCount"},
                 {"ACCEPTED", "acceptTime"},
                 {"ACCOUNT", "account"}});
    ZT_ASSIGN_OR_RETURN(const std::vector<store::Partner> partners, PartnersOf(snapshot, flags));
    for (const store::Partner& partner : partners) {
      ZT_RETURN_IF_ERROR(AddOperations(snapshot, partner.id, flags.all, table));
    }
    Print(flags, table);
    return absl::OkStatus();
  });
}

absl::Status CancelOperation(const Settings& settings, const AdminFlags& flags) {
  const std::optional<OperationId> id = ParseOperationName(flags.name);
  if (!id.has_value()) {
    return absl::InvalidArgumentError(
        "Invalid NAME: use the operation's whole name, such as "
        "operations/apibatchoperation/123");
  }
  return WithHint(
      Change(settings,
             [&](store::Transaction& tx) -> absl::Status {
               ZT_ASSIGN_OR_RETURN(const auto head, tx.FindOperation(*id));
               if (head.has_value() && head->finished.has_value()) {
                 return absl::FailedPreconditionError(fmt::format(
                     "{} is finished: nothing is left to cancel", FormatOperationName(*id)));
               }
               return tx.CancelOperation(*id, absl::Now());
             }),
      "operations list --all");
}

}  // namespace

void AddOperationCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "operations", "Batches that resellers have sent", action);
  AdminFlags& flags = group.flags();
  CLI::App& list = group.AddPrinting(
      "list", "List the unfinished operations, and with --all the finished ones", ListOperations);
  list.add_option("--partner", flags.partner, "Id of a reseller: list only its operations")
      ->type_name("ID");
  list.add_flag("--all", flags.all, "List finished operations too");
  group
      .Add("cancel", "Cancel an operation: its remaining devices are left as they are",
           CancelOperation)
      .add_option("name", flags.name, "Name of the operation, as listed")
      ->required();
}

}  // namespace zerotouch::daemon
