#include "wire/request_id.h"

#include <fmt/format.h>

#include <iterator>

#include "crypto/random.h"

namespace zerotouch::wire {

std::string NewRequestId() {
  std::string id;
  for (const char byte : crypto::RandomBytes(8)) {
    fmt::format_to(std::back_inserter(id), "{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

}  // namespace zerotouch::wire
