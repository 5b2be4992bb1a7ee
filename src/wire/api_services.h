// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_SERVICES_H_
#define ZEROTOUCH_WIRE_API_SERVICES_H_

#include <vector>

#include "google/protobuf/descriptor.h"

namespace zerotouch::wire {

// Returns the descriptors of Google's services, which every server has. Those of our
// own packages come with their methods (MethodTable::Register).
std::vector<const google::protobuf::ServiceDescriptor*> ApiServices();

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_SERVICES_H_
