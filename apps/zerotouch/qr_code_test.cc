// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/qr_code.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace zerotouch::cli {
namespace {

using testing::StartsWith;

TEST(QrCodeTest, Code_HasItsFinderPatterns_AndAMargin) {
  const QrCode code = EncodeQr("hello").value();
  EXPECT_EQ(code.width, 21u);
  for (const auto& [x, y] : {std::pair{0, 0}, std::pair{20, 0}, std::pair{0, 20}}) {
    EXPECT_TRUE(code.IsDark(x, y));
  }
  EXPECT_FALSE(code.IsDark(-1, 0));
  EXPECT_FALSE(code.IsDark(0, 21));
  const std::string text = QrText(code);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 15);
}

TEST(QrCodeTest, Png_HasItsSignature) {
  const std::string png = QrPng(EncodeQr("hello").value());
  EXPECT_THAT(png, StartsWith("\x89PNG\r\n\x1a\n"));
  EXPECT_EQ(png.substr(12, 4), "IHDR");
}

TEST(QrCodeTest, LongTexts_AreRefused) {
  EXPECT_TRUE(EncodeQr(std::string(2'953, 'x')).ok());
  EXPECT_TRUE(absl::IsInvalidArgument(EncodeQr(std::string(2'954, 'x')).status()));
}

}  // namespace
}  // namespace zerotouch::cli
