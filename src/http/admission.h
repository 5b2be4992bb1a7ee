// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_ADMISSION_H_
#define ZEROTOUCH_HTTP_ADMISSION_H_

#include <atomic>
#include <cstdint>
#include <optional>

namespace zerotouch::http {

// How many requests are in flight and how much memory their bodies hold, over
// all connections, so that callers get 429 before the server runs out of
// either. Thread-safe.
class Admission {
 public:
  // One request's share; gives it back when it goes. For one thread at a time.
  class Ticket {
   public:
    Ticket(Ticket&& other) noexcept;
    Ticket& operator=(Ticket&&) = delete;
    ~Ticket();

    // From now on the request's body holds `bytes` in all. False, with nothing
    // changed, if that is too much beside the others.
    [[nodiscard]] bool Hold(uint64_t bytes);

    // The body is gone: never fails.
    void HoldNothing();

   private:
    friend class Admission;
    explicit Ticket(Admission& admission) : admission_(&admission) {}

    Admission* admission_;  // nullptr once moved from
    uint64_t bytes_ = 0;
  };

  // `requests` at once, and `body_bytes` that their bodies may hold together.
  Admission(int requests, uint64_t body_bytes) : requests_(requests), body_bytes_(body_bytes) {}

  // nullopt if too many requests are in flight.
  std::optional<Ticket> Enter();

 private:
  const int requests_;
  const uint64_t body_bytes_;
  std::atomic<int> in_flight_ = 0;
  std::atomic<uint64_t> held_bytes_ = 0;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_ADMISSION_H_
