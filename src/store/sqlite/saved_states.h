// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_SAVED_STATES_H_
#define ZEROTOUCH_STORE_SQLITE_SAVED_STATES_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "store/saved_states.h"
#include "store/sqlite/database.h"
#include "store/sqlite/pool.h"
#include "store/sqlite/writer.h"

namespace zerotouch::store::sqlite {

// Keeps each state as a file in the folder `REGISTRY-states`: a copy of all pages, which
// is restored page by page in one transaction of the connection that writes. So the time
// of both depends on the size of the file only.
class FileStates final : public SavedStates {
 public:
  // The references must outlive it. `registry` is the path of the registry's file.
  FileStates(const std::string& registry, Pool& readers, Writer& writer)
      : folder_(registry + "-states"), readers_(readers), writer_(writer) {}

  absl::Status Save(const SavedState& state) override;
  absl::StatusOr<std::string> Restore(const std::string& id) override;
  absl::StatusOr<std::vector<SavedState>> List() override;
  absl::Status Remove(const std::string& id) override;

 private:
  std::string FileOf(std::string_view id) const;
  // Returns the path of the state's file; NOT_FOUND if the file is missing.
  absl::StatusOr<std::string> FindFile(const std::string& id) const;
  absl::StatusOr<std::vector<std::string>> ListIds() const;
  absl::Status CopyRegistry(const std::string& file, const SavedState& state);

  const std::string folder_;
  Pool& readers_;
  Writer& writer_;
  Mutex mutex_;  // held by each call: one at a time uses the files
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_SAVED_STATES_H_
