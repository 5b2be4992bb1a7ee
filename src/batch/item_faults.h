// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_ITEM_FAULTS_H_
#define ZEROTOUCH_BATCH_ITEM_FAULTS_H_

#include <memory>

#include "batch/batch_run.h"
#include "batch/engine.h"

namespace zerotouch::batch {

// Returns a run of the same items that asks `faults`, which must outlive it, once about
// each item. `head` is copied.
std::unique_ptr<BatchRun> WithFaults(std::unique_ptr<BatchRun> run,
                                     const store::OperationHead& head, const ItemFaults& faults);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_ITEM_FAULTS_H_
