// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
#define ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/store.h"
#include "zerotouchd/endpoint.h"

// The sandbox's own part: sample tenants, and key files to act for them. The
// server is the one that `serve` runs.
namespace zerotouch::daemon {

// Seeds a registry without tenants: two unrelated resellers with vendors,
// customers that have accepted the terms, DPCs; and an account for each company.
absl::Status SeedSandbox(store::Store& store, const Clock& clock);

// Makes sure that each account has a key file in `dir` whose key the registry
// knows and whose token_uri is `endpoint`'s; makes new keys where there is none.
// A key file is on disk before its public half is in the registry, so a crash
// at any instant is mended by the next start.
absl::Status WriteKeyFiles(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint);

// The line that says where the sandbox is and who may call it; JSON.
absl::StatusOr<std::string> DescribeSandbox(store::Store& store, const std::string& dir,
                                            const Endpoint& endpoint);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
