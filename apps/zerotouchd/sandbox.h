// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
#define ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_

#include <string>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/store.h"
#include "zerotouchd/endpoint.h"

// Makes the sample companies of a sandbox and their key files. The server itself is
// the same as in `serve`.
namespace zerotouch::daemon {

// Fills a registry that has no partners: two unrelated resellers, each with a vendor
// and two customers that have accepted the terms; DPCs; an account for each company.
absl::Status SeedSandbox(store::Store& store, const Clock& clock);

// Makes sure that each account has a key file in `dir` whose key is in the registry
// and whose token_uri is that of `endpoint`; generates missing keys. A key file is
// written before its public key goes into the registry, so that the next start
// repairs the state after a crash.
absl::Status WriteKeyFiles(store::Store& store, const Clock& clock, const std::string& dir,
                           const Endpoint& endpoint);

// Returns the endpoints, companies and key files of the sandbox as a line of JSON.
absl::StatusOr<std::string> DescribeSandbox(store::Store& store, const std::string& dir,
                                            const Endpoint& endpoint);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SANDBOX_H_
