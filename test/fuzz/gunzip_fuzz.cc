// SPDX-License-Identifier: Apache-2.0
// Inflates the input, within a limit.

#include "fuzz/input.h"
#include "http/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = size_t{1} << 20;
  size_t held = 0;
  std::string out;
  const auto fault = zerotouch::http::Gunzip(
      zerotouch::test::TextOf(data, size), kLimit,
      [&held](size_t bytes) { return (held = bytes) > 0; }, out);
  if (!fault.has_value()) zerotouch::test::Expect(out.size() <= kLimit, "the limit holds");
  zerotouch::test::Expect(held <= 2 * kLimit, "no more is allocated than the limit asks for");
  return 0;
}
