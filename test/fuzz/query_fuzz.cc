// SPDX-License-Identifier: Apache-2.0
// Parses queries.

#include "base/percent.h"
#include "fuzz/input.h"
#include "wire/rest/query.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::wire;  // NOLINT(google-build-using-namespace)
  const std::string_view text = zerotouch::test::TextOf(data, size);
  const Query query = ParseQuery(text);
  zerotouch::test::Expect(query.parameters.size() <= text.size(), "no parameter from nothing");
  const auto decoded = zerotouch::PercentDecode(text);
  zerotouch::test::Expect(!decoded || decoded->size() <= text.size(), "decoding does not grow");
  const auto form = zerotouch::FormDecode(text);
  zerotouch::test::Expect(decoded.has_value() == form.has_value(), "the same escapes are good");
  return 0;
}
