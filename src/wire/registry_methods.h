// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REGISTRY_METHODS_H_
#define ZEROTOUCH_WIRE_REGISTRY_METHODS_H_

#include "wire/methods.h"

namespace zerotouch::sandbox {
struct RegistryControls;
}

namespace zerotouch::wire {

// Adds the methods of openzerotouch.sandbox.v1 that read and change the registry. The
// controls must outlive the table.
void AddRegistryMethods(sandbox::RegistryControls& controls, MethodTable& table);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REGISTRY_METHODS_H_
