// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP_DATE_H_
#define ZEROTOUCH_HTTP_HTTP_DATE_H_

#include <string>

#include "absl/time/time.h"

namespace zerotouch::http {

// Returns `time` as a Date header has it (RFC 9110 section 5.6.7):
// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string HttpDate(absl::Time time);

// Returns the current time in that form, which is made once a second. Valid until the
// thread's next call.
const std::string& HttpDateNow();

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_HTTP_DATE_H_
