// SPDX-License-Identifier: Apache-2.0
// The assertions that were used.

#include "base/status_macros.h"
#include "store/postgres/rows.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {

absl::StatusOr<bool> PostgresTransaction::UseAssertion(const AssertionUse& use, int64_t most,
                                                       absl::Time now) {
  // If two servers insert the same id, the second waits for the first. An id that has expired may
  // not be deleted yet.
  const Query queries[] = {
      Query("INSERT INTO assertion_uses AS u (email, digest, expires_us) VALUES ($1, $2, $3) "
            "ON CONFLICT (email, digest) DO UPDATE SET expires_us = excluded.expires_us "
            "WHERE u.expires_us < $4")
          .Text(use.email)
          .Bytes(use.digest)
          .Time(use.expires)
          .Time(now),
      Query("SELECT count(*) FROM assertion_uses WHERE email = $1").Text(use.email)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  if (answers[0].affected() == 0) return false;
  if (RowReader(answers[1], 0).Int() <= most) return true;
  ZT_RETURN_IF_ERROR(db_.Run(Query("DELETE FROM assertion_uses WHERE email = $1 AND digest IN "
                                   "(SELECT digest FROM assertion_uses WHERE email = $1 "
                                   "ORDER BY expires_us DESC, digest OFFSET $2)")
                                 .Text(use.email)
                                 .Int(most))
                         .status());
  return true;
}

absl::StatusOr<int64_t> PostgresTransaction::SweepAssertions(absl::Time now, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("DELETE FROM assertion_uses WHERE (email, digest) IN "
                    "(SELECT email, digest FROM assertion_uses WHERE expires_us < $1 "
                    "LIMIT $2 FOR UPDATE SKIP LOCKED)")
                  .Time(now)
                  .Int(limit)));
  return rows.affected();
}

}  // namespace zerotouch::store::postgres
