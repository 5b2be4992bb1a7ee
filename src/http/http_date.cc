// SPDX-License-Identifier: Apache-2.0
#include "http/http_date.h"

namespace zerotouch::http {

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

}  // namespace zerotouch::http
