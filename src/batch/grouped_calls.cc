// SPDX-License-Identifier: Apache-2.0
#include "batch/grouped_calls.h"

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "batch/claim.h"
#include "batch/unclaim.h"
#include "store/store.h"

namespace zerotouch::batch {
namespace {

// The groups of one line that run concurrently: one waits for the database while the results of
// the other are sent.
constexpr int kGroupsOfLine = 2;

// Calls of a group, so that one of them is not held up for long by the others.
constexpr size_t kLargestGroup = 64;

absl::StatusOr<std::vector<ItemResult>> RunUnclaims(store::Transaction& transaction,
                                                    std::span<const SingleCall* const> calls,
                                                    absl::Time now) {
  std::vector<const api::PartnerUnclaim*> items;
  std::vector<ItemTarget> targets;
  for (const SingleCall* call : calls) {
    items.push_back(call->unclaim);
    targets.push_back(call->target);
  }
  ZT_ASSIGN_OR_RETURN(DecidedTargets decided,
                      DecideUnclaims(transaction, calls[0]->partner, items, targets, now));
  ZT_RETURN_IF_ERROR(decided.devices.Apply(transaction));
  return std::move(decided.results);
}

}  // namespace

absl::StatusOr<ItemResult> GroupedCalls::Run(const SingleCall& call) {
  const SingleCall* const alone[] = {&call};
  // A store that does not wait commits calls together by itself, and its thread that writes must
  // not wait for others.
  bool runs_alone = !store_.ReadsWait();
  Waiting waiting{.call = call};
  if (!runs_alone) {
    for (Group group = Await(waiting); !group.empty(); group = Await(waiting)) {
      const absl::Cleanup end = [&] { End(group); };
      RunGroup(group);
    }
    runs_alone = waiting.runs_alone;
  }
  if (!runs_alone) return std::move(waiting.result);
  ZT_ASSIGN_OR_RETURN(const std::vector<ItemResult> results, RunTogether(alone));
  return results[0];
}

size_t GroupedCalls::waiting() {
  const MutexLock lock(mutex_);
  size_t calls = 0;
  for (const auto& [key, line] : lines_) calls += line.waiting.size();
  return calls;
}

GroupedCalls::Group GroupedCalls::Await(Waiting& call) {
  MutexLock lock(mutex_);
  if (call.state == State::kDone) return {};
  Line& line = lines_[KeyOf(call.call)];
  if (call.state == State::kNew) {
    line.waiting.push_back(&call);
    call.state = State::kWaiting;
  }
  while (call.state != State::kDone) {
    if (call.state == State::kRunning || line.running >= kGroupsOfLine) {
      lock.Wait(call.changed);
      continue;
    }
    Group group;
    group.reserve(std::min(line.waiting.size(), kLargestGroup));
    while (!line.waiting.empty() && group.size() < kLargestGroup) {
      group.push_back(line.waiting.front());
      group.back()->state = State::kRunning;
      line.waiting.pop_front();
    }
    ++line.running;
    return group;
  }
  return {};
}

void GroupedCalls::RunGroup(const Group& group) {
  // Until they have a result: an exception may end this.
  for (Waiting* waiting : group) waiting->runs_alone = true;
  std::vector<const SingleCall*> calls;
  for (const Waiting* waiting : group) calls.push_back(&waiting->call);
  absl::StatusOr<std::vector<ItemResult>> results = RunTogether(calls);
  // No call may run again if the group may have been committed.
  if (!results.ok() && group.size() > 1 && !absl::IsUnknown(results.status())) return;
  for (Waiting* waiting : group) waiting->runs_alone = false;
  for (size_t i = 0; i < group.size(); ++i) {
    if (results.ok()) {
      group[i]->result = std::move((*results)[i]);
    } else {
      // A copy of its own for each thread.
      group[i]->result = absl::Status(results.status().code(), results.status().message());
    }
  }
}

void GroupedCalls::End(const Group& group) {
  const MutexLock lock(mutex_);
  const auto line = lines_.find(KeyOf(group[0]->call));
  for (Waiting* waiting : group) {
    waiting->state = State::kDone;
    waiting->changed.notify_one();
  }
  --line->second.running;
  if (!line->second.waiting.empty()) {
    line->second.waiting.front()->changed.notify_one();
  } else if (line->second.running == 0) {
    lines_.erase(line);
  }
}

absl::StatusOr<std::vector<ItemResult>> GroupedCalls::RunTogether(
    std::span<const SingleCall* const> calls) {
  std::vector<store::Actor> actors;
  std::vector<const api::PartnerClaim*> claims;
  for (const SingleCall* call : calls) {
    actors.push_back(call->actor);
    if (call->claim != nullptr) claims.push_back(call->claim);
  }
  const absl::Time now = clock_.Now();
  std::vector<ItemResult> results;
  int attempts = 0;
  ZT_RETURN_IF_ERROR(store_.Write([&](store::Transaction& transaction) -> absl::Status {
    if (++attempts > 1 && calls.size() > 1) {
      return absl::AbortedError("other changes conflict with those of a group");
    }
    transaction.SetActors(actors);
    ZT_ASSIGN_OR_RETURN(results, claims.empty()
                                     ? RunUnclaims(transaction, calls, now)
                                     : RunClaims(transaction, calls[0]->partner, claims, rules_));
    ZT_CHECK(results.size() == calls.size(), "a call has no result");
    return absl::OkStatus();
  }));
  return results;
}

}  // namespace zerotouch::batch
