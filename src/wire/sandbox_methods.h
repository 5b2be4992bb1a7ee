// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_SANDBOX_METHODS_H_
#define ZEROTOUCH_WIRE_SANDBOX_METHODS_H_

#include "wire/methods.h"

namespace zerotouch::sandbox {
struct Box;
}

namespace zerotouch::wire {

// Adds the methods of openzerotouch.sandbox.v1 to a table that has all others, whose
// names fault rules can give. Without it a server has none of their paths. `box` must
// outlive the table.
void AddSandboxMethods(sandbox::Box& box, MethodTable& table);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_SANDBOX_METHODS_H_
