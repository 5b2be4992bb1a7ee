// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_VIOLATION_H_
#define ZEROTOUCH_BASE_VIOLATION_H_

#include <string>

namespace zerotouch {

// A wrong field of a request: its proto path (`claims[0].section_type`, empty
// for the body as a whole) and what is wrong, as a sentence for the caller.
struct Violation {
  std::string field;
  std::string description;

  friend bool operator==(const Violation&, const Violation&) = default;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_VIOLATION_H_
