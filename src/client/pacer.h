// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_PACER_H_
#define ZEROTOUCH_CLIENT_PACER_H_

#include "absl/time/time.h"

namespace zerotouch::client {

// The time, pauses and random numbers of the client, which tests replace. Thread-safe.
class Pacer {
 public:
  virtual ~Pacer() = default;
  virtual absl::Time Now() const = 0;
  virtual void Sleep(absl::Duration duration) = 0;
  // Returns a number from 0 up to, not including, 1.
  virtual double Random() = 0;

  // Returns the system's own, which lives as long as the process.
  static Pacer& System();
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_PACER_H_
