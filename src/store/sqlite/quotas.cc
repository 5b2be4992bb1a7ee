// SPDX-License-Identifier: Apache-2.0
// The quotas of accounts.

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/quota.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {

absl::Status SqliteTransaction::SetAccountQuota(std::string_view email,
                                                std::optional<int64_t> per_100s) {
  // The account changes with it, for those that remember accounts.
  ZT_RETURN_IF_ERROR(
      Change(db_.Use("UPDATE service_accounts SET email = email WHERE email = ?").Text(email),
             NoSuchAccount(email)));
  if (!per_100s.has_value()) {
    return db_.Use("DELETE FROM account_quotas WHERE email = ?").Text(email).Run();
  }
  return db_
      .Use(
          "INSERT INTO account_quotas (email, per_100s) VALUES (?, ?) "
          "ON CONFLICT (email) DO UPDATE SET per_100s = excluded.per_100s")
      .Text(email)
      .Int(*per_100s)
      .Run();
}

absl::StatusOr<std::optional<QuotaBucket>> SqliteTransaction::FindQuotaBucket(
    std::string_view email) {
  Cursor found = db_.Use("SELECT millionths, filled_us FROM quota_buckets WHERE email = ?");
  found.Text(email);
  std::optional<QuotaBucket> bucket;
  if (found.Row()) {
    RowReader row(found);
    bucket.emplace().millionths = row.Int();
    bucket->filled = row.Time();
  }
  ZT_RETURN_IF_ERROR(found.status());
  return bucket;
}

absl::StatusOr<QuotaLease> SqliteTransaction::LeaseCalls(std::string_view email, int64_t per_100s,
                                                         int64_t wanted, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const std::optional<QuotaBucket> found, FindQuotaBucket(email));
  QuotaBucket bucket = found.value_or(FullBucket(per_100s, now));
  const QuotaLease lease = TakeFrom(bucket, per_100s, wanted, now);
  ZT_RETURN_IF_ERROR(db_.Use("INSERT INTO quota_buckets (email, millionths, filled_us) "
                             "VALUES (?, ?, ?) ON CONFLICT (email) DO UPDATE SET "
                             "millionths = excluded.millionths, filled_us = excluded.filled_us")
                         .Text(email)
                         .Int(bucket.millionths)
                         .Time(bucket.filled)
                         .Run());
  return lease;
}

}  // namespace zerotouch::store::sqlite
