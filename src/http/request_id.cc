// SPDX-License-Identifier: Apache-2.0
#include "http/request_id.h"

#include <fmt/format.h>

#include <iterator>

#include "base/random.h"

namespace zerotouch::http {

std::string NewRequestId() {
  std::string id;
  for (const char byte : RandomBytes(8)) {
    fmt::format_to(std::back_inserter(id), "{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

}  // namespace zerotouch::http
