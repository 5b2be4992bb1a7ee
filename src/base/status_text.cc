// SPDX-License-Identifier: Apache-2.0
#include "base/status_text.h"

#include <fmt/format.h>

#include "absl/strings/cord.h"

namespace zerotouch {

absl::Status WithContext(const absl::Status& status, std::string_view context) {
  if (status.ok() || status.GetPayload(kPublicStatusType).has_value()) return status;
  absl::Status result(status.code(), fmt::format("{}: {}", context, MessageOf(status)));
  status.ForEachPayload(
      [&](auto type, const absl::Cord& payload) { result.SetPayload(type, payload); });
  return result;
}

}  // namespace zerotouch
