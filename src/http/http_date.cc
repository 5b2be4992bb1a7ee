// SPDX-License-Identifier: Apache-2.0
#include "http/http_date.h"

#include "absl/time/clock.h"

namespace zerotouch::http {

std::string HttpDate(absl::Time time) {
  return absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", time, absl::UTCTimeZone());
}

const std::string& HttpDateNow() {
  thread_local int64_t second = 0;
  thread_local std::string text;
  const int64_t now = absl::ToUnixSeconds(absl::Now());
  if (now != second || text.empty()) {
    second = now;
    text = HttpDate(absl::FromUnixSeconds(now));
  }
  return text;
}

}  // namespace zerotouch::http
