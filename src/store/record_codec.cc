// SPDX-License-Identifier: Apache-2.0
#include "store/record_codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "absl/strings/str_split.h"
#include "model/unknown_fields.h"
#include "store/errors.h"

namespace zerotouch::store {

absl::Status DecodeStatement(PartnerId reseller, std::string_view identifier,
                             std::string_view metadata, DeviceState& state) {
  Statement statement;
  if (!statement.identifier.ParseFromArray(identifier.data(),
                                           static_cast<int>(identifier.size())) ||
      !(metadata.empty() ||
        statement.metadata.ParseFromArray(metadata.data(), static_cast<int>(metadata.size())))) {
    return UnreadableDevice(state.id);
  }
  DropUnknownFields(statement.identifier);
  DropUnknownFields(statement.metadata);
  StatementState& entry = state.statements.emplace_back();
  entry.reseller = reseller;
  entry.value = std::move(statement);
  return absl::OkStatus();
}

std::string JoinLines(const std::vector<std::string>& texts) {
  return fmt::format("{}", fmt::join(texts, "\n"));
}

std::vector<std::string> SplitLines(std::string_view lines) {
  if (lines.empty()) return {};
  return absl::StrSplit(std::string(lines), '\n');
}

}  // namespace zerotouch::store
