// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_FUZZ_INPUT_H_
#define ZEROTOUCH_TEST_FUZZ_INPUT_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace zerotouch::test {

// Returns a fuzzer's input as text.
inline std::string_view TextOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Fails the run with `what` if `holds` is false. libFuzzer then saves the input.
inline void Expect(bool holds, const char* what, const std::string& about = "") {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n%s\n", what, about.c_str());
  std::abort();
}

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_FUZZ_INPUT_H_
