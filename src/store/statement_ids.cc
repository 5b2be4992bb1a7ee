// SPDX-License-Identifier: Apache-2.0
#include "store/statement_ids.h"

#include <algorithm>
#include <cstdint>

namespace zerotouch::store {
namespace {

constexpr size_t kIdBytes = 16;

void AppendFixed64(int64_t value, std::string& bytes) {
  for (int i = 0; i < 8; ++i) {
    bytes.push_back(static_cast<char>(static_cast<uint64_t>(value) >> (8 * i)));
  }
}

int64_t Fixed64At(std::string_view bytes, size_t at) {
  uint64_t value = 0;
  for (size_t i = 0; i < 8; ++i) {
    value |= uint64_t{static_cast<uint8_t>(bytes[at + i])} << (8 * i);
  }
  return static_cast<int64_t>(value);
}

}  // namespace

std::optional<std::string> EncodeOthers(const StatementIds& statements) {
  if (statements.size() < 2) return std::nullopt;
  std::string bytes;
  for (size_t i = 1; i < statements.size(); ++i) {
    AppendFixed64(statements[i].device.value(), bytes);
    AppendFixed64(statements[i].reseller.value(), bytes);
  }
  return bytes;
}

absl::Status DecodeOthers(std::string_view bytes, StatementIds& statements) {
  if (bytes.size() % kIdBytes != 0) {
    return absl::DataLossError("a lookup key of the registry is damaged");
  }
  for (size_t at = 0; at < bytes.size(); at += kIdBytes) {
    statements.push_back({.device = DeviceId(Fixed64At(bytes, at)),
                          .reseller = PartnerId(Fixed64At(bytes, at + 8))});
  }
  return absl::OkStatus();
}

void AddStatementId(const StatementId& statement, StatementIds& statements) {
  if (std::find(statements.begin(), statements.end(), statement) == statements.end()) {
    statements.push_back(statement);
  }
}

void RemoveStatementId(const StatementId& statement, StatementIds& statements) {
  const auto place = std::find(statements.begin(), statements.end(), statement);
  if (place != statements.end()) statements.erase(place);
}

}  // namespace zerotouch::store
