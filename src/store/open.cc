// SPDX-License-Identifier: Apache-2.0
#include "store/database_url.h"
#include "store/figures.h"
#include "store/inspection.h"
#include "store/postgres/store.h"
#include "store/sqlite/inspection.h"
#include "store/sqlite/store.h"
#include "store/store.h"

namespace zerotouch::store {

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& url, const Clock& clock, Role role) {
  const auto path = SqlitePath(url);
  if (!path.has_value() && !IsPostgresUrl(url)) return UnknownDatabase(url);
  absl::StatusOr<std::unique_ptr<Store>> store =
      path.has_value() ? sqlite::OpenFile(*path, clock, role) : postgres::OpenDatabase(url, clock);
  if (!store.ok() || role != Role::kServer) return store;
  return Metered(path.has_value() ? StoreKind::kSqlite : StoreKind::kPostgres, *std::move(store));
}

absl::StatusOr<Inspection> Inspect(const std::string& url, const Clock& clock) {
  if (const auto path = SqlitePath(url)) return sqlite::InspectFile(*path);
  if (!IsPostgresUrl(url)) return UnknownDatabase(url);
  return postgres::InspectDatabase(url, clock);
}

}  // namespace zerotouch::store
