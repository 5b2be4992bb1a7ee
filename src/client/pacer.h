// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_PACER_H_
#define ZEROTOUCH_CLIENT_PACER_H_

#include "absl/time/time.h"

namespace zerotouch::client {

// Where the client reads the time, waits and throws its dice, so that tests
// need not wait. Thread-safe.
class Pacer {
 public:
  virtual ~Pacer() = default;
  virtual absl::Time Now() const = 0;
  virtual void Sleep(absl::Duration duration) = 0;
  // A number from 0 up to, not including, 1.
  virtual double Random() = 0;

  // The machine's own; lives as long as the process.
  static Pacer& System();
};

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_PACER_H_
