// SPDX-License-Identifier: Apache-2.0
#include "http/request_id.h"

#include <cstddef>

#include "base/random.h"

namespace zerotouch::http {
namespace {

constexpr size_t kRequestIdBytes = 8;
constexpr size_t kTraceIdBytes = 16;

// Returns random bytes as hexadecimal digits. `kBytes` divides kTraceIdBytes.
template <size_t kBytes>
std::string RandomDigits() {
  // Draws for many ids at once, because each draw of OpenSSL takes a lock.
  thread_local std::string drawn;
  thread_local size_t used = 0;
  if (used + kBytes > drawn.size()) {
    drawn = RandomBytes(64 * kTraceIdBytes);
    used = 0;
  }
  std::string id(2 * kBytes, '0');
  for (size_t i = 0; i < kBytes; ++i) {
    const auto byte = static_cast<unsigned char>(drawn[used + i]);
    id[2 * i] = "0123456789abcdef"[byte >> 4];
    id[2 * i + 1] = "0123456789abcdef"[byte & 15];
  }
  used += kBytes;
  return id;
}

}  // namespace

std::string NewRequestId() { return RandomDigits<kRequestIdBytes>(); }

std::string NewTraceId() { return RandomDigits<kTraceIdBytes>(); }

}  // namespace zerotouch::http
