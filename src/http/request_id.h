// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_REQUEST_ID_H_
#define ZEROTOUCH_HTTP_REQUEST_ID_H_

#include <string>

namespace zerotouch::http {

// Returns a new random request id: 16 hexadecimal digits.
std::string NewRequestId();

// Returns a new random trace id: 32 hexadecimal digits.
std::string NewTraceId();

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_REQUEST_ID_H_
