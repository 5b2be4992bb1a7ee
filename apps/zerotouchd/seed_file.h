// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SEED_FILE_H_
#define ZEROTOUCH_ZEROTOUCHD_SEED_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "model/rules.h"
#include "sandbox/seed.h"

namespace zerotouch::daemon {

// A seed that was read, completed and checked.
struct PreparedSeed {
  sandbox::proto::Seed seed;
  std::vector<sandbox::SeedClaim> claims;  // of its devices and CSV files
};

// Reads the seed in `file`, or takes the default one if `file` is empty. Claims its
// devices in a temporary registry, to find their faults. INVALID_ARGUMENT has a line
// `path: description` for each fault of the seed and of its CSV files.
absl::StatusOr<PreparedSeed> PrepareSeed(const std::string& file, const RegistryRules& rules);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SEED_FILE_H_
