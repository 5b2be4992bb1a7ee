// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_NOTIFICATION_H_
#define ZEROTOUCH_STORE_POSTGRES_NOTIFICATION_H_

#include "store/postgres/query.h"

namespace zerotouch::store::postgres {

// Replicas notify each other, at commit, that an operation may be ready to be leased.
inline constexpr char kListenForOperations[] = "LISTEN zerotouch_operations";
inline Query NotifyOfOperation() { return Query("SELECT pg_notify('zerotouch_operations', '')"); }

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_NOTIFICATION_H_
