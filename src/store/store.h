// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_STORE_H_
#define ZEROTOUCH_STORE_STORE_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"
#include "store/accounts.h"
#include "store/companies.h"
#include "store/devices.h"
#include "store/operations.h"

// The registry, as it is kept. Every implementation means the same by each call: one
// battery of tests (test/store/) runs on all of them.
namespace zerotouch::store {

// One consistent view: everything read from it was so at the same instant. For
// one thread at a time; keep it short, for it holds a connection.
class Snapshot : public AccountReads,
                 public CompanyReads,
                 public DeviceReads,
                 public OperationReads {};

// A snapshot that can also write. What it writes it reads back.
class Transaction : public Snapshot,
                    public AccountWrites,
                    public CompanyWrites,
                    public DeviceWrites,
                    public OperationWrites {};

// Thread-safe.
class Store {
 public:
  virtual ~Store() = default;

  // Opens a view. UNAVAILABLE if the database cannot be reached.
  virtual absl::StatusOr<std::unique_ptr<Snapshot>> Read() = 0;

  // Runs `mutation` in a transaction and returns once its effects are durable.
  // If it returns an error, nothing of it is kept and the error is returned.
  // May run it more than once (each time on a fresh transaction), and on
  // another thread. Mutations that change the same things are run as if one
  // after the other; SQLite's, in the order in which they came.
  // UNAVAILABLE if the database cannot be reached or is full; if it was lost in
  // the very moment of the commit, what was written may be kept all the same.
  // UNAVAILABLE too if others' changes kept getting in its way, and
  // RESOURCE_EXHAUSTED if too many are waiting.
  virtual absl::Status Write(const std::function<absl::Status(Transaction&)>& mutation) = 0;

  // Calls `heard`, on a thread of the store's, whenever another process may
  // have accepted or given back an operation. It must return soon. Null ends
  // that: no call is being made when this returns.
  virtual void OnOperation(std::function<void()> heard) = 0;

  // OK if the store can be read just now; for readiness.
  virtual absl::Status Ping() = 0;
};

// What a process does with the registry.
enum class Role {
  kServer,  // serves it: of a SQLite file, one process at a time
  kAdmin,   // changes tenants and keys, beside a server or without one
};

// Opens `sqlite:///absolute/path` (or `sqlite:relative/path`), creating the
// file, or the database of `postgresql://user@host/database`, which must exist,
// and brings it to this version's schema. Errors are one line that says what to
// do: the folder cannot be written, the server cannot be reached, the database
// is newer than this program or no registry, another server has the file open.
absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& url, const Clock& clock,
                                            Role role = Role::kServer);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_STORE_H_
