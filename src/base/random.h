// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_RANDOM_H_
#define ZEROTOUCH_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace zerotouch {

// `count` bytes that nobody can guess. Ends the process if the system has none.
std::string RandomBytes(size_t count);

// A number from 1 to 2^63-1 that nobody can guess.
int64_t RandomId();

// A number from `low` to `high`, both included, that nobody can guess.
int64_t RandomBetween(int64_t low, int64_t high);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_RANDOM_H_
