// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_SERVICES_H_
#define ZEROTOUCH_WIRE_API_SERVICES_H_

#include <vector>

#include "google/protobuf/descriptor.h"

namespace zerotouch::wire {

// Returns the descriptors of the API's services.
std::vector<const google::protobuf::ServiceDescriptor*> ApiServices();

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_SERVICES_H_
