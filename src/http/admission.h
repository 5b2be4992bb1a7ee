// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_ADMISSION_H_
#define ZEROTOUCH_HTTP_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/mutex.h"

namespace zerotouch::http {

// The shares that all connections together may use.
struct AdmissionLimits {
  // Returns the shares of this much memory, in bytes.
  static AdmissionLimits Of(uint64_t memory) {
    return {.bytes = memory / limits::kHeldPart,
            .stranger_bytes = memory / limits::kHeldPartOfStrangers,
            .payer_bytes = memory / limits::kHeldPartPerPayer,
            .small_bytes = memory / limits::kHeldPartOfSmall};
  }

  int requests = limits::kQueuedRequests;              // handled or queued
  int peer_requests = limits::kQueuedRequestsPerPeer;  // of these, by one peer address
  uint64_t bytes = 0;                                  // of bodies, messages and answers
  uint64_t stranger_bytes = 0;                         // of these, without an account
  uint64_t payer_bytes = 0;                            // of these, one account or peer
  uint64_t small_bytes = 0;                            // beside these, of small requests
};

// A client's address, and what all its connections use. Shared by them.
struct Peer {
  explicit Peer(std::string name) : address(std::move(name)) {}

  const std::string address;  // without port; of IPv6 the first 64 bits, a customer's network
  std::atomic<int> connections = 0;
  std::atomic<int> requests = 0;    // in flight
  std::atomic<uint64_t> bytes = 0;  // held by its requests without an account
};

// Limits the requests in flight and the memory that they hold, over all connections
// and for each caller, so that callers get 429 before the server runs out of memory,
// and so that none uses up the share of another. Thread-safe.
//
// Requests that hold little (limits::kSmallRequestBytes) are counted together.
// The memory of others is charged to the account that the request proved to come
// from, or else to its peer and to all strangers.
class Admission {
 public:
  // One request's share, released by the destructor. For one thread at a time.
  class Ticket {
   public:
    // Begins without holding anything. Both must outlive it.
    Ticket(Admission& admission, Peer& peer) : admission_(admission), peer_(peer) {}
    Ticket(const Ticket&) = delete;
    Ticket& operator=(const Ticket&) = delete;
    ~Ticket();

    // Counts the request as handled or queued. Returns false if too many are.
    [[nodiscard]] bool Enter();

    // Charges the request's memory to this account from now on; empty: to strangers.
    // Returns false, holding nothing, if its share is used up.
    [[nodiscard]] bool Identify(std::string_view account);

    // Sets the memory of the request to `bytes` in total. Returns false and changes
    // nothing if that would exceed a limit.
    [[nodiscard]] bool Hold(uint64_t bytes);

    // Releases the memory.
    void HoldNothing() { static_cast<void>(Hold(0)); }

   private:
    Admission& admission_;
    Peer& peer_;
    std::string account_;  // empty: a stranger
    bool entered_ = false;
    uint64_t bytes_ = 0;
  };

  explicit Admission(const AdmissionLimits& limits) : limits_(limits) {}

  // Returns the bytes that all requests hold.
  uint64_t held_bytes() const { return held_bytes_ + small_bytes_; }
  // Return the parts of it: of small requests, of all others, and of those of the
  // others that have no account.
  uint64_t small_bytes() const { return small_bytes_; }
  uint64_t large_bytes() const { return held_bytes_; }
  uint64_t stranger_bytes() const { return stranger_bytes_; }
  // Returns the requests that are handled or queued.
  int requests() const { return in_flight_; }

 private:
  // Changes what `account`, or else `peer`, holds from `before` to `after` bytes.
  // Returns false and changes nothing if that would exceed a limit.
  bool Charge(std::string_view account, Peer& peer, uint64_t before, uint64_t after);
  bool ChargeAccount(std::string_view account, uint64_t before, uint64_t after) ZT_EXCLUDES(mutex_);

  const AdmissionLimits limits_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<uint64_t> small_bytes_ = 0;
  std::atomic<uint64_t> held_bytes_ = 0;
  std::atomic<uint64_t> stranger_bytes_ = 0;
  Mutex mutex_;
  // Accounts that hold something.
  std::map<std::string, uint64_t, std::less<>> account_bytes_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_ADMISSION_H_
