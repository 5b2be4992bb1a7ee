// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_READ_GROUPS_H_
#define ZEROTOUCH_STORE_POSTGRES_READ_GROUPS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "model/device.h"
#include "store/postgres/work_threads.h"
#include "store/store.h"

namespace zerotouch::store::postgres {

// Holds what is read for several calls at once: the number of AccountReads::AccountsVersion, and
// their devices.
struct GroupReads {
  int64_t accounts_version = 0;
  absl::btree_map<DeviceId, DeviceState> devices;
};

// Runs the work of calls that read. What waits at the same time is a group: one thread reads for
// all of it, in one round trip, and then runs it piece by piece. Thread-safe.
class ReadGroups {
 public:
  using Read = std::function<absl::StatusOr<GroupReads>(std::span<const DeviceId> devices)>;

  // `read` reads for a group, on any thread. Its devices are ascending and distinct.
  ReadGroups(size_t threads, Read read) : read_(std::move(read)), threads_(threads) {}
  // Waits until everything that was added has run.
  ~ReadGroups() = default;
  ReadGroups(const ReadGroups&) = delete;
  ReadGroups& operator=(const ReadGroups&) = delete;

  // Queues `work`, for which `device` is read, unless it is 0.
  void Add(DeviceId device, Store::Work work);

  // Returns what was read, since it was added, for the work that this thread runs; null if this
  // thread runs none.
  const absl::StatusOr<GroupReads>* Current() const;

 private:
  using Waiting = std::pair<DeviceId, Store::Work>;

  // Lets a thread run the next group.
  void StartGroup() ZT_REQUIRES(mutex_);
  std::vector<Waiting> TakeGroup();
  void RunGroup(std::span<Waiting> group) const;

  const Read read_;
  Mutex mutex_;
  std::deque<Waiting> waiting_ ZT_GUARDED_BY(mutex_);
  bool is_starting_ ZT_GUARDED_BY(mutex_) = false;  // no thread has taken the group yet
  WorkThreads threads_;  // last: it ends first
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_READ_GROUPS_H_
