// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_INSPECTION_H_
#define ZEROTOUCH_STORE_INSPECTION_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"

namespace zerotouch::store {

// The state of a registry that Open would open.
struct Inspection {
  int64_t schema = 0;   // version; 0: there is no registry yet, and Open makes one
  int64_t newest = 0;   // version to which Open of this program migrates
  bool served = false;  // a server has the SQLite file open
  // How much the database's clock is ahead of this machine's, with an error of half a
  // round trip. nullopt: the registry is a file.
  std::optional<absl::Duration> clock_ahead;
};

// Looks at the registry at `url` without changing anything: creates no file, migrates
// nothing, takes no lock. Returns the errors of Open (store.h), except that a file may be
// open in another server.
absl::StatusOr<Inspection> Inspect(const std::string& url, const Clock& clock);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_INSPECTION_H_
