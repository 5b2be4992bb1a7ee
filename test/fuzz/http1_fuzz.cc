// SPDX-License-Identifier: Apache-2.0
// Sends the input to the HTTP engine as the bytes of an HTTP/1.1 connection.

#include "fuzz/engine.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  zerotouch::http::fuzz::FuzzHttp1(zerotouch::test::TextOf(data, size));
  return 0;
}
