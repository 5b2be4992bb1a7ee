// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_OPERATION_MESSAGE_H_
#define ZEROTOUCH_STORE_OPERATION_MESSAGE_H_

#include "google/longrunning/operations.pb.h"
#include "store/operations.h"

namespace zerotouch::store {

// Returns the operation as the API has it, without a response.
google::longrunning::Operation OperationOf(const OperationHead& head);

// Returns the same for lists and events: if it is finished, the response has the number of
// successes, without the items.
google::longrunning::Operation SummaryOf(const OperationHead& head);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_OPERATION_MESSAGE_H_
