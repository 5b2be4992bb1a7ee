// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SAVED_STATES_H_
#define ZEROTOUCH_STORE_SAVED_STATES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace zerotouch::store {

// The rows of `meta` that describe a saved state.
inline constexpr std::string_view kStateTimeKey = "state_created_us";
inline constexpr std::string_view kStateNoteKey = "state_note";

// A copy of the whole registry that is kept beside it.
struct SavedState {
  std::string id;  // 1 to 64 of a-z, 0-9, '-' and '_'
  absl::Time created;
  std::string note;  // whatever the caller kept with it
};

// Saves and restores the whole registry, for tests of clients. Servers and other programs
// may use the registry meanwhile. Thread-safe.
class SavedStates {
 public:
  virtual ~SavedStates() = default;
  // Saves the registry as of one instant. ALREADY_EXISTS if the id is taken,
  // RESOURCE_EXHAUSTED past limits::kSavedStates, INVALID_ARGUMENT for another id.
  virtual absl::Status Save(const SavedState& state) = 0;
  // Replaces everything in the registry by the saved state, in one transaction, and
  // returns its note. Operations are as far as they were, without leases: who runs one loses its
  // lease. NOT_FOUND if there is no such state, FAILED_PRECONDITION if it cannot be used
  // any more.
  virtual absl::StatusOr<std::string> Restore(const std::string& id) = 0;
  // Lists the states, oldest first.
  virtual absl::StatusOr<std::vector<SavedState>> List() = 0;
  // NOT_FOUND if there is no such state.
  virtual absl::Status Remove(const std::string& id) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_SAVED_STATES_H_
