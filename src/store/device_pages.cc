// SPDX-License-Identifier: Apache-2.0
#include "store/device_pages.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace zerotouch::store {
namespace {

absl::Status LoadRecords(DeviceReads& reads, std::span<DeviceState> states) {
  std::vector<DeviceState*> wanted;
  wanted.reserve(states.size());
  for (DeviceState& state : states) wanted.push_back(&state);
  return reads.ReadRecords(wanted);
}

}  // namespace

absl::StatusOr<Page<DeviceState>> LoadPage(DeviceReads& reads, std::vector<DeviceId> ids,
                                           int64_t limit) {
  std::sort(ids.begin(), ids.end());
  Page<DeviceState> page;
  page.more = std::ssize(ids) > limit;
  if (page.more) ids.resize(static_cast<size_t>(limit));
  ZT_ASSIGN_OR_RETURN(page.rows, reads.ReadClaims(ids));
  ZT_RETURN_IF_ERROR(LoadRecords(reads, page.rows));
  return page;
}

absl::StatusOr<Page<DeviceState>> PageOfPartner(DeviceReads& reads, std::vector<DeviceState> states,
                                                PartnerId partner, DeviceId after, int64_t limit) {
  Page<DeviceState> page;
  for (DeviceState& state : states) {
    if (!HoldsClaim(partner, state)) continue;
    ++page.total_size;
    if (state.id <= after) continue;
    if (std::ssize(page.rows) == limit) {
      page.more = true;
    } else {
      page.rows.push_back(std::move(state));
    }
  }
  ZT_RETURN_IF_ERROR(LoadRecords(reads, page.rows));
  return page;
}

}  // namespace zerotouch::store
