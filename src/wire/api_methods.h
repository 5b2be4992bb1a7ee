// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_METHODS_H_
#define ZEROTOUCH_WIRE_API_METHODS_H_

#include "wire/methods.h"

namespace zerotouch::service {
struct Services;
}

namespace zerotouch::wire {

// Returns a table of all methods of the API. The services must outlive it.
MethodTable ApiMethods(service::Services& services);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_METHODS_H_
