// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <openssl/rand.h>

#include <cstdlib>
#include <cstring>
#include <limits>

namespace zerotouch {
namespace {

uint64_t RandomWord() {
  const std::string bytes = RandomBytes(sizeof(uint64_t));
  uint64_t word = 0;
  std::memcpy(&word, bytes.data(), sizeof(word));
  return word;
}

}  // namespace

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) != 1) {
    std::abort();  // nothing this server makes would be secret
  }
  return bytes;
}

int64_t RandomId() { return RandomBetween(1, std::numeric_limits<int64_t>::max()); }

int64_t RandomBetween(int64_t low, int64_t high) {
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
  if (range == 0) return static_cast<int64_t>(RandomWord());
  // Words past the last whole multiple of the range would favour small numbers.
  const uint64_t limit = std::numeric_limits<uint64_t>::max() - range;
  uint64_t word = RandomWord();
  while (word - word % range > limit) word = RandomWord();
  return static_cast<int64_t>(static_cast<uint64_t>(low) + word % range);
}

}  // namespace zerotouch
