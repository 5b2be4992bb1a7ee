// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_ERROR_DETAILS_H_
#define ZEROTOUCH_WIRE_ERROR_DETAILS_H_

#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/any.pb.h"

namespace zerotouch::wire {

// Returns the details of a public error in the order of errors.h. Omits payloads
// that errors.h does not list.
std::vector<google::protobuf::Any> DetailsOf(const absl::Status& status);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_ERROR_DETAILS_H_
