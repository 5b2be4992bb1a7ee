// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_YIELD_H_
#define ZEROTOUCH_BASE_YIELD_H_

#include <sched.h>

#include <cstdint>

namespace zerotouch {

// Yields the processor every 128 items of a batch, about every tenth of a
// millisecond. Linux itself may switch threads only at its next tick, 4 ms later, so
// that on a machine with few processors a call for one device would wait that long
// behind a batch that is being parsed. Costs almost nothing if no thread waits. Do
// not use it inside a transaction: others may wait for its end. Not thread-safe.
class ItemYielder {
 public:
  void AfterItem() {
    if (++items_ % 128 == 0) sched_yield();
  }

 private:
  uint32_t items_ = 0;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_YIELD_H_
