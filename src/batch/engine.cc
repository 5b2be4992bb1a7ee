// SPDX-License-Identifier: Apache-2.0
#include "batch/engine.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "batch/accept.h"
#include "batch/figures.h"
#include "batch/kinds.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "batch/traces.h"
#include "batch/undo_run.h"
#include "batch/workers.h"
#include "errors/errors.h"
#include "model/customer_rules.h"
#include "model/metadata.h"
#include "model/resource_name.h"
#include "store/history.h"
#include "store/store.h"

namespace zerotouch::batch {
namespace {

// Loads the device of one item of a reseller.
absl::StatusOr<TargetDevices> LoadOne(store::Transaction& transaction, PartnerId caller,
                                      const api::DeviceIdentifier& identifier,
                                      const ItemTarget& target, bool with_statements = false) {
  return TargetDevices::Load(
      transaction, caller, [&](size_t) -> const api::DeviceIdentifier& { return identifier; },
      std::span(&target, 1), with_statements);
}

// Returns the partner's operation `id`, or why it cannot be undone.
absl::StatusOr<store::OperationHead> FindUndoable(store::Transaction& transaction,
                                                  PartnerId partner, OperationId id) {
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> found,
                      transaction.FindOperation(id), "looking for the operation");
  if (!found.has_value() || found->partner != partner) return errors::UnknownOperation();
  if (!CanBeUndone(found->kind)) {
    return errors::InvalidOperation(
        "The operation cannot be undone: only claims and unclaims can. Send another batch "
        "instead.");
  }
  if (!found->finished.has_value()) {
    return errors::InvalidOperation(
        "The operation is not done. Cancel it first, or wait until it is done.");
  }
  ZT_ASSIGN_OR_RETURN(const std::optional<store::OperationHead> undo, transaction.FindUndoOf(id),
                      "looking for an undo of the operation");
  if (undo.has_value()) {
    return errors::InvalidOperation(
        fmt::format("The operation is undone by {} already.", FormatOperationName(undo->id)));
  }
  return *found;
}

// The last unclaim of a device by a customer.
struct LastUnclaim {
  std::optional<store::HistoryEntry> entry;
  bool changed_since = false;  // the zero-touch claim was changed after it
};

absl::StatusOr<LastUnclaim> FindCustomerUnclaim(store::Snapshot& reads, CustomerId customer,
                                                DeviceId device) {
  LastUnclaim last;
  std::vector<int64_t> from;
  for (int read = 0; read < limits::kUndoHistoryEntries;) {
    ZT_ASSIGN_OR_RETURN(store::HistoryPage page,
                        store::ReadHistory(reads, device, from, limits::kListBlock),
                        "reading the history of a device");
    for (store::HistoryEntry& entry : page.entries) {
      const DeviceChange& change = entry.change;
      if (change.section != Section::kZeroTouch || change.before == change.after) continue;
      if (entry.actor.customer == customer && IsHeld(change.before) && !IsHeld(change.after) &&
          change.before->owner == customer) {
        last.entry = std::move(entry);
        return last;
      }
      last.changed_since = true;
    }
    if (page.next.empty() || page.entries.empty()) break;
    read += static_cast<int>(page.entries.size());
    from = page.next;
  }
  return last;
}

}  // namespace

Engine::Engine(store::Store& store, const RegistryRules& rules, const Clock& clock,
               const EngineOptions& options)
    : store_(store),
      rules_(rules),
      clock_(clock),
      commit_doubt_(options.commit_doubt),
      calls_(store, rules, clock),
      workers_(std::make_unique<Workers>(store, rules, clock, options)) {}

Engine::~Engine() { Stop(); }

void Engine::Start() {
  workers_->Start();
  store_.OnOperation([this] { workers_->Wake(); });
}

void Engine::Wake() { workers_->Wake(); }

void Engine::DeleteOld() { workers_->DeleteOld(); }

void Engine::Stop() {
  store_.OnOperation(nullptr);
  workers_->Stop();
}

