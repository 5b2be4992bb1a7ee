// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_ENGINE_H_
#define ZEROTOUCH_BATCH_ENGINE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "batch/grouped_calls.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "model/api.h"
#include "model/rules.h"
#include "store/actor.h"
#include "store/operations.h"

namespace google::protobuf {
class Message;
}

namespace zerotouch::store {
class Store;
}

namespace zerotouch::batch {

class Pace;
class Workers;
class WorkerTime;

// The sender of a batch, or of a single item.
struct BatchSender {
  // NOLINTNEXTLINE(google-explicit-constructor): a batch may have no account.
  BatchSender(PartnerId sender, std::string email = "", store::Actor call = {})
      : partner(sender), account(std::move(email)), actor(std::move(call)) {}

  PartnerId partner;
  // E-mail address of the account; the batch ends with it. Empty: the batch runs to
  // its end.
  std::string account;
  // Makes the changes of a single item. Those of a batch are made by the account, and
  // have the request id.
  store::Actor actor;
};

// A customer that changes one device.
struct CustomerSender {
  // NOLINTNEXTLINE(google-explicit-constructor): as BatchSender.
  CustomerSender(CustomerId sender, store::Actor call = {})
      : customer(sender), actor(std::move(call)) {}

  CustomerId customer;
  store::Actor actor;
};

// Returns the result of an item that must not run; nullopt if it is to run.
using ItemFaults = std::function<std::optional<ItemResult>(const store::OperationHead& head,
                                                           const google::protobuf::Message& item)>;

struct EngineOptions {
  // Operations that run concurrently, at most one of each partner.
  int workers = 2;
  // Length of a lease without a heartbeat. After a crash, another worker continues
  // the operation once the lease has run out.
  absl::Duration lease = absl::Seconds(2);
  // Time that an operation runs, while others wait, before it yields to them.
  absl::Duration slice = absl::Seconds(2);
  // Target time for which a chunk holds the store's writer; sets the size of chunks.
  absl::Duration chunk_time = absl::Milliseconds(20);
  // Delay before an operation that cannot run is retried, while others run.
  absl::Duration postpone = absl::Seconds(30);
  // How long Accept tries to find out whether the store has a batch whose commit was
  // not confirmed.
  absl::Duration commit_doubt = limits::kCommitDoubt;
  // Memory of the batches that are loaded to run, in bytes; one that needs more runs
  // alone.
  uint64_t memory_bytes = limits::kMemoryBytes / limits::kBatchPart;
  // The workers' own time, which outlives the engine; null is the machine's.
  WorkerTime* time = nullptr;
  // The pace of the workers, which outlives the engine; null is one of its own.
  Pace* pace = nullptr;
  // Gives results to items that must not run; empty: all run. Called by workers.
  ItemFaults item_faults;
  // Slows operations down so that progress can be watched; 0 is full speed. Without
  // `pace` only.
  double items_per_second = 0;
};

// Changes devices, one at a time for the synchronous methods and in batches for the
// others, in the same steps: resolve, decide, apply. Thread-safe.
class Engine {
 public:
  // The references must outlive it.
  Engine(store::Store& store, const RegistryRules& rules, const Clock& clock,
         const EngineOptions& options);
  ~Engine();

  // Starts the workers, which continue unfinished operations of the store.
  void Start();
  // Stops the workers after their current chunk and releases their leases. Idempotent.
  void Stop();

  // Looks for operations to run, after the registry was changed by others.
  void Wake();
  // Deletes what is past its retention now. That time has passed is durable on return, so
  // call it before and after moving the clock. An error is logged.
  void DeleteOld();

  // Run a batch of one item. The change is durable on return.
  absl::StatusOr<ItemResult> ClaimOne(const BatchSender& sender, const api::PartnerClaim& item);
  absl::StatusOr<ItemResult> UnclaimOne(const BatchSender& sender, const api::PartnerUnclaim& item);
  // Sets `after` to the metadata of the device after the update.
  absl::StatusOr<ItemResult> UpdateMetadataOne(const BatchSender& sender,
                                               const api::UpdateMetadataArguments& item,
                                               api::DeviceMetadata& after);
  // The same for a customer. Applies the configuration to the device, or removes it if
  // `configuration` is not set. The outcome is kInvalidConfiguration if it is not the
  // customer's.
  absl::StatusOr<ItemResult> ConfigureOne(const CustomerSender& sender,
                                          const api::DeviceReference& device,
                                          ConfigurationId configuration);
  absl::StatusOr<ItemResult> CustomerUnclaimOne(const CustomerSender& sender,
                                                const api::DeviceReference& device);
  // Takes back the customer's last unclaim of the device. The outcome is kUnknownDevice if
  // the customer never unclaimed it, kNothingToUndo if that was longer ago than
  // limits::kOperationRetention, and kChangedSince if the zero-touch claim changed since.
  absl::StatusOr<ItemResult> UndoCustomerUnclaimOne(const CustomerSender& sender, DeviceId device);

  // Accept a batch, which the workers run. The batch is durable on return. There
  // must be 1 to limits::kBatchItems items. Return RESOURCE_EXHAUSTED past
  // limits::kUnfinishedOperationsPerPartner, UNAVAILABLE only if the batch is certainly
  // not stored, UNKNOWN if that could not be found out.
  absl::StatusOr<store::OperationHead> AcceptClaims(const BatchSender& sender,
                                                    const PackedItems& claims);
  absl::StatusOr<store::OperationHead> AcceptUnclaims(const BatchSender& sender,
                                                      const PackedItems& unclaims);
  absl::StatusOr<store::OperationHead> AcceptMetadataUpdates(const BatchSender& sender,
                                                             const PackedItems& updates);
  // Accept a batch whose results say what the claims or unclaims would do, and which
  // changes nothing.
  absl::StatusOr<store::OperationHead> PreviewClaims(const BatchSender& sender,
                                                     const PackedItems& claims);
  absl::StatusOr<store::OperationHead> PreviewUnclaims(const BatchSender& sender,
                                                       const PackedItems& unclaims);
  // Accepts an undo of the sender's finished claim or unclaim operation `id`. Returns
  // errors::UnknownOperation if the sender has no such operation, errors::InvalidOperation
  // if it is of another kind, not done, or undone already by an operation that was not
  // cancelled, and the errors of the other batches.
  absl::StatusOr<store::OperationHead> Undo(const BatchSender& sender, OperationId id);

 private:
  // As `actor`, calls `load` for the device, then `decide` with the transaction and the hardware,
  // and applies the change.
  template <class Loading, class Decision>
  absl::StatusOr<ItemResult> ChangeOne(const store::Actor& actor, const ItemTarget& target,
                                       const Loading& load, const Decision& decide);

  absl::StatusOr<store::OperationHead> Accept(const BatchSender& sender, store::BatchKind kind,
                                              const PackedItems& items);

  store::Store& store_;
  const RegistryRules& rules_;
  const Clock& clock_;
  const absl::Duration commit_doubt_;
  GroupedCalls calls_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_ENGINE_H_
