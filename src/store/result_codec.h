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

// Results as they are kept, 13 bytes each: index (4), outcome (1), device id
// (8), little-endian. The same on every store.
std::string EncodeResults(std::span<const IndexedResult> results);

// Appends what `bytes` holds. DATA_LOSS if it is not such a record.
absl::Status DecodeResults(std::string_view bytes, std::vector<IndexedResult>& results);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_RESULT_CODEC_H_
