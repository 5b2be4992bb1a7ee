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
  void SetActor(Actor actor) { actor_ = std::move(actor); }
  const Actor& actor() const { return actor_; }

  // Writes the events for webhooks, which happened at `now`, and the entries to the
  // log, which the transaction must not change afterwards. The store calls it once, after the
  // mutation.
  absl::Status FinishBlock(absl::Time now) {
    if (!events_.empty()) ZT_RETURN_IF_ERROR(AddEvents(now));
    if (block_.empty()) return absl::OkStatus();
    return AppendBlock(block_.Finish(now, actor_));
  }

 protected:
  // Returns the first of limits::kLogPartEntries sequences, above those of `block()` and of
  // every entry that this transaction has read a place of.
  virtual absl::StatusOr<int64_t> NextPart() = 0;
  // Appends the block to a chain.
  virtual absl::Status AppendBlock(const changelog::FinishedBlock& block) = 0;

  const changelog::Block& block() const { return block_; }

  // Adds an entry and returns its sequence.
  template <class Entry>
  absl::StatusOr<int64_t> AddEntry(const Entry& entry) {
    if (block_.NeedsPart()) {
      ZT_ASSIGN_OR_RETURN(const int64_t first, NextPart());
      block_.BeginPart(first);
    }
    return block_.Add(entry);
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
  // Writes a delivery for each noted event and webhook that asks for it.
  absl::Status AddEvents(absl::Time now);
  // Reads the identifiers that events for these webhooks need.
  absl::Status ReadMissingIdentifiers(std::span<const Webhook> webhooks);

  Actor actor_;
  std::optional<bool> is_watched_;
  changelog::Block block_;
  NotedEvents events_;  // stays empty if there are no webhooks
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_TRANSACTION_H_
