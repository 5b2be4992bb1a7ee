// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "store/device_pages.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Makes a query for each owner: `of_customer` and `of_workspace` take the owner,
// then the parameters that `bind` adds.
template <class Bind>
std::vector<Query> ForEachOwner(const OwnerQuery& query, const char* of_customer,
                                const char* of_workspace, const Bind& bind) {
  std::vector<Query> queries;
  for (const CustomerId customer : query.customers) {
    bind(queries.emplace_back(of_customer).Int(customer.value()));
  }
  for (const std::string& workspace : query.workspaces) {
    bind(queries.emplace_back(of_workspace).Text(workspace));
  }
  return queries;
}

// Selects the first `rows` devices of each owner, which include the first of all.
std::vector<Query> SelectFirstOfEach(const OwnerQuery& query, DeviceId after, int64_t rows) {
  return ForEachOwner(query,
                      "SELECT device FROM claims WHERE held AND owner = $1 AND section = $2 "
                      "AND reseller = $3 AND device > $4 ORDER BY device LIMIT $5",
                      "SELECT device FROM claims WHERE held AND workspace <> '' "
                      "AND workspace = $1 AND section = $2 AND reseller = $3 AND device > $4 "
                      "ORDER BY device LIMIT $5",
                      [&](Query& one) {
                        one.Int(static_cast<int64_t>(query.section))
                            .Int(query.reseller.value())
                            .Int(after.value())
                            .Int(rows);
                      });
}

std::vector<Query> SelectCountOfEach(const OwnerQuery& query) {
  return ForEachOwner(
      query,
      "SELECT count(*) FROM claims WHERE held AND owner = $1 AND section = $2 AND reseller = $3",
      "SELECT count(*) FROM claims WHERE held AND workspace <> '' AND workspace = $1 "
      "AND section = $2 AND reseller = $3",
      [&](Query& one) {
        one.Int(static_cast<int64_t>(query.section)).Int(query.reseller.value());
      });
}

// Appends the devices that the rows name.
void TakeDevices(const Rows& rows, std::vector<DeviceId>& ids) {
  for (RowReader row : rows) ids.emplace_back(row.Int());
}

}  // namespace

absl::StatusOr<Page<DeviceState>> PostgresTransaction::FindByIdentity(PartnerId partner,
                                                                      const Identity& identity,
                                                                      DeviceId after,
                                                                      int64_t limit) {
  std::vector<int64_t> modems(identity.modems.begin(), identity.modems.end());
  const Query queries[] = {Query("SELECT true, device, reseller, others FROM modem_keys "
                                 "WHERE modem = ANY($1)")
                               .Ints(modems),
                           Query("SELECT serial = $2, device, reseller, others FROM serial_keys "
                                 "WHERE key = $1 AND key <> ''")
                               .Text(identity.serial_key)
                               .Text(identity.serial)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  std::vector<FoundDevice> found;
  for (const Rows& rows : answers) {
    for (RowReader row : rows) {
      const bool is_exact = row.Flag();
      StatementIds statements;
      ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements));
      for (const StatementId& statement : statements) {
        if (statement.reseller == partner) found.push_back({statement.device, is_exact});
      }
    }
  }
  return PageOfFound(*this, std::move(found), partner, after, limit);
}

absl::StatusOr<Page<DeviceState>> PostgresTransaction::FindByOwner(const OwnerQuery& query,
                                                                   DeviceId after, int64_t limit) {
  std::vector<DeviceId> ids;
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                      db_.RunAll(SelectFirstOfEach(query, after, limit + 1)));
  for (const Rows& rows : answers) TakeDevices(rows, ids);
  return LoadPage(*this, std::move(ids), limit);
}

absl::StatusOr<int64_t> PostgresTransaction::CountByOwner(const OwnerQuery& query) {
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> counts, db_.RunAll(SelectCountOfEach(query)));
  int64_t count = 0;
  for (const Rows& rows : counts) count += ReadInt(rows);
  return count;
}

absl::StatusOr<Page<DeviceState>> PostgresTransaction::ListDevicesOfCustomer(CustomerId customer,
                                                                             DeviceId after,
                                                                             int64_t limit) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT DISTINCT device FROM claims WHERE held AND owner = $1 "
                                    "AND device > $2 ORDER BY device LIMIT $3")
                                  .Int(customer.value())
                                  .Int(after.value())
                                  .Int(limit + 1)));
  std::vector<DeviceId> ids;
  TakeDevices(rows, ids);
  return LoadPage(*this, std::move(ids), limit);
}

// Looks at some 200 pages of the table.
absl::StatusOr<bool> PostgresTransaction::HasManyGivenUp() {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT count(*), count(*) FILTER (WHERE NOT held AND "
                    "(owner IS NOT NULL OR workspace <> '')) FROM claims TABLESAMPLE SYSTEM "
                    "(least(100, 20000.0 / greatest(1, pg_relation_size('claims') / 8192)))")));
  const int64_t claims = rows.IntAt(0, 0);
  const int64_t given_up = rows.IntAt(0, 1);
  return given_up >= limits::kManyGivenUp && claims <= 4 * given_up;
}

}  // namespace zerotouch::store::postgres
