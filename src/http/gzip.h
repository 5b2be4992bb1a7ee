// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_GZIP_H_
#define ZEROTOUCH_HTTP_GZIP_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
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

// Compresses a text piece by piece, fast. Holds kHeldBytes, however long the text is.
// Equal pieces give equal output. Not thread-safe.
class Deflater {
 public:
  static constexpr uint64_t kHeldBytes = uint64_t{32} << 10;

  // kRaw: without the header and the trailer of gzip (RFC 1951).
  enum class Format { kGzip, kRaw };

  explicit Deflater(Format format) : format_(format) {}
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Must be called first. Returns false if memory is used up.
  bool Begin();
  // Appends compressed output to `out`, all that is left of it if `is_last`.
  void Append(std::string_view text, bool is_last, std::string& out);

 private:
  const Format format_;
  z_stream stream_ = {};
  bool is_open_ = false;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_GZIP_H_
