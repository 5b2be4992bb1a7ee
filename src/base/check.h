// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_CHECK_H_
#define ZEROTOUCH_BASE_CHECK_H_

#include <string_view>

namespace zerotouch {

// Logs the failed check with its place, which takes at most limits::kLogFlush, and ends
// the process (std::abort).
[[noreturn]] void FailCheck(std::string_view condition, std::string_view message, const char* file,
                            int line);

}  // namespace zerotouch

// Ends the process with `message` unless `condition` holds, in every build. For
// invariants whose violation would corrupt the registry: a restart recovers what
// was committed, and nothing wrong is written. `message` says what was violated.
#define ZT_CHECK(condition, message)                                     \
  do {                                                                   \
    if (!(condition)) [[unlikely]] {                                     \
      ::zerotouch::FailCheck(#condition, (message), __FILE__, __LINE__); \
    }                                                                    \
  } while (false)

#endif  // ZEROTOUCH_BASE_CHECK_H_
