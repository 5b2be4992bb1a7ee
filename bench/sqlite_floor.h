#ifndef ZEROTOUCH_BENCH_SQLITE_FLOOR_H_
#define ZEROTOUCH_BENCH_SQLITE_FLOOR_H_

#include <string>
#include <vector>

#include "model/identity.h"

namespace zerotouch::bench {

// The limit that an unclaim batch is measured against: milliseconds that a bare
// loop of prepared statements takes to give up the claims on `modems` in the
// registry at `path`, durably. It looks them up in index order, then reads,
// checks and writes the claims in the order of device ids, 5,000 a transaction,
// each with a result record: what the batch engine does, without everything
// that the engine does it for.
double UnclaimByBareLoop(const std::string& path, const std::vector<ModemKey>& modems);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_SQLITE_FLOOR_H_
