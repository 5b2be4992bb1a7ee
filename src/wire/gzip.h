#ifndef ZEROTOUCH_WIRE_GZIP_H_
#define ZEROTOUCH_WIRE_GZIP_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace zerotouch::wire {

// Inflates gzip (RFC 1952), stopping as soon as more than `limit` bytes come
// out: errors::BodyTooLarge. errors::BadRequest if it is not gzip.
absl::StatusOr<std::string> Gunzip(std::string_view compressed, size_t limit);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_GZIP_H_
