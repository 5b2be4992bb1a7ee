// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/read_groups.h"

#include <algorithm>
#include <exception>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "base/log.h"
#include "base/sorted.h"

namespace zerotouch::store::postgres {
namespace {

// Work of a group, so that other threads have their part of what waits.
constexpr size_t kLargestGroup = 64;

// The groups whose work this thread runs, and what they read for it.
struct RunningGroup {
  const ReadGroups* groups = nullptr;
  const absl::StatusOr<GroupReads>* reads = nullptr;
};
thread_local RunningGroup running;

}  // namespace

void ReadGroups::Add(DeviceId device, Store::Work work) {
  const MutexLock lock(mutex_);
  waiting_.emplace_back(device, std::move(work));
  if (!is_starting_) StartGroup();
}

const absl::StatusOr<GroupReads>* ReadGroups::Current() const {
  return running.groups == this ? running.reads : nullptr;
}

void ReadGroups::StartGroup() {
  is_starting_ = true;
  threads_.Add([this] {
    std::vector<Waiting> group = TakeGroup();
    RunGroup(group);
  });
}

std::vector<ReadGroups::Waiting> ReadGroups::TakeGroup() {
  const MutexLock lock(mutex_);
  std::vector<Waiting> group;
  group.reserve(std::min(waiting_.size(), kLargestGroup));
  while (!waiting_.empty() && group.size() < kLargestGroup) {
    group.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  is_starting_ = false;
  if (!waiting_.empty()) StartGroup();
  return group;
}

void ReadGroups::RunGroup(std::span<Waiting> group) const {
  std::vector<DeviceId> devices;
  for (const auto& [device, work] : group) {
    if (device) devices.push_back(device);
  }
  SortUnique(devices);
  // If memory is used up, each piece of work reads by itself.
  std::optional<absl::StatusOr<GroupReads>> reads;
  try {
    reads.emplace(read_(devices));
  } catch (const std::exception& error) {
    log::Error("reading for several calls failed unexpectedly", {{"error", error.what()}});
  }
  running = {.groups = this, .reads = reads.has_value() ? &*reads : nullptr};
  const absl::Cleanup ended = [] { running = {}; };
  for (auto& [device, work] : group) {
    try {
      std::move(work)();
      work = nullptr;
    } catch (const std::exception& error) {
      log::Error("a call failed unexpectedly", {{"error", error.what()}});
    }
  }
}

}  // namespace zerotouch::store::postgres
