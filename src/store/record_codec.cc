// SPDX-License-Identifier: Apache-2.0
#include "store/record_codec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "absl/strings/str_split.h"
#include "model/unknown_fields.h"
#include "store/errors.h"

namespace zerotouch::store {

absl::Status DecodeRecord(std::string_view identifier, std::string_view metadata,
                          DeviceState& state) {
  DeviceRecord record;
  if (!record.identifier.ParseFromArray(identifier.data(), static_cast<int>(identifier.size())) ||
      !record.metadata.ParseFromArray(metadata.data(), static_cast<int>(metadata.size()))) {
    return UnreadableDevice(state.id);
  }
  DropUnknownFields(record.identifier);
  DropUnknownFields(record.metadata);
  state.record = std::move(record);
  return absl::OkStatus();
}

std::string JoinEmails(const std::vector<std::string>& emails) {
  return fmt::format("{}", fmt::join(emails, "\n"));
}

std::vector<std::string> SplitEmails(std::string_view lines) {
  if (lines.empty()) return {};
  return absl::StrSplit(std::string(lines), '\n');
}

}  // namespace zerotouch::store
