// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_UNDO_RUN_H_
#define ZEROTOUCH_BATCH_UNDO_RUN_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "batch/batch_run.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// Loads the items of the undo `head` that have no result: they take back what the items of
// `head.undoes` changed, by what the history says. `done` says which items have a result,
// by index. They run in the order of their device ids, those of one device in reverse
// request order. `rules` must outlive the result. Calls `hold` as LoadBatchRun does.
absl::StatusOr<std::unique_ptr<BatchRun>> LoadUndoRun(store::Snapshot& snapshot,
                                                      const store::OperationHead& head,
                                                      const std::vector<bool>& done,
                                                      const RegistryRules& rules,
                                                      const std::function<bool(uint64_t)>& hold);

// Puts the device back as it was before `change`, which changed a claim of `partner`, in the
// transaction. `change` comes from a single unclaim: it altered no statements.
absl::StatusOr<ItemResult> UndoUnclaim(store::Transaction& transaction, PartnerId partner,
                                       DeviceChange change, const RegistryRules& rules);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_UNDO_RUN_H_
