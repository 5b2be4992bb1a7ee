// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_FIGURES_H_
#define ZEROTOUCH_STORE_FIGURES_H_

#include <memory>

#include "base/metrics.h"
#include "store/store.h"

// The figures that a server keeps of its store.
namespace zerotouch::store {

enum class StoreKind { kSqlite, kPostgres };

// The calls that are timed. A read lasts until its snapshot ends, a write from the call until its
// answer; a commit is a part of one write, or on SQLite of a group of writes.
enum class StoreCall { kRead, kWrite, kCommit, kAccountsVersion };

// Returns the times of these calls: zerotouch_store_seconds.
metrics::Histogram& StoreSeconds(StoreKind kind, StoreCall call);

// Returns a store that counts what is done to `store`: calls that wait or run, their
// times except those of reads, and errors of the store itself.
std::unique_ptr<Store> Metered(StoreKind kind, std::unique_ptr<Store> store);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_FIGURES_H_
