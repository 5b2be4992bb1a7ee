// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CLAIM_H_
#define ZEROTOUCH_BATCH_CLAIM_H_

#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// The claims of a chunk. What needs no transaction can be done ahead of it, on another thread.
class ClaimChunk {
 public:
  // Checks the claims. The items and the rules must outlive it.
  ClaimChunk(PartnerId caller, std::span<const api::PartnerClaim* const> items,
             const RegistryRules& rules);
  ~ClaimChunk();

  // Decides the claims as if nobody had stated a key of their hardware, and with those of
  // `customers` that they name. Run uses that if it finds the registry so.
  void DecideAsNew(const CustomersOfReseller& customers);

  // Resolves, decides and applies the claims in their order. Returns results[i] for items[i]. Can
  // be called again in another transaction, if this one fails.
  absl::StatusOr<std::vector<ItemResult>> Run(store::Transaction& transaction);

  // Returns the results that Run would return, and changes nothing. Devices that would be new
  // have no id.
  absl::StatusOr<std::vector<ItemResult>> Preview(store::Snapshot& snapshot);

 private:
  using Checked = std::variant<CheckedClaim, Outcome>;
  class Devices;
  struct Decided;

  void CheckAll();
  std::vector<CustomerId> CustomerIds() const;
  std::vector<const Identity*> Identities() const;
  // Resolves the claims, and decides them unless what was decided holds. `transaction` is null for
  // a preview, and otherwise the same object as `reads`.
  absl::Status Decide(store::Snapshot& reads, store::Transaction* transaction);
  void DecideEach(Decided& decided);

  const PartnerId caller_;
  const std::span<const api::PartnerClaim* const> items_;
  const RegistryRules& rules_;
  std::vector<Checked> checked_;
  std::unique_ptr<Decided> decided_;  // then checked_ has no identifiers any more
};

// Makes a chunk of the claims and runs it.
absl::StatusOr<std::vector<ItemResult>> RunClaims(store::Transaction& transaction, PartnerId caller,
                                                  std::span<const api::PartnerClaim* const> items,
                                                  const RegistryRules& rules);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CLAIM_H_
