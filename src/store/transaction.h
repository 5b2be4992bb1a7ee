// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_TRANSACTION_H_
#define ZEROTOUCH_STORE_TRANSACTION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "base/status_macros.h"
#include "model/device.h"
#include "store/accounts.h"
#include "store/actor.h"
#include "store/changelog.h"
#include "store/changelog/block.h"
#include "store/companies.h"
#include "store/devices.h"
#include "store/events.h"
#include "store/operations.h"
#include "store/users.h"
#include "store/webhooks.h"

namespace zerotouch::store {

// A consistent view: everything that is read from it is as of the same instant.
// For one thread at a time. Keep it short, because it holds a connection.
class Snapshot : public AccountReads,
                 public ChangelogReads,
                 public CompanyReads,
                 public DeviceReads,
                 public OperationReads,
                 public UserReads,
                 public WebhookReads {};

// The places in the log of a device's last changes, after the changes of a transaction.
struct LoggedPlaces {
  int64_t sim_lock = 0;
  int64_t zero_touch = 0;
  std::vector<std::pair<PartnerId, int64_t>> statements;  // those that changed

  int64_t In(Section section) const { return section == Section::kSimLock ? sim_lock : zero_touch; }
  // Returns the place of the reseller's statement, or `otherwise` if it did not change.
  int64_t Of(PartnerId reseller, int64_t otherwise) const {
    for (const auto& [each, place] : statements) {
      if (each == reseller) return place;
    }
    return otherwise;
  }
};

// A snapshot that can also write, and reads its own writes. Everything that it changes has an
// entry in the log of changes, which is written with it, and so are the events for webhooks.
class Transaction : public Snapshot,
                    public AccountWrites,
                    public ChangelogWrites,
                    public CompanyWrites,
                    public DeviceWrites,
                    public OperationWrites,
                    public UserWrites,
                    public WebhookWrites {
 public:
  // Sets who makes the changes; the server itself by default.
  void SetActor(Actor actor) { actors_ = {std::move(actor)}; }
  // Sets who makes the changes of devices, of several calls in one transaction: actors[i] those
  // of item i. They are logged as if each call had a transaction of its own.
  void SetActors(std::vector<Actor> actors) { actors_ = std::move(actors); }
  // Returns the first one.
  const Actor& actor() const { return actors_.front(); }

  // Writes the events for webhooks, which happened at `now`, and the entries to the
  // log, which the transaction must not change afterwards. The store calls it once, after the
  // mutation.
  absl::Status FinishBlock(absl::Time now) {
    if (!events_.empty()) ZT_RETURN_IF_ERROR(AddEvents(now));
    if (blocks_.empty()) return absl::OkStatus();
    std::vector<changelog::FinishedBlock> finished;
    finished.reserve(blocks_.size());
    for (const auto& [actor, block] : blocks_) {
      finished.push_back(block.Finish(now, actors_[actor]));
    }
    return AppendBlocks(finished);
  }

 protected:
  // Returns the first of limits::kLogPartEntries sequences, above those of this transaction's
  // blocks and of every entry that it has read a place of.
  virtual absl::StatusOr<int64_t> NextPart() = 0;
  // Appends the blocks, at least one, to a chain, one after the other.
  virtual absl::Status AppendBlocks(std::span<const changelog::FinishedBlock> blocks) = 0;

  // Returns the number of actors that were set.
  size_t actors() const { return actors_.size(); }

  // Returns the first sequence that an entry has; 0 if nothing was logged.
  int64_t FirstSequence() const { return blocks_.empty() ? 0 : blocks_.front().second.first(); }
  // Returns the sequence after the last one; 0 if nothing was logged.
  int64_t EndSequence() const { return blocks_.empty() ? 0 : blocks_.back().second.end(); }
  // Returns the first sequence of the part that has an entry of this transaction.
  int64_t PartOf(int64_t sequence) const;

  // Adds an entry of actors_[actor] and returns its sequence.
  template <class Entry>
  absl::StatusOr<int64_t> AddEntry(const Entry& entry, size_t actor = 0) {
    // An entry of another actor than the one before begins a block.
    const bool is_first = blocks_.empty() || blocks_.back().first != actor;
    if (is_first || blocks_.back().second.NeedsPart()) {
      ZT_ASSIGN_OR_RETURN(const int64_t first, NextPart());
      if (is_first) blocks_.emplace_back(actor, changelog::Block());
      blocks_.back().second.BeginPart(first);
    }
    return blocks_.back().second.Add(entry);
  }
  // Adds the changes of the device, and returns their places.
  absl::StatusOr<LoggedPlaces> AddEntries(const DeviceState& state);

  // Notes that an operation of `partner` finishes in this transaction, for webhooks.
  absl::Status NoteFinished(PartnerId partner, OperationId operation);

 private:
  // Adds an entry to the list that `place` ends, and moves `place` to it.
  absl::Status AddTo(DeviceChange change, int64_t& place);

  // Returns true if there is any webhook, so that events are noted.
  absl::StatusOr<bool> IsWatched();
  // Returns the number of the actor that made the change.
  size_t ActorOf(const DeviceChange& change) const { return actors_.size() == 1 ? 0 : change.item; }
  // Writes a delivery for each noted event and webhook that asks for it.
  absl::Status AddEvents(absl::Time now);
  // Reads the identifiers that events for these webhooks need.
  absl::Status ReadMissingIdentifiers(std::span<const Webhook> webhooks);

  std::vector<Actor> actors_ = {Actor()};
  std::optional<bool> is_watched_;
  // With the number of the actor of each; those of one actor are not all neighbours.
  std::vector<std::pair<size_t, changelog::Block>> blocks_;
  NotedEvents events_;  // stays empty if there are no webhooks
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_TRANSACTION_H_
