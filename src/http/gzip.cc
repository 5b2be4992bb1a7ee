// SPDX-License-Identifier: Apache-2.0
#include "http/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace zerotouch::http {
namespace {

constexpr size_t kInflatedPieceBytes = size_t{256} << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;

// The greatest possible ratio of output to input (zlib's technical notes).
constexpr size_t kGreatestRatio = 1'032;

// The fastest level shrinks this API's answers to a tenth; better levels take
// several times as long.
constexpr int kLevel = 1;
// With a window of 4 KiB, and as much memory for its hashes and symbols, answers get no
// longer: their items are shorter and repeat each other.
constexpr int kWindowBits = 12;
constexpr int kMemoryLevel = 5;
static_assert((1 << (kWindowBits + 2)) + (1 << (kMemoryLevel + 9)) == Deflater::kHeldBytes);
constexpr size_t kDeflatedPieceBytes = size_t{16} << 10;

constexpr Fault kNotGzip =
    Malformed("The body is not gzip, although its Content-Encoding says so.");

// Returns the output's size as the last four bytes declare it (RFC 1952 section
// 2.3.1), so that the output need not grow step by step. The declaration is
// untrusted, so the result is at most `limit` and at most what is possible.
size_t ExpectedSize(std::string_view compressed, size_t limit) {
  if (compressed.size() < 4) return 0;
  size_t size = 0;
  for (size_t i = 0; i < 4; ++i) {
    const auto byte = static_cast<unsigned char>(compressed[compressed.size() - 4 + i]);
    size |= size_t{byte} << (8 * i);
  }
  return std::min({size, limit, compressed.size() * kGreatestRatio});
}

}  // namespace

std::optional<Fault> Gunzip(std::string_view compressed, size_t limit,
                            const std::function<bool(size_t)>& hold, std::string& out) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return TooBusy("memory");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  out.clear();
  size_t room = ExpectedSize(compressed, limit) + 1;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    const size_t before = out.size();
    if (before + room > out.capacity()) {
      if (!hold(before + room)) return TooBusy("request bodies");
      out.reserve(before + room);
    }
    out.resize(before + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = static_cast<uInt>(room);
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (out.size() > limit) return BodyTooLarge(limit);
    if (code != Z_OK && code != Z_STREAM_END) return kNotGzip;
    if (code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) return kNotGzip;
    room = kInflatedPieceBytes;
  }
  if (stream.avail_in != 0) return kNotGzip;
  return std::nullopt;
}

Deflater::~Deflater() {
  if (is_open_) deflateEnd(&stream_);
}

bool Deflater::Begin() {
  const int window = format_ == Format::kGzip ? 16 + kWindowBits : -kWindowBits;
  is_open_ =
      deflateInit2(&stream_, kLevel, Z_DEFLATED, window, kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
  return is_open_;
}

void Deflater::Append(std::string_view text, bool is_last, std::string& out) {
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream_.avail_in = static_cast<uInt>(text.size());
  const size_t room = std::min<size_t>(deflateBound(&stream_, text.size()), kDeflatedPieceBytes);
  do {
    const size_t before = out.size();
    out.resize(before + room);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream_.avail_out = static_cast<uInt>(room);
    deflate(&stream_, is_last ? Z_FINISH : Z_NO_FLUSH);
    out.resize(out.size() - stream_.avail_out);
  } while (stream_.avail_out == 0);
}

}  // namespace zerotouch::http