absl::StatusOr<ItemResult> Engine::ClaimOne(const BatchSender& sender,
                                            const api::PartnerClaim& item) {
  return calls_.Run(
      {.partner = sender.partner, .actor = sender.actor, .claim = &item, .target = {}});
}

absl::StatusOr<ItemResult> Engine::UnclaimOne(const BatchSender& sender,
                                              const api::PartnerUnclaim& item) {
  const ItemTarget target = TargetOf(CheckUnclaim(item, rules_, clock_.Now()));
  // A request that is refused anyway does not wait for the store.
  if (const auto* refused = std::get_if<Outcome>(&target)) {
    return ItemResult{.outcome = *refused, .device = {}};
  }
  return calls_.Run(
      {.partner = sender.partner, .actor = sender.actor, .unclaim = &item, .target = target});
}

absl::StatusOr<ItemResult> Engine::UpdateMetadataOne(const BatchSender& sender,
                                                     const api::UpdateMetadataArguments& item,
                                                     api::DeviceMetadata& after) {
  const PartnerId caller = sender.partner;
  const ItemTarget target = TargetOf(CheckMetadataUpdate(item, rules_));
  return ChangeOne(
      sender.actor, target,
      [&](store::Transaction& transaction) {
        return LoadOne(transaction, caller, item.device_identifier(), target,
                       /*with_statements=*/true);
      },
      [&](store::Transaction&, const Hardware& hardware) -> absl::StatusOr<ItemResult> {
        const ItemResult result = DecideMetadataUpdate(caller, item, rules_, hardware);
        if (result.outcome == Outcome::kSuccess) {
          after = hardware.device->StatementOf(caller)->metadata;
        }
        return result;
      });
}

absl::StatusOr<ItemResult> Engine::ConfigureOne(const CustomerSender& sender,
                                                const api::DeviceReference& device,
                                                ConfigurationId configuration) {
  const CustomerId caller = sender.customer;
  const ItemTarget target = TargetOf(TargetIn(device, rules_));
  return ChangeOne(
      sender.actor, target,
      [&](store::Transaction& transaction) {
        return TargetDevices::LoadForCustomer(transaction, caller, target);
      },
      [&](store::Transaction& transaction, const Hardware& hardware) -> absl::StatusOr<ItemResult> {
        if (configuration) {
          ZT_ASSIGN_OR_RETURN(const auto found,
                              transaction.FindConfiguration(caller, configuration));
          if (!found.has_value()) {
            return ItemResult{.outcome = Outcome::kInvalidConfiguration, .device = {}};
          }
        }
        return DecideConfiguration(caller, configuration, hardware.device);
      });
}

absl::StatusOr<ItemResult> Engine::CustomerUnclaimOne(const CustomerSender& sender,
                                                      const api::DeviceReference& device) {
  const CustomerId caller = sender.customer;
  const ItemTarget target = TargetOf(TargetIn(device, rules_));
  return ChangeOne(
      sender.actor, target,
      [&](store::Transaction& transaction) {
        return TargetDevices::LoadForCustomer(transaction, caller, target);
      },
      [&](store::Transaction&, const Hardware& hardware) -> absl::StatusOr<ItemResult> {
        return DecideCustomerUnclaim(caller, hardware.device);
      });
}

absl::StatusOr<ItemResult> Engine::UndoCustomerUnclaimOne(const CustomerSender& sender,
                                                          DeviceId device) {
  ItemResult result;
  ZT_RETURN_IF_ERROR(
      store_.Write(sender.actor, [&](store::Transaction& transaction) -> absl::Status {
        ZT_ASSIGN_OR_RETURN(const LastUnclaim last,
                            FindCustomerUnclaim(transaction, sender.customer, device));
        result = {.outcome = Outcome::kUnknownDevice, .device = {}};
        if (!last.entry.has_value()) return absl::OkStatus();
        result.outcome = Outcome::kChangedSince;
        if (last.changed_since) return absl::OkStatus();
        result.outcome = Outcome::kNothingToUndo;
        if (last.entry->time < clock_.Now() - limits::kOperationRetention) return absl::OkStatus();
        const PartnerId partner = last.entry->change.before->reseller;
        ZT_ASSIGN_OR_RETURN(result, UndoUnclaim(transaction, partner, last.entry->change, rules_));
        return absl::OkStatus();
      }));
  return result;
}

