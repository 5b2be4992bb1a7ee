// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_QR_CODE_H_
#define ZEROTOUCH_ZEROTOUCH_QR_CODE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace zerotouch::cli {

// A QR code (ISO/IEC 18004): a square of modules, row by row.
struct QrCode {
  size_t width = 0;
  std::vector<bool> dark;

  // Returns false outside the square.
  bool IsDark(long x, long y) const;
};

// Returns the QR code of a text, with the lowest error correction so that long texts fit.
// INVALID_ARGUMENT if it has more than the 2,953 bytes that a QR code can hold.
absl::StatusOr<QrCode> EncodeQr(const std::string& text);

// Returns the code as lines of block characters, two modules a character, with a margin.
// Light modules are drawn, for terminals with a dark background.
std::string QrText(const QrCode& code);

// Returns the code as a PNG image (ISO/IEC 15948), 8 pixels a module, with a margin.
std::string QrPng(const QrCode& code);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_QR_CODE_H_
