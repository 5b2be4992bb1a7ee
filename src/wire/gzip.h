#ifndef ZEROTOUCH_WIRE_GZIP_H_
#define ZEROTOUCH_WIRE_GZIP_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace zerotouch::wire {

// Inflates gzip (RFC 1952), stopping as soon as more than `limit` bytes come
// out: errors::BodyTooLarge. errors::BadRequest if it is not gzip. `hold` is
// asked ahead of each allocation with the bytes held by the result from then
// on; if it says no: errors::TooBusy.
absl::StatusOr<std::string> Gunzip(std::string_view compressed, size_t limit,
                                   const std::function<bool(size_t)>& hold);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_GZIP_H_
