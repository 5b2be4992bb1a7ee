// SPDX-License-Identifier: Apache-2.0
#include "batch/engine.h"

#include "base/check.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "batch/accept.h"
#include "batch/claim.h"
#include "batch/stored_request.h"
#include "batch/targets.h"
#include "batch/workers.h"
#include "model/customer_rules.h"
#include "model/metadata.h"
#include "store/store.h"

namespace zerotouch::batch {

Engine::Engine(store::Store& store, const RegistryRules& rules, const Clock& clock,
               const EngineOptions& options)
    : store_(store),
      rules_(rules),
      clock_(clock),
      commit_doubt_(options.commit_doubt),
      workers_(std::make_unique<Workers>(store, rules, clock, options)) {}

Engine::~Engine() { Stop(); }

void Engine::Start() {
  workers_->Start();
  store_.OnOperation([this] { workers_->Wake(); });
}

void Engine::Stop() {
  store_.OnOperation(nullptr);
  workers_->Stop();
}

absl::StatusOr<ItemResult> Engine::ClaimOne(PartnerId caller, const api::PartnerClaim& item) {
  ItemResult result;
  const api::PartnerClaim* const items[] = {&item};
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunClaims(transaction, caller, items, rules_));
    ZT_CHECK(results.size() == 1, "a claim has no result");
    result = results[0];
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ItemResult> Engine::UnclaimOne(PartnerId caller, const api::PartnerUnclaim& item) {
  const absl::Time now = clock_.Now();
  return ChangeOne(TargetOf(CheckUnclaim(item, rules_, now)),
                   [&](store::Transaction&, DeviceState* device) -> absl::StatusOr<ItemResult> {
                     return DecideUnclaim(caller, item, device, now);
                   });
}

absl::StatusOr<ItemResult> Engine::UpdateMetadataOne(PartnerId caller,
                                                     const api::UpdateMetadataArguments& item,
                                                     api::DeviceMetadata& after) {
  return ChangeOne(
      TargetOf(CheckMetadataUpdate(item, rules_)),
      [&](store::Transaction& transaction, DeviceState* device) -> absl::StatusOr<ItemResult> {
        if (device != nullptr) {
          DeviceState* const states[] = {device};
          ZT_RETURN_IF_ERROR(transaction.ReadRecords(states));
        }
        const ItemResult result = DecideMetadataUpdate(caller, item, rules_, device);
        if (result.outcome == Outcome::kSuccess) after = device->record->metadata;
        return result;
      });
}

absl::StatusOr<ItemResult> Engine::ConfigureOne(CustomerId caller,
                                                const api::DeviceReference& device,
                                                ConfigurationId configuration) {
  return ChangeOne(
      TargetOf(TargetIn(device, rules_)),
      [&](store::Transaction& transaction, DeviceState* state) -> absl::StatusOr<ItemResult> {
        if (configuration) {
          ZT_ASSIGN_OR_RETURN(const auto found,
                              transaction.FindConfiguration(caller, configuration));
          if (!found.has_value()) {
            return ItemResult{.outcome = Outcome::kInvalidConfiguration, .device = {}};
          }
        }
        return DecideConfiguration(caller, configuration, state);
      });
}

absl::StatusOr<ItemResult> Engine::CustomerUnclaimOne(CustomerId caller,
                                                      const api::DeviceReference& device) {
  return ChangeOne(TargetOf(TargetIn(device, rules_)),
                   [&](store::Transaction&, DeviceState* state) -> absl::StatusOr<ItemResult> {
                     return DecideCustomerUnclaim(caller, state);
                   });
}

template <class Decision>
absl::StatusOr<ItemResult> Engine::ChangeOne(const ItemTarget& target, const Decision& decide) {
  // A request that is refused anyway does not wait for the store.
  if (const auto* refused = std::get_if<Outcome>(&target)) {
    return ItemResult{.outcome = *refused, .device = {}};
  }
  const ItemTarget targets[] = {target};
  absl::StatusOr<ItemResult> result = ItemResult();
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(TargetDevices devices, TargetDevices::Load(transaction, targets));
    ZT_ASSIGN_OR_RETURN(result, devices.Decide(0, [&](DeviceState* device) {
      return decide(transaction, device);
    }));
    return devices.Apply(transaction);
  }));
  return result;
}

absl::StatusOr<store::OperationHead> Engine::AcceptClaims(const BatchSender& sender,
                                                          const api::ClaimDevicesRequest& request) {
  return Accept(sender, store::BatchKind::kClaim, request.claims_size(), SplitRequest(request));
}

absl::StatusOr<store::OperationHead> Engine::AcceptUnclaims(
    const BatchSender& sender, const api::UnclaimDevicesRequest& request) {
  return Accept(sender, store::BatchKind::kUnclaim, request.unclaims_size(), SplitRequest(request));
}

absl::StatusOr<store::OperationHead> Engine::AcceptMetadataUpdates(
    const BatchSender& sender, const api::UpdateDeviceMetadataInBatchRequest& request) {
  return Accept(sender, store::BatchKind::kUpdateMetadata, request.updates_size(),
                SplitRequest(request));
}

absl::StatusOr<store::OperationHead> Engine::Accept(const BatchSender& sender,
                                                    store::BatchKind kind, int32_t items,
                                                    const std::vector<std::string>& chunks) {
  // The id is random, so that it cannot be guessed. If it is taken, the store refuses
  // it and the caller's retry gets another one.
  const store::OperationHead head{.id = OperationId(RandomId()),
                                  .partner = sender.partner,
                                  .kind = kind,
                                  .items = items,
                                  .accepted = clock_.Now(),
                                  .started = {},
                                  .finished = {},
                                  .account = sender.account};
  ZT_RETURN_IF_ERROR(AddOperation(store_, head, chunks, commit_doubt_));
  workers_->Wake();
  return head;
}

}  // namespace zerotouch::batch
