#include "batch/engine.h"

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/claim.h"
#include "batch/stored_request.h"
#include "batch/unclaim.h"
#include "batch/workers.h"
#include "crypto/random.h"
#include "model/errors.h"
#include "store/store.h"

namespace zerotouch::batch {

Engine::Engine(store::Store& store, const RegistryRules& rules, const Clock& clock,
               const EngineOptions& options)
    : store_(store),
      rules_(rules),
      clock_(clock),
      workers_(std::make_unique<Workers>(store, rules, clock, options)) {}

Engine::~Engine() = default;

void Engine::Start() { workers_->Start(); }

void Engine::Stop() { workers_->Stop(); }

absl::StatusOr<ItemResult> Engine::ClaimOne(PartnerId caller, const api::PartnerClaim& item) {
  ItemResult result;
  const api::PartnerClaim* const items[] = {&item};
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunClaims(transaction, caller, items, rules_, clock_.Now()));
    result = results[0];
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<ItemResult> Engine::UnclaimOne(PartnerId caller, const api::PartnerUnclaim& item) {
  ItemResult result;
  const absl::Time now = clock_.Now();
  const api::PartnerUnclaim* const items[] = {&item};
  const UnclaimTarget targets[] = {TargetOf(item, rules_, now)};
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results,
                        RunUnclaims(transaction, caller, items, targets, now));
    result = results[0];
    return absl::OkStatus();
  }));
  return result;
}

absl::StatusOr<store::OperationHead> Engine::AcceptClaims(PartnerId caller,
                                                          const api::ClaimDevicesRequest& request) {
  return Accept({.id = {},
                 .partner = caller,
                 .kind = store::BatchKind::kClaim,
                 .items = request.claims_size(),
                 .accepted = clock_.Now(),
                 .started = {},
                 .finished = {}},
                SplitRequest(request));
}

absl::StatusOr<store::OperationHead> Engine::AcceptUnclaims(
    PartnerId caller, const api::UnclaimDevicesRequest& request) {
  return Accept({.id = {},
                 .partner = caller,
                 .kind = store::BatchKind::kUnclaim,
                 .items = request.unclaims_size(),
                 .accepted = clock_.Now(),
                 .started = {},
                 .finished = {}},
                SplitRequest(request));
}

absl::StatusOr<store::OperationHead> Engine::Accept(store::OperationHead head,
                                                    const std::vector<std::string>& chunks) {
  // Not guessable; should two be equal after all, the second is refused and
  // the caller's retry gets another.
  head.id = OperationId(crypto::RandomId());
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const int64_t unfinished, transaction.CountUnfinished(head.partner));
    if (unfinished >= limits::kUnfinishedOperationsPerPartner) {
      return errors::TooBusy("unfinished operations of this partner", absl::Seconds(5));
    }
    return transaction.AddOperation(head, chunks);
  }));
  workers_->Wake();
  return head;
}

}  // namespace zerotouch::batch
