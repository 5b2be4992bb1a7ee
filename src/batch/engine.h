// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_ENGINE_H_
#define ZEROTOUCH_BATCH_ENGINE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"
#include "batch/targets.h"
#include "model/api.h"
#include "model/rules.h"
#include "store/operations.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::batch {

class Workers;

struct EngineOptions {
  // Operations that run side by side, at most one of each partner.
  int workers = 2;
  // How long a lease lasts without a heartbeat: after a crash another worker
  // goes on with the operation this much later, and a look around.
  absl::Duration lease = absl::Seconds(2);
  // How long an operation runs while others wait, before it goes to the back.
  absl::Duration slice = absl::Seconds(2);
  // How long a chunk may hold the store's writer; sets the size of chunks.
  absl::Duration chunk_time = absl::Milliseconds(20);
  // How long an operation that cannot be run is left alone, while others run.
  absl::Duration put_off = absl::Seconds(30);
  // Slows operations down so that progress can be watched; 0 is full speed.
  double items_per_second = 0;
};

// Changes devices: one at a time for the synchronous methods, in batches for
// the others, by the same steps (resolve, decide, apply). Thread-safe.
class Engine {
 public:
  // All must outlive it.
  Engine(store::Store& store, const RegistryRules& rules, const Clock& clock,
         const EngineOptions& options);
  ~Engine();

  // Starts the workers: unfinished operations of the store are gone on with.
  void Start();
  // Stops them after their current chunk and gives their leases up. Idempotent.
  void Stop();

  // A batch of one, done when it returns.
  absl::StatusOr<ItemResult> ClaimOne(PartnerId caller, const api::PartnerClaim& item);
  absl::StatusOr<ItemResult> UnclaimOne(PartnerId caller, const api::PartnerUnclaim& item);
  // `after` gets the metadata that the device has then.
  absl::StatusOr<ItemResult> UpdateMetadataOne(PartnerId caller,
                                               const api::UpdateMetadataArguments& item,
                                               api::DeviceMetadata& after);
  // The same for a customer. Puts the configuration on the device, or takes it
  // off if `configuration` is none; kInvalidConfiguration if it is not the customer's.
  absl::StatusOr<ItemResult> ConfigureOne(CustomerId caller, const api::DeviceReference& device,
                                          ConfigurationId configuration);
  absl::StatusOr<ItemResult> CustomerUnclaimOne(CustomerId caller,
                                                const api::DeviceReference& device);

  // Accepts a batch: durable when it returns, run by the workers. The request
  // must have 1 to limits::kBatchItems items. RESOURCE_EXHAUSTED past
  // limits::kUnfinishedOperationsPerPartner.
  absl::StatusOr<store::OperationHead> AcceptClaims(PartnerId caller,
                                                    const api::ClaimDevicesRequest& request);
  absl::StatusOr<store::OperationHead> AcceptUnclaims(PartnerId caller,
                                                      const api::UnclaimDevicesRequest& request);
  absl::StatusOr<store::OperationHead> AcceptMetadataUpdates(
      PartnerId caller, const api::UpdateDeviceMetadataInBatchRequest& request);

 private:
  // Resolves the device, decides by `decide` (of the transaction and the device,
  // null if there is none) and applies.
  template <class Decision>
  absl::StatusOr<ItemResult> ChangeOne(const ItemTarget& target, const Decision& decide);

  absl::StatusOr<store::OperationHead> Accept(PartnerId caller, store::BatchKind kind,
                                              int32_t items,
                                              const std::vector<std::string>& chunks);

  store::Store& store_;
  const RegistryRules& rules_;
  const Clock& clock_;
  std::unique_ptr<Workers> workers_;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_ENGINE_H_
