// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_WATCH_PROCESS_FIGURES_H_
#define ZEROTOUCH_WIRE_WATCH_PROCESS_FIGURES_H_

#include "base/metrics.h"

namespace zerotouch::wire {

// Passes on what the system knows of this process, under the names that all clients of
// Prometheus use (`process_cpu_seconds_total`, ...). What cannot be read is left out.
void CollectProcess(metrics::Sink& sink);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_WATCH_PROCESS_FIGURES_H_
