// SPDX-License-Identifier: Apache-2.0
#include "store/database_url.h"
#include "store/postgres/store.h"
#include "store/sqlite/store.h"
#include "store/store.h"

namespace zerotouch::store {

absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& url, const Clock& clock, Role role) {
  if (const auto path = SqlitePath(url)) return sqlite::OpenFile(*path, clock, role);
  if (IsPostgresUrl(url)) return postgres::OpenDatabase(url, clock);
  return UnknownDatabase(url);
}

}  // namespace zerotouch::store
