// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_PROCESSORS_H_
#define ZEROTOUCH_BENCH_PROCESSORS_H_

namespace zerotouch::bench {

// Where this process may run, as two machines in one: a thread, and all threads
// and processes that it starts from then on, keep to the half that it names.
// Nothing is halved on a machine with one processor.
enum class Half { kFirst, kSecond };
void KeepTo(Half half);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_PROCESSORS_H_
