// SPDX-License-Identifier: Apache-2.0
#include "store/result_codec.h"

#include <algorithm>

namespace zerotouch::store {
namespace {

constexpr size_t kRecordBytes = 13;

void AppendNumber(uint64_t value, int bytes, std::string& out) {
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t NumberAt(const char* data, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(data[i])) << (8 * i);
  }
  return value;
}

}  // namespace

std::string EncodeResults(std::span<const IndexedResult> results) {
  std::string bytes;
  bytes.reserve(results.size() * kRecordBytes);
  for (const IndexedResult& result : results) {
    AppendNumber(result.index, 4, bytes);
    AppendNumber(static_cast<uint64_t>(result.result.outcome), 1, bytes);
    AppendNumber(static_cast<uint64_t>(result.result.device.value()), 8, bytes);
  }
  return bytes;
}

absl::Status DecodeResults(std::string_view bytes, std::vector<IndexedResult>& results) {
  if (bytes.size() % kRecordBytes != 0) {
    return absl::DataLossError("stored results of an operation are damaged");
  }
  for (size_t at = 0; at < bytes.size(); at += kRecordBytes) {
    const char* data = bytes.data() + at;
    results.push_back(
        {.index = static_cast<uint32_t>(NumberAt(data, 4)),
         .result = {.outcome = static_cast<Outcome>(NumberAt(data + 4, 1)),
                    .device = DeviceId(static_cast<int64_t>(NumberAt(data + 5, 8)))}});
  }
  return absl::OkStatus();
}

int64_t CountSucceeded(std::span<const IndexedResult> results) {
  return std::count_if(results.begin(), results.end(), [](const IndexedResult& result) {
    return result.result.outcome == Outcome::kSuccess;
  });
}

}  // namespace zerotouch::store
