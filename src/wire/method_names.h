// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_METHOD_NAMES_H_
#define ZEROTOUCH_WIRE_METHOD_NAMES_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace zerotouch::wire {

class MethodTable;

// Returns the name by which people know a method: its id in the discovery document without
// the name of the API (`partners.devices.unclaimAsync`, `operations.cancel`), or the full name
// of the RPC for a method of ours. `full_name` is that of the RPC. Thread-safe.
std::string NameOfMethod(std::string_view full_name);

// The names of a table's methods, but for the controls of a sandbox.
struct MethodNames {
  using Map = std::map<std::string, std::string, std::less<>>;

  // The full RPC name of each name: that of NameOfMethod, with or without
  // `androiddeviceprovisioning.`, the RPC name with `.` or `/`, and `token`.
  Map full;
  // The name by NameOfMethod of each full RPC name.
  Map ids;
};
MethodNames NamesOf(const MethodTable& methods);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHOD_NAMES_H_
