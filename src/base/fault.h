// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_FAULT_H_
#define ZEROTOUCH_BASE_FAULT_H_

#include <functional>
#include <string_view>

#include "absl/status/status.h"

// Named places where tests make the server fail as the world would make it
// fail: a full disk at commit, a crash between two chunks.
namespace zerotouch::fault {

// Called at a fault point. OK unless a test has armed the point. Thread-safe.
absl::Status At(std::string_view point);

// Tests only. While it lives, `At(point)` returns what `effect` returns.
// One at a time may be armed.
class Armed {
 public:
  Armed(std::string_view point, std::function<absl::Status()> effect);
  ~Armed();
  Armed(const Armed&) = delete;
  Armed& operator=(const Armed&) = delete;
};

}  // namespace zerotouch::fault

#endif  // ZEROTOUCH_BASE_FAULT_H_
