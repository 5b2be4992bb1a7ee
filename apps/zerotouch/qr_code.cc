// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/qr_code.h"

#include <fmt/format.h>
#include <qrencode.h>
#include <zlib.h>

#include <cstdint>
#include <memory>

namespace zerotouch::cli {
namespace {

constexpr size_t kQrBytes = 2'953;  // version 40 with error correction L, in bytes
constexpr long kMargin = 4;         // modules, the quiet zone of the standard
constexpr size_t kModulePixels = 8;

void AppendBigEndian(uint32_t number, std::string& out) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(number >> shift & 0xFF);
}

void AppendChunk(std::string_view type, std::string_view data, std::string& png) {
  AppendBigEndian(static_cast<uint32_t>(data.size()), png);
  const size_t begin = png.size();
  png += type;
  png += data;
  const auto* bytes = reinterpret_cast<const Bytef*>(png.data() + begin);
  AppendBigEndian(static_cast<uint32_t>(crc32(0, bytes, static_cast<uInt>(png.size() - begin))),
                  png);
}

std::string Deflated(const std::string& data) {
  uLongf size = compressBound(static_cast<uLong>(data.size()));
  std::string packed(size, '\0');
  // Cannot fail: the buffer has the size that compressBound says.
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
            reinterpret_cast<const Bytef*>(data.data()), static_cast<uLong>(data.size()),
            Z_BEST_COMPRESSION);
  packed.resize(size);
  return packed;
}

}  // namespace

bool QrCode::IsDark(long x, long y) const {
  const long size = static_cast<long>(width);
  if (x < 0 || y < 0 || x >= size || y >= size) return false;
  return dark[static_cast<size_t>(y * size + x)];
}

absl::StatusOr<QrCode> EncodeQr(const std::string& text) {
  if (text.size() > kQrBytes) {
    return absl::InvalidArgumentError(fmt::format(
        "the QR code would have {} bytes, and a QR code holds {}; make the dpcExtras shorter",
        text.size(), kQrBytes));
  }
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeData(static_cast<int>(text.size()),
                        reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_L),
      QRcode_free);
  if (code == nullptr) return absl::InvalidArgumentError("this text cannot be a QR code");
  QrCode made{.width = static_cast<size_t>(code->width)};
  made.dark.reserve(made.width * made.width);
  for (size_t i = 0; i < made.width * made.width; ++i)
    made.dark.push_back((code->data[i] & 1) != 0);
  return made;
}

std::string QrText(const QrCode& code) {
  const long end = static_cast<long>(code.width) + kMargin;
  std::string text;
  for (long y = -kMargin; y < end; y += 2) {
    for (long x = -kMargin; x < end; ++x) {
      const bool upper = !code.IsDark(x, y);
      const bool lower = y + 1 < end && !code.IsDark(x, y + 1);
      text += upper && lower ? "\u2588" : upper ? "\u2580" : lower ? "\u2584" : " ";
    }
    text += '\n';
  }
  return text;
}

std::string QrPng(const QrCode& code) {
  const size_t pixels = (code.width + 2 * kMargin) * kModulePixels;
  std::string rows;
  for (size_t y = 0; y < pixels; ++y) {
    rows += '\0';  // no filter
    for (size_t x = 0; x < pixels; x += 8) {
      // A module is eight pixels wide, which are the bits of one byte.
      const bool is_dark = code.IsDark(static_cast<long>(x / kModulePixels) - kMargin,
                                       static_cast<long>(y / kModulePixels) - kMargin);
      rows += is_dark ? '\0' : '\xff';
    }
  }
  std::string header;
  AppendBigEndian(static_cast<uint32_t>(pixels), header);
  AppendBigEndian(static_cast<uint32_t>(pixels), header);
  header += '\x01';        // one bit a pixel
  header.append(4, '\0');  // grey, and the only compression, filter and order there are
  std::string png = "\x89PNG\r\n\x1a\n";
  AppendChunk("IHDR", header, png);
  AppendChunk("IDAT", Deflated(rows), png);
  AppendChunk("IEND", "", png);
  return png;
}

}  // namespace zerotouch::cli
