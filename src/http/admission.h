// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_ADMISSION_H_
#define ZEROTOUCH_HTTP_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <optional>

namespace zerotouch::http {

// Limits the requests in flight and the memory of their bodies, over all
// connections, so that callers get 429 before the server runs out of memory.
// Thread-safe.
class Admission {
 public:
  // One request's share, released by the destructor. Not thread-safe.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    // Sets the memory of the request's body to `bytes` in total. Returns false and
    // changes nothing if all bodies together would exceed the limit.
    [[nodiscard]] bool Hold(uint64_t bytes);

    // Releases the body's memory.
    void HoldNothing();

   private:
    friend class Admission;
    explicit Ticket(Admission& admission) : admission_(&admission) {}

    Admission* admission_;  // nullptr once moved from
    uint64_t bytes_ = 0;
  };

  // Admits at most `requests` at once, with at most `body_bytes` of bodies.
  Admission(int requests, uint64_t body_bytes) : requests_(requests), body_bytes_(body_bytes) {}

  // Admits a request. Returns nullopt if too many are in flight.
  std::optional<Ticket> Enter();

 private:
  const int requests_;
  const uint64_t body_bytes_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<uint64_t> held_bytes_ = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_ADMISSION_H_
