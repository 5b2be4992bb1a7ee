// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/gzip_parts.h"

#include <zlib.h>

namespace zerotouch::wire::grpc {
namespace {

// The header of a gzip member: deflate, no fields, no time, the fastest level, an
// unknown system.
constexpr std::string_view kGzipHeader("\x1f\x8b\x08\0\0\0\0\0\x04\xff", 10);

uint32_t ChecksumOf(std::string_view text, uint32_t so_far) {
  return static_cast<uint32_t>(
      crc32_z(so_far, reinterpret_cast<const Bytef*>(text.data()), text.size()));
}

// Appends the low `bytes` bytes of `value`, the lowest first.
void AppendNumber(uint32_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

}  // namespace

std::unique_ptr<GzipParts> GzipParts::Create() {
  auto gzip = std::make_unique<GzipParts>();
  return gzip->deflater_.Begin() ? std::move(gzip) : nullptr;
}

void GzipParts::Append(std::string_view part, bool is_last, std::string& out) {
  checksum_ = ChecksumOf(part, checksum_);
  bytes_ += part.size();
  deflater_.Append(part, is_last, out);
}

std::string GzipParts::Beginning(std::string_view head) {
  std::string out(kGzipHeader);
  // A stored block that is not the last one (RFC 1951 section 3.2.4). It ends at a byte,
  // so compressed blocks can follow it.
  out += '\0';
  const auto size = static_cast<uint32_t>(head.size());
  AppendNumber(size, 2, out);
  AppendNumber(~size, 2, out);
  out += head;
  return out;
}

std::string GzipParts::End(std::string_view head) const {
  std::string out;
  const uint32_t checksum = ChecksumOf(head, 0);
  AppendNumber(
      static_cast<uint32_t>(crc32_combine(checksum, checksum_, static_cast<z_off_t>(bytes_))), 4,
      out);
  AppendNumber(static_cast<uint32_t>(head.size() + bytes_), 4, out);
  return out;
}

}  // namespace zerotouch::wire::grpc
