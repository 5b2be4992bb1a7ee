// SPDX-License-Identifier: Apache-2.0
// The assertions that were used.

#include "base/status_macros.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {

absl::StatusOr<bool> SqliteTransaction::UseAssertion(const AssertionUse& use, int64_t most,
                                                     absl::Time now) {
  // An id that has expired may not be deleted yet.
  ZT_RETURN_IF_ERROR(
      db_.Use("INSERT INTO assertion_uses (email, digest, expires_us) VALUES (?, ?, ?) "
              "ON CONFLICT (email, digest) DO UPDATE SET expires_us = excluded.expires_us "
              "WHERE expires_us < ?")
          .Text(use.email)
          .Bytes(use.digest)
          .Time(use.expires)
          .Time(now)
          .Run());
  if (db_.Changes() == 0) return false;
  Cursor count = db_.Use("SELECT count(*) FROM assertion_uses WHERE email = ?");
  count.Text(use.email);
  const int64_t kept = count.Row() ? count.IntAt(0) : 0;
  ZT_RETURN_IF_ERROR(count.status());
  if (kept <= most) return true;
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM assertion_uses WHERE email = ?1 AND digest IN "
                             "(SELECT digest FROM assertion_uses WHERE email = ?1 "
                             "ORDER BY expires_us DESC, digest LIMIT -1 OFFSET ?2)")
                         .Text(use.email)
                         .Int(most)
                         .Run());
  return true;
}

absl::StatusOr<int64_t> SqliteTransaction::SweepAssertions(absl::Time now, int64_t limit) {
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM assertion_uses WHERE (email, digest) IN "
                             "(SELECT email, digest FROM assertion_uses WHERE expires_us < ? "
                             "LIMIT ?)")
                         .Time(now)
                         .Int(limit)
                         .Run());
  return db_.Changes();
}

}  // namespace zerotouch::store::sqlite
