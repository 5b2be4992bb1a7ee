// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_STATUS_TEXT_H_
#define ZEROTOUCH_BASE_STATUS_TEXT_H_

#include <string_view>

#include "absl/status/status.h"

namespace zerotouch {

// The payload of a status whose message is written for API callers
// (errors/errors.h). Such a message is never changed on its way.
inline constexpr char kPublicStatusType[] = "zerotouch.internal/public";

// Returns the message of `status` as a std::string_view. Debian builds Abseil
// with a string_view of its own, which fmt and std::string do not take; for the
// same reason text is built with fmt::format, not absl::StrCat.
inline std::string_view MessageOf(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

// Returns `status` with the message "context: message". Code and payloads stay.
// Returns OK and public statuses as they are.
absl::Status WithContext(const absl::Status& status, std::string_view context);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_STATUS_TEXT_H_