template <class Loading, class Decision>
absl::StatusOr<ItemResult> Engine::ChangeOne(const store::Actor& actor, const ItemTarget& target,
                                             const Loading& load, const Decision& decide) {
  // A request that is refused anyway does not wait for the store.
  if (const auto* refused = std::get_if<Outcome>(&target)) {
    return ItemResult{.outcome = *refused, .device = {}};
  }
  absl::StatusOr<ItemResult> result = ItemResult();
  ZT_RETURN_IF_ERROR(store_.Write(actor, [&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(TargetDevices devices, load(transaction));
    ZT_ASSIGN_OR_RETURN(result, devices.Decide(0, [&](const Hardware& hardware) {
      return decide(transaction, hardware);
    }));
    return devices.Apply(transaction);
  }));
  return result;
}

absl::StatusOr<store::OperationHead> Engine::AcceptClaims(const BatchSender& sender,
                                                          const PackedItems& claims) {
  return Accept(sender, store::BatchKind::kClaim, claims);
}

absl::StatusOr<store::OperationHead> Engine::AcceptUnclaims(const BatchSender& sender,
                                                            const PackedItems& unclaims) {
  return Accept(sender, store::BatchKind::kUnclaim, unclaims);
}

absl::StatusOr<store::OperationHead> Engine::AcceptMetadataUpdates(const BatchSender& sender,
                                                                   const PackedItems& updates) {
  return Accept(sender, store::BatchKind::kUpdateMetadata, updates);
}

absl::StatusOr<store::OperationHead> Engine::PreviewClaims(const BatchSender& sender,
                                                           const PackedItems& claims) {
  return Accept(sender, store::BatchKind::kPreviewClaim, claims);
}

absl::StatusOr<store::OperationHead> Engine::PreviewUnclaims(const BatchSender& sender,
                                                             const PackedItems& unclaims) {
  return Accept(sender, store::BatchKind::kPreviewUnclaim, unclaims);
}

absl::StatusOr<store::OperationHead> Engine::Accept(const BatchSender& sender,
                                                    store::BatchKind kind,
                                                    const PackedItems& items) {
  // The id is random, so that it cannot be guessed. If it is taken, the store refuses
  // it and the caller's retry gets another one.
  const store::OperationHead head{.id = OperationId(RandomId()),
                                  .partner = sender.partner,
                                  .kind = kind,
                                  .items = items.size(),
                                  .accepted = clock_.Now(),
                                  .started = {},
                                  .finished = {},
                                  .account = sender.account,
                                  .request_id = sender.actor.request_id,
                                  .trace_id = TraceOfNewOperation()};
  NoteAccepted(head.id);
  const auto add = [&](store::Transaction& transaction) {
    return WithContext(transaction.AddOperation(head, items.chunks()), "storing the operation");
  };
  ZT_RETURN_IF_ERROR(AddOperation(store_, head, add, commit_doubt_));
  workers_->Wake();
  return head;
}

absl::StatusOr<store::OperationHead> Engine::Undo(const BatchSender& sender, OperationId id) {
  store::OperationHead head{.id = OperationId(RandomId()),
                            .partner = sender.partner,
                            .accepted = clock_.Now(),
                            .started = {},
                            .finished = {},
                            .account = sender.account,
                            .request_id = sender.actor.request_id,
                            .undoes = id,
                            .trace_id = TraceOfNewOperation()};
  NoteAccepted(head.id);
  const auto add = [&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const store::OperationHead undone,
                        FindUndoable(transaction, sender.partner, id));
    head.kind = undone.kind == store::BatchKind::kClaim ? store::BatchKind::kUndoClaim
                                                        : store::BatchKind::kUndoUnclaim;
    head.items = undone.items;
    return WithContext(transaction.AddUndo(head), "storing the operation");
  };
  ZT_RETURN_IF_ERROR(AddOperation(store_, head, add, commit_doubt_));
  workers_->Wake();
  return head;
}

}  // namespace zerotouch::batch
