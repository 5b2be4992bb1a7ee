// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_RESULT_CODEC_H_
#define ZEROTOUCH_STORE_RESULT_CODEC_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "store/operations.h"

namespace zerotouch::store {

// Encodes results as every store keeps them, 13 bytes each: index (4), outcome
// (1), device id (8), little-endian.
std::string EncodeResults(std::span<const IndexedResult> results);

// Appends the encoded results to `results`. DATA_LOSS if `bytes` is not whole.
absl::Status DecodeResults(std::string_view bytes, std::vector<IndexedResult>& results);

// Returns how many of the results are successes.
int64_t CountSucceeded(std::span<const IndexedResult> results);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_RESULT_CODEC_H_
