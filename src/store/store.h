// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_STORE_H_
#define ZEROTOUCH_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "store/accounts.h"
#include "store/companies.h"
#include "store/devices.h"
#include "store/operations.h"
#include "store/saved_states.h"
#include "store/transaction.h"

// The stored registry. Every implementation has the same semantics: the same
// tests (test/store/) run on all of them.
namespace zerotouch::store {

// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Opens a snapshot. UNAVAILABLE if the database cannot be reached.
  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read() = 0;

  // Returns true if Read, and what is read, may wait for another process.
  virtual bool ReadsWait() const { return true; }
  // Returns the number that AccountReads::AccountsVersion documents, as of a moment
  // during the call. Faster than a snapshot.
  virtual absl::StatusOr<int64_t> AccountsVersion() {
    absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = Read();
    if (!snapshot.ok()) return snapshot.status();
    return (*snapshot)->AccountsVersion();
  }

  // Reads a device as of a moment during the call (DeviceReads::ReadDevice). Faster than a
  // snapshot.
  virtual absl::StatusOr<DeviceState> ReadDevice(DeviceId id) {
    absl::StatusOr<std::unique_ptr<Snapshot>> snapshot = Read();
    if (!snapshot.ok()) return snapshot.status();
    return (*snapshot)->ReadDevice(id);
  }

  // Runs `mutation` in a transaction and returns once its effects are durable.
  // If it returns an error, the transaction is rolled back and the error is
  // returned. May run the mutation more than once (each time in a new
  // transaction), and on another thread. Mutations that change the same things
  // are serialized; SQLite runs them in order of arrival.
  // UNAVAILABLE if nothing was changed: the database cannot be reached or is full, the
  // mutation did not begin within limits::kWriteWait, or every retry conflicted with
  // other changes. UNKNOWN if the changes may be kept or not: the database was lost
  // during the commit, or, on SQLite, the commit did not end within limits::kWriteWait,
  // the disk failed to sync it and then to overwrite it, or the file lost its name
  // during it.
  // RESOURCE_EXHAUSTED if too many mutations are queued.
  virtual absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) = 0;

  // The same, for `actor`: what is changed is logged as its change. A mutation that is given
  // without an actor is the server's own.
  absl::Status Write(const Actor& actor,
                     const std::function<absl::Status(Transaction&)>& mutation) {
    return Write([&](Transaction& transaction) {
      transaction.SetActor(actor);
      return mutation(transaction);
    });
  }

  // A part of a call that reads and writes, and what is called after it.
  using Work = absl::AnyInvocable<void() &&>;
  using WorkDone = absl::AnyInvocable<void(absl::Status) &&>;

  // Queues `work` for the thread that writes, and returns true. No thread sleeps
  // for it. `work` runs on that thread with the mutations of the next group, and may
  // call Read, which does not see what the group has not committed, and Write
  // several times: each mutation runs at once, in the transaction of the group, and
  // returns its result before it is durable. Afterwards `done` is called, on a
  // thread of the store: with OK once all that `work` wrote is durable; otherwise
  // nothing that it wrote is kept, and the errors are those of Write. An exception
  // that leaves `work` undoes what it wrote and is an error: RESOURCE_EXHAUSTED for
  // std::bad_alloc, else INTERNAL. `done` must return soon and must not call Write.
  // If `work` cannot be queued, `done` is called before this returns.
  //
  // A store that writes in parallel (PostgreSQL) runs `work` on a thread that may wait: what it
  // writes is durable once Write returns, and kept whatever happens afterwards.
  //
  // Returns false, and takes neither argument, if the store has no such threads.
  virtual bool WriteInGroup(Work&& /*work*/, WorkDone&& /*done*/) { return false; }

  // Queues `work` for a thread that reads for several calls at once, and returns true. `work`
  // runs on that thread and must return soon. What it gets from AccountsVersion, and from
  // ReadDevice for `device` (0: none), was read for all of them after this was called.
  //
  // Returns false, and does not take `work`, if reading for one call is as fast.
  virtual bool ReadInGroup(DeviceId /*device*/, Work&& /*work*/) { return false; }

  // Calls `heard`, on a thread of the store, when another process may have
  // accepted or released an operation. It must return soon. Null removes the
  // callback; no call is running when this returns.
  virtual void OnOperation(std::function<void()> heard) = 0;

  // Sets how long a write may wait before it is refused; limits::kWriteWait by
  // default. Also applies to those that wait already. For a process that shuts down.
  virtual void ShortenWaits(absl::Duration /*longest*/) {}

  // Returns the saved states of the registry, which live as long as the store; null if
  // it cannot save any.
  virtual SavedStates* saved_states() { return nullptr; }

  // Returns OK if the store can be read and writes work, for readiness probes. While
  // writes fail, the reason; it tries them again by itself. Does not wait: neither for a
  // write nor for a database that does not answer.
  virtual absl::Status Ping() = 0;
};

// How a process uses the registry.
enum class Role {
  kServer,  // serves it; only one process at a time for a SQLite file
  kAdmin,   // changes tenants and keys, with or without a running server
};

// Opens `sqlite:///absolute/path` (or `sqlite:relative/path`), whose file is
// created if it is missing, or `postgresql://user@host/database`, which must
// exist, and migrates it to this version's schema. Errors are one line that says
// what to do: the folder is not writable, the server cannot be reached, the
// database is newer than this program or not a registry, another server has the
// file open.
absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& url, const Clock& clock,
                                            Role role = Role::kServer);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_STORE_H_
