// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_TRACES_H_
#define ZEROTOUCH_BATCH_TRACES_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "store/operations.h"

// Spans of operations, in the traces of the calls that made them. Whichever servers run an
// operation, its span has the same id, so the spans of its chunks lead to it. Thread-safe.
namespace zerotouch::batch {

// Returns the trace that spans of an operation belong to that this thread's call makes; empty
// if spans are not kept, or the caller does not want them.
std::string TraceOfNewOperation();

// Makes a span of a chunk that took `took` and ends now. `is_fault`: none of its items has a
// result.
void TraceChunk(const store::OperationHead& head, size_t items, absl::Duration took, bool is_fault);

// Makes the span of an operation that ends now, `took` after its acceptance. `head` says how many
// items it has and whether it was cancelled.
void TraceOperation(const store::OperationHead& head, absl::Duration took);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_TRACES_H_
