// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_GZIP_PARTS_H_
#define ZEROTOUCH_WIRE_GRPC_GZIP_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "http/gzip.h"

namespace zerotouch::wire::grpc {

// Compresses a head and the parts that follow it with gzip (RFC 1952). The parts come
// first, because the head holds their length. Holds 32 KiB. Not thread-safe.
class GzipParts {
 public:
  // Bytes after the compressed parts.
  static constexpr size_t kEndBytes = 8;
  // Bytes of the longest head.
  static constexpr size_t kMostHeadBytes = 0xFFFF;

  // Returns null if memory is used up.
  static std::unique_ptr<GzipParts> Create();

  // Appends the next part to `out`, compressed. The same parts give the same output. The
  // last one may be empty.
  void Append(std::string_view part, bool is_last, std::string& out);

  // Returns what stands before the compressed parts, with `head`, uncompressed.
  static std::string Beginning(std::string_view head);
  // Returns what stands after them: kEndBytes.
  std::string End(std::string_view head) const;

 private:
  http::Deflater deflater_{http::Deflater::Format::kRaw};
  uint32_t checksum_ = 0;  // of the parts
  size_t bytes_ = 0;       // the same
};

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_GZIP_PARTS_H_
