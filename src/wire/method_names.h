// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_METHOD_NAMES_H_
#define ZEROTOUCH_WIRE_METHOD_NAMES_H_

#include <string>
#include <string_view>

namespace zerotouch::wire {

// Returns the name by which people know a method: its id in the discovery document without
// the name of the API (`partners.devices.unclaimAsync`, `operations.cancel`), or the full name
// of the RPC for a method of ours. `full_name` is that of the RPC. Thread-safe.
std::string NameOfMethod(std::string_view full_name);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHOD_NAMES_H_
