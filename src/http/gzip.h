// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_GZIP_H_
#define ZEROTOUCH_HTTP_GZIP_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "http/fault.h"

namespace zerotouch::http {

// Inflates gzip (RFC 1952) into `out`. Returns a fault on failure: BodyTooLarge as
// soon as the output exceeds `limit` bytes, Malformed if the input is not gzip,
// TooBusy if `hold` returns false. Calls `hold` before each allocation with the
// total number of bytes that `out` will occupy.
std::optional<Fault> Gunzip(std::string_view compressed, size_t limit,
                            const std::function<bool(size_t)>& hold, std::string& out);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_GZIP_H_
