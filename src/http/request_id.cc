// SPDX-License-Identifier: Apache-2.0
#include "http/request_id.h"

#include <cstddef>

#include "base/random.h"

namespace zerotouch::http {

std::string NewRequestId() {
  // Random bytes for many ids at once, because each draw of OpenSSL takes a lock.
  thread_local std::string drawn;
  thread_local size_t used = 0;
  constexpr size_t kIdBytes = 8;
  if (used == drawn.size()) {
    drawn = RandomBytes(64 * kIdBytes);
    used = 0;
  }
  std::string id;
  id.reserve(2 * kIdBytes);
  for (size_t i = 0; i < kIdBytes; ++i) {
    const auto byte = static_cast<unsigned char>(drawn[used++]);
    id += "0123456789abcdef"[byte >> 4];
    id += "0123456789abcdef"[byte & 15];
  }
  return id;
}

}  // namespace zerotouch::http
