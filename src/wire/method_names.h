// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_METHOD_NAMES_H_
#define ZEROTOUCH_WIRE_METHOD_NAMES_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace zerotouch::wire {

// Returns the name by which people know a method: its id in the discovery document without
// the name of the API (`partners.devices.unclaimAsync`, `operations.cancel`), or the full name
// of the RPC for a method of ours. `full_name` is that of the RPC; the result is valid as
// long as it is. Thread-safe.
std::string_view NameOfMethod(std::string_view full_name);

// Returns the full RPC name for each name that people may give a method of the API or of our
// own packages, but for the controls of a sandbox: that of NameOfMethod, with or without
// `androiddeviceprovisioning.`, and the RPC name with `.` or `/`; and `token`.
std::map<std::string, std::string, std::less<>> RpcNames();

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_METHOD_NAMES_H_
