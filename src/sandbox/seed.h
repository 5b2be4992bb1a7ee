// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_SEED_H_
#define ZEROTOUCH_SANDBOX_SEED_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/violation.h"
#include "model/api.h"
#include "model/rules.h"
#include "openzerotouch/sandbox/v1/seed.pb.h"
#include "sandbox/fault_rules.h"
#include "store/store.h"

// Makes the registry of a new sandbox from a seed. The order of the calls: ReadSeed or
// DefaultSeed, CompleteSeed, CheckSeed, ClaimsOf, ResolveClaims, PlantSeed. Each finds its
// own faults, so that all of them can be reported at once.
namespace zerotouch::sandbox {

// The project in the key files of a sandbox.
inline constexpr char kSandboxProject[] = "zerotouch-sandbox";

// Returns the e-mail address of an account that a sandbox makes with its registry.
std::string SandboxEmail(std::string_view name);
// Returns true if `email` is such an address.
bool IsSandboxEmail(std::string_view email);

// Returns a new account without companies and keys.
store::ServiceAccount NewSandboxAccount(std::string email);

// A device to claim. `path` names it in faults: `devices[3]`.
struct SeedClaim {
  std::string path;
  PartnerId partner;          // 0: not given
  std::string configuration;  // its name; empty: none
  api::PartnerClaim claim;    // customer_id 0: not given
};

// Returns the seed of a sandbox without one: two unrelated resellers, each with a vendor
// and two customers.
proto::Seed DefaultSeed();

// Reads the JSON text of a seed, which may begin with a byte order mark. Returns the
// violations; empty on success. `line N` is the field of one that is not JSON. If there are
// others only, `seed` has everything else.
std::vector<Violation> ReadSeed(std::string text, proto::Seed& seed);

// Fills in what was left out: ids, names, e-mail addresses, DPCs.
void CompleteSeed(proto::Seed& seed);

// Returns the faults of a complete seed, except those of its devices. `names` are those
// that its fault rules can give to methods.
std::vector<Violation> CheckSeed(const proto::Seed& seed, const MethodNames& names);

// Returns the claims of the seed's `devices`.
std::vector<SeedClaim> ClaimsOf(const proto::Seed& seed);

// Fills in the companies that were left out and the ids of the configurations. Removes the
// claims for which it appends faults.
void ResolveClaims(const proto::Seed& seed, std::vector<SeedClaim>& claims,
                   std::vector<Violation>& faults);

// Adds everything to an empty registry: the companies, an account for each company that
// none of the seed's accounts acts for, the seed's accounts, and the claims. Appends a
// fault for each device that cannot be claimed, and then returns INVALID_ARGUMENT, which
// undoes the transaction.
absl::Status PlantSeed(store::Transaction& transaction, const proto::Seed& seed,
                       const std::vector<SeedClaim>& claims, const RegistryRules& rules,
                       absl::Time now, std::vector<Violation>& faults);

// Returns the faults as lines `path: description`, at most limits::kReportedSeedFaults of
// them, with paths as in JSON, and fit for a terminal.
std::string DescribeFaults(const std::vector<Violation>& faults);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_SEED_H_
