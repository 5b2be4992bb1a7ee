// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_STATUS_TEXT_H_
#define ZEROTOUCH_BASE_STATUS_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace zerotouch {

// The message of a status as a standard view: Debian builds Abseil with a
// string_view type of its own, which neither fmt nor std::string take. (That is
// also why text is put together with fmt::format, not absl::StrCat.)
inline std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_STATUS_TEXT_H_
