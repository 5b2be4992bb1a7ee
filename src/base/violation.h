// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_VIOLATION_H_
#define ZEROTOUCH_BASE_VIOLATION_H_

#include <string>

namespace zerotouch {

// An invalid field of a request: its proto path (`claims[0].section_type`, empty
// for the body as a whole) and an explanation for the caller.
struct Violation {
  std::string field;
  std::string description;

  friend bool operator==(const Violation&, const Violation&) = default;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_VIOLATION_H_
