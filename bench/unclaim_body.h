// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_UNCLAIM_BODY_H_
#define ZEROTOUCH_BENCH_UNCLAIM_BODY_H_

#include <fmt/format.h>

#include <string>
#include <vector>

#include "bench/registry.h"

namespace zerotouch::bench {

// Returns the body of an unclaimAsync of the devices with these numbers, by IMEI.
inline std::string UnclaimBody(const std::vector<int64_t>& picks) {
  std::string body = "{\"unclaims\":[";
  for (size_t i = 0; i < picks.size(); ++i) {
    body += fmt::format(
        "{}{{\"deviceIdentifier\":{{\"imei\":\"{}\",\"manufacturer\":\"Google\"}},"
        "\"sectionType\":\"SECTION_TYPE_ZERO_TOUCH\"}}",
        i == 0 ? "" : ",", ImeiOf(picks[i]));
  }
  return body + "]}";
}

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_UNCLAIM_BODY_H_
