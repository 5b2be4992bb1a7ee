// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_GROUPED_CALLS_H_
#define ZEROTOUCH_BATCH_GROUPED_CALLS_H_

#include <condition_variable>
#include <deque>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "batch/targets.h"
#include "model/api.h"
#include "model/rules.h"
#include "store/actor.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::batch {

// A call that claims or unclaims one device. The references and pointers must outlive it.
struct SingleCall {
  PartnerId partner;
  const store::Actor& actor;
  const api::PartnerClaim* claim = nullptr;  // null: an unclaim
  const api::PartnerUnclaim* unclaim = nullptr;
  ItemTarget target;  // of the unclaim
};

// Runs single calls. If each round trip to the store takes its time, calls of one kind of one
// partner that wait at the same time share a transaction, in which they are decided one after the
// other, and are logged as if each had one of its own. If such a group fails, it has changed
// nothing, and each of its calls runs alone. Thread-safe.
class GroupedCalls {
 public:
  // The references must outlive it.
  GroupedCalls(store::Store& store, const RegistryRules& rules, const Clock& clock)
      : store_(store), rules_(rules), clock_(clock) {}

  // Runs the call, and returns its result once it is durable, or the error of Store::Write.
  absl::StatusOr<ItemResult> Run(const SingleCall& call);

  // Returns how many calls wait until a group takes them.
  size_t waiting();

 private:
  enum class State { kNew, kWaiting, kRunning, kDone };

  // A call and the thread that waits for it.
  struct Waiting {
    const SingleCall& call;
    State state = State::kNew;
    bool runs_alone = false;  // once it is done
    absl::StatusOr<ItemResult> result = ItemResult();
    std::condition_variable changed = {};
  };
  // The calls of one kind of one partner.
  struct Line {
    std::deque<Waiting*> waiting;
    int running = 0;  // groups
  };
  using Key = std::pair<PartnerId, bool>;
  using Group = std::vector<Waiting*>;

  static Key KeyOf(const SingleCall& call) { return {call.partner, call.claim != nullptr}; }

  // Waits until the call is done, and returns an empty group, or until a group may run, which the
  // caller must run and end.
  Group Await(Waiting& call);
  // Runs the group, and sets the results of its calls.
  void RunGroup(const Group& group);
  // Wakes the calls of the group, and the next one that waits.
  void End(const Group& group);

  // Runs the calls, which have one key, in one transaction. If there are several, the transaction
  // is tried once.
  absl::StatusOr<std::vector<ItemResult>> RunTogether(std::span<const SingleCall* const> calls);

  store::Store& store_;
  const RegistryRules& rules_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<Key, Line> lines_ ZT_GUARDED_BY(mutex_);  // of calls that wait or run
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_GROUPED_CALLS_H_
