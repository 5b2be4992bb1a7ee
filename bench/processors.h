// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_PROCESSORS_H_
#define ZEROTOUCH_BENCH_PROCESSORS_H_

namespace zerotouch::bench {

// Divides the processors of this machine in two halves. KeepTo pins the calling
// thread, and the threads and processes that it starts afterwards, to one half.
// Does nothing on a machine with one processor.
enum class Half { kFirst, kSecond };
void KeepTo(Half half);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_PROCESSORS_H_
