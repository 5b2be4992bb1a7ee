// SPDX-License-Identifier: Apache-2.0
// Sends the input to the HTTP engine as the frames of an HTTP/2 connection.

#include "fuzz/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zerotouch::http::fuzz::FuzzHttp2(zerotouch::test::TextOf(data, size));
  return 0;
}
