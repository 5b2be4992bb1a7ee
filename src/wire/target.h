// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_TARGET_H_
#define ZEROTOUCH_WIRE_TARGET_H_

#include <string_view>

namespace zerotouch::wire {

// The path and the query of a request target, still encoded. Scheme and authority
// of an absolute-form target (RFC 9112 section 3.2.2) are omitted.
struct Target {
  std::string_view path;
  std::string_view query;
};
Target SplitTarget(std::string_view target);

// Returns the path of a target as it may be logged: without anything that follows a
// '?' or '#', even an encoded one, because it may hold an access token.
std::string_view PathForLog(std::string_view target);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_TARGET_H_
