// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_ACCEPT_H_
#define ZEROTOUCH_BATCH_ACCEPT_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "store/store.h"

namespace zerotouch::batch {

// Stores a new operation, which nobody else knows, by calling `add` in a transaction. If the
// store does not confirm the commit, adds the operation again under the same id: the store
// orders the two, so that exactly one of them is kept. Tries that for `doubt`.
//
// Returns errors of `add`, RESOURCE_EXHAUSTED past limits::kUnfinishedOperationsPerPartner, UNKNOWN
// if the operation may be stored after all, and otherwise errors of the store that say that it is
// certainly not stored.
absl::Status AddOperation(store::Store& store, const store::OperationHead& head,
                          const std::function<absl::Status(store::Transaction&)>& add,
                          absl::Duration doubt);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_ACCEPT_H_
