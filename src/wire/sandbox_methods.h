// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_SANDBOX_METHODS_H_
#define ZEROTOUCH_WIRE_SANDBOX_METHODS_H_

#include "wire/methods.h"

namespace zerotouch::sandbox {
struct Controls;
}

namespace zerotouch::wire {

// Adds the methods of openzerotouch.sandbox.v1. Without it a server has none of
// their paths. The controls must outlive the table.
void AddSandboxMethods(sandbox::Controls& controls, MethodTable& table);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_SANDBOX_METHODS_H_
