// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
#define ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/store.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/seed_file.h"

// Makes the companies of a sandbox and their key files. The server itself is
// the same as in `serve`.
namespace zerotouch::daemon {

// Fills a registry that has no partners from the seed, in one transaction.
// INVALID_ARGUMENT, with a line for each fault, if a device cannot be claimed.
absl::Status SeedSandbox(store::Store& store, const Clock& clock, const PreparedSeed& prepared,
                         const RegistryRules& rules);

// Returns true if the registry is empty, or its first state was not kept yet (KeepSeed).
absl::StatusOr<bool> NeedsSeed(store::Store& store);

// Returns the parts of the seed that a sandbox needs after its first start: the order of its
// resellers, and its accounts. `prepared` may be null unless NeedsSeed.
absl::StatusOr<sandbox::proto::Seed> KeptSeed(store::Store& store, const PreparedSeed* prepared);

// Keeps the registry as the state to which a sandbox is reset, unless one is kept.
absl::Status KeepSeed(store::Store& store, const Clock& clock, const PreparedSeed& prepared);

// Says what to do with the key of a key file that is not in the registry.
enum class UnknownKey {
  kAdd,   // add it: the registry is new, or as the seed made it
  kKeep,  // keep it out: it was revoked
};

// Makes sure that each account of the sandbox, and each account of the seed, has a key file in
// `dir` whose token_uri is that of `endpoint`. Generates missing keys: each is in the registry
// before its file is there.
absl::Status WriteKeyFiles(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint, const sandbox::proto::Seed& seed,
                           UnknownKey unknown);

// Returns the endpoints, companies and key files of the sandbox as a line of JSON.
absl::StatusOr<std::string> DescribeSandbox(store::Store& store, const std::string& dir,
                                            const Endpoint& endpoint,
                                            const sandbox::proto::Seed& seed);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
