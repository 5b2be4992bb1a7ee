// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_GIVE_WAY_H_
#define ZEROTOUCH_BASE_GIVE_WAY_H_

#include <sched.h>

#include <cstdint>

namespace zerotouch {

// For loops over the items of a batch: lets other threads have the processor
// every 128 items, some tenth of a millisecond. Linux itself may look only at
// its next tick, 4 ms later, so that on a machine with few processors a call
// for one device would wait that long behind a batch that is being parsed.
// Costs next to nothing if nobody waits. Not for a loop inside a transaction, for
// whose end others may wait. For one thread.
class GiveWay {
 public:
  void AfterItem() {
    if (++items_ % 128 == 0) sched_yield();
  }

 private:
  uint32_t items_ = 0;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_GIVE_WAY_H_
