// Inflates, within a limit.

#include "fuzz/input.h"
#include "wire/gzip.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kLimit = size_t{1} << 20;
  const auto out = zerotouch::wire::Gunzip(zerotouch::test::TextOf(data, size), kLimit);
  if (out.ok()) zerotouch::test::Expect(out->size() <= kLimit, "the limit holds");
  return 0;
}
