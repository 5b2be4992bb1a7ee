// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_SAVED_STATES_H_
#define ZEROTOUCH_STORE_POSTGRES_SAVED_STATES_H_

#include <string>
#include <vector>

#include "store/saved_states.h"

namespace zerotouch::store::postgres {

// Keeps each state as copies of all tables, in the schema `zerotouch_states` of the
// database, which the first state makes. A restore locks the tables: others wait for it,
// and see all of it or nothing. Each call has a session of its own.
class SchemaStates final : public SavedStates {
 public:
  explicit SchemaStates(std::string url) : url_(std::move(url)) {}

  absl::Status Save(const SavedState& state) override;
  absl::StatusOr<std::string> Restore(const std::string& id) override;
  absl::StatusOr<std::vector<SavedState>> List() override;
  absl::Status Remove(const std::string& id) override;

 private:
  const std::string url_;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SAVED_STATES_H_
