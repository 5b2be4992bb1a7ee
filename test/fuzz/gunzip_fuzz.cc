// Inflates, within a limit.

#include "fuzz/input.h"
#include "wire/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = size_t{1} << 20;
  size_t held = 0;
  const auto out = zerotouch::wire::Gunzip(zerotouch::test::TextOf(data, size), kLimit,
                                           [&held](size_t bytes) { return (held = bytes) > 0; });
  if (out.ok()) zerotouch::test::Expect(out->size() <= kLimit, "the limit holds");
  zerotouch::test::Expect(held <= 2 * kLimit, "no more is allocated than the limit asks for");
  return 0;
}
