// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_FIGURES_H_
#define ZEROTOUCH_BATCH_FIGURES_H_

#include <span>

#include "absl/time/time.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/metrics.h"
#include "store/operations.h"

namespace zerotouch::store {
class Store;
}

// The figures that a server keeps of its operations. Thread-safe.
namespace zerotouch::batch {

// Counts items that have results now: zerotouch_operation_items_total.
void CountItems(store::BatchKind kind, std::span<const store::IndexedResult> results);

// Notes that this server accepts the operation now.
void NoteAccepted(OperationId id);

// Returns the real time since the operation was accepted, whatever was done to clocks. Where
// another server accepted it, or this one before a restart, the time by `clock`, at least 0.
absl::Duration SinceAccepted(const store::OperationHead& head, const Clock& clock);

// Counts the items without a result of an operation that was cancelled now, and makes its span.
// `head` is its state before that.
void CountCancelled(store::OperationHead head, const Clock& clock);

// Observes how long an operation took from its acceptance until it was done.
void ObserveFinished(store::BatchKind kind, absl::Duration took);

// Observes how long an operation waited for its first worker, if this is its first lease.
void ObserveWait(const store::Lease& lease, const Clock& clock);

// Counts a lease that another worker took over.
void CountLostLease();

// Passes on how many operations of each kind are unfinished in the store, those of
// other replicas too: zerotouch_operations_unfinished. Passes nothing on if the store
// cannot be read.
void CollectUnfinished(store::Store& store, metrics::Sink& sink);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_FIGURES_H_
