// SPDX-License-Identifier: Apache-2.0
// The quotas of accounts.

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/postgres/rows.h"
#include "store/postgres/transaction.h"
#include "store/quota.h"

namespace zerotouch::store::postgres {

absl::Status PostgresTransaction::SetAccountQuota(std::string_view email,
                                                  std::optional<int64_t> per_100s) {
  // The account changes with it, for those that remember accounts.
  ZT_RETURN_IF_ERROR(
      Change(Query("UPDATE service_accounts SET email = email WHERE email = $1").Text(email),
             NoSuchAccount(email)));
  if (!per_100s.has_value()) {
    return db_.Run(Query("DELETE FROM account_quotas WHERE email = $1").Text(email)).status();
  }
  return db_
      .Run(Query("INSERT INTO account_quotas (email, per_100s) VALUES ($1, $2) "
                 "ON CONFLICT (email) DO UPDATE SET per_100s = excluded.per_100s")
               .Text(email)
               .Int(*per_100s))
      .status();
}

absl::StatusOr<std::optional<QuotaBucket>> PostgresTransaction::FindQuotaBucket(
    std::string_view email) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query("SELECT millionths, filled_us FROM quota_buckets WHERE email = $1").Text(email)));
  if (rows.size() == 0) return std::nullopt;
  RowReader row(rows, 0);
  QuotaBucket bucket;
  bucket.millionths = row.Int();
  bucket.filled = row.Time();
  return bucket;
}

absl::StatusOr<QuotaLease> PostgresTransaction::LeaseCalls(std::string_view email, int64_t per_100s,
                                                           int64_t wanted, absl::Time now) {
  // A crash may lose a few calls. The first statement makes the row if it is
  // missing, and the second locks it.
  QuotaBucket bucket = FullBucket(per_100s, now);
  const Query queries[] = {
      Query("SET LOCAL synchronous_commit = off"),
      Query("INSERT INTO quota_buckets (email, millionths, filled_us) VALUES ($1, $2, $3) "
            "ON CONFLICT (email) DO NOTHING")
          .Text(email)
          .Int(bucket.millionths)
          .Time(bucket.filled),
      Query("SELECT millionths, filled_us FROM quota_buckets WHERE email = $1 FOR UPDATE")
          .Text(email)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  RowReader row(answers[2], 0);
  bucket.millionths = row.Int();
  bucket.filled = row.Time();
  const QuotaLease lease = TakeFrom(bucket, per_100s, wanted, now);
  ZT_RETURN_IF_ERROR(
      db_.Run(Query("UPDATE quota_buckets SET millionths = $2, filled_us = $3 WHERE email = $1")
                  .Text(email)
                  .Int(bucket.millionths)
                  .Time(bucket.filled))
          .status());
  return lease;
}

}  // namespace zerotouch::store::postgres
