// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_FAULT_H_
#define ZEROTOUCH_BASE_FAULT_H_

#include <functional>
#include <string_view>

#include "absl/status/status.h"

// Named places in the code where tests inject failures, such as a full disk at
// commit or a crash between two chunks.
namespace zerotouch::fault {

// Returns OK unless a test has armed `point`; then it returns the test's status.
// Thread-safe.
absl::Status At(std::string_view point);

// For tests. Arms `point` while it lives: At(point) calls `effect` and returns its
// status. At most one point is armed at a time.
class Armed {
 public:
  Armed(std::string_view point, std::function<absl::Status()> effect);
  ~Armed();
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;
};

}  // namespace zerotouch::fault

#endif  // ZEROTOUCH_BASE_FAULT_H_
