#include "wire/gzip.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

#include "model/errors.h"

namespace zerotouch::wire {
namespace {

constexpr size_t kPieceBytes = size_t{256} << 10;
constexpr int kGzipOnly = 16 + MAX_WBITS;

absl::Status NotGzip() {
  return errors::BadRequest({{"", "The body is not gzip, as Content-Encoding says it is."}});
}

}  // namespace

absl::StatusOr<std::string> Gunzip(std::string_view compressed, size_t limit) {
  z_stream stream = {};
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) return absl::InternalError("inflateInit2 failed");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> owner(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  int code = Z_OK;
  while (code != Z_STREAM_END) {
    const size_t before = out.size();
    out.resize(before + kPieceBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + before);
    stream.avail_out = kPieceBytes;
    code = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (out.size() > limit) return errors::BodyTooLarge(limit);
    if (code != Z_OK && code != Z_STREAM_END) return NotGzip();
    if (code == Z_OK && stream.avail_in == 0 && stream.avail_out > 0) return NotGzip();
  }
  return stream.avail_in == 0 ? absl::StatusOr<std::string>(std::move(out)) : NotGzip();
}

}  // namespace zerotouch::wire
