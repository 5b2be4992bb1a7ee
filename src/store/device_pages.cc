// SPDX-License-Identifier: Apache-2.0
#include "store/device_pages.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace zerotouch::store {
namespace {

absl::Status LoadStatements(DeviceReads& reads, std::span<DeviceState> states) {
  std::vector<DeviceState*> wanted;
  wanted.reserve(states.size());
  for (DeviceState& state : states) wanted.push_back(&state);
  return reads.ReadStatements(wanted);
}

}  // namespace

absl::StatusOr<Page<DeviceState>> LoadPage(DeviceReads& reads, std::vector<DeviceId> ids,
                                           int64_t limit) {
  std::sort(ids.begin(), ids.end());
  Page<DeviceState> page;
  page.more = std::ssize(ids) > limit;
  if (page.more) ids.resize(static_cast<size_t>(limit));
  ZT_ASSIGN_OR_RETURN(page.rows, reads.ReadClaims(ids));
  ZT_RETURN_IF_ERROR(LoadStatements(reads, page.rows));
  return page;
}

absl::StatusOr<Page<DeviceState>> PageOfFound(DeviceReads& reads, std::vector<FoundDevice> found,
                                              PartnerId partner, DeviceId after, int64_t limit) {
  // A device that is found both ways is an exact one.
  std::sort(found.begin(), found.end(), [](const FoundDevice& a, const FoundDevice& b) {
    return std::pair(a.device, !a.is_exact) < std::pair(b.device, !b.is_exact);
  });
  const auto is_same = [](const FoundDevice& a, const FoundDevice& b) {
    return a.device == b.device;
  };
  found.erase(std::unique(found.begin(), found.end(), is_same), found.end());
  std::vector<DeviceId> ids;
  for (const FoundDevice& each : found) ids.push_back(each.device);
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, reads.ReadClaims(ids));

  const auto last = std::find_if(found.begin(), found.end(),
                                 [&](const FoundDevice& each) { return each.device == after; });
  const bool exact_ones_follow = !after || (last != found.end() && last->is_exact);
  Page<DeviceState> page;
  for (const bool is_exact : {true, false}) {
    // The part of `after` goes on behind it; a later part begins at its first device.
    const bool was_passed = is_exact && !exact_ones_follow;
    const DeviceId begin = is_exact == exact_ones_follow ? after : DeviceId();
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i].is_exact != is_exact || !HoldsClaim(partner, states[i])) continue;
      ++page.total_size;
      if (was_passed || found[i].device <= begin) continue;
      if (std::ssize(page.rows) == limit) {
        page.more = true;
      } else {
        page.rows.push_back(std::move(states[i]));
      }
    }
  }
  ZT_RETURN_IF_ERROR(LoadStatements(reads, page.rows));
  return page;
}

}  // namespace zerotouch::store
