// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_ERROR_DETAILS_H_
#define ZEROTOUCH_WIRE_ERROR_DETAILS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/any.pb.h"

namespace zerotouch::wire {

// The details of an error for callers, in the order of errors.h. What that
// header does not list is left out.
std::vector<google::protobuf::Any> DetailsOf(const absl::Status& status);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_ERROR_DETAILS_H_
