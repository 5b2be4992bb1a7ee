// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// A query for each owner: `of_customer` and `of_workspace` take the owner, then
// what `bind` adds.
template <class Bind>
std::vector<Query> OfEachOwner(const OwnerQuery& query, const char* of_customer,
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

// The first `rows` devices of each owner: the first of all are among them.
std::vector<Query> FirstOfEach(const OwnerQuery& query, DeviceId after, int64_t rows) {
  return OfEachOwner(query,
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

std::vector<Query> CountOfEach(const OwnerQuery& query) {
  return OfEachOwner(
      query,
      "SELECT count(*) FROM claims WHERE held AND owner = $1 AND section = $2 AND reseller = $3",
      "SELECT count(*) FROM claims WHERE held AND workspace <> '' AND workspace = $1 "
      "AND section = $2 AND reseller = $3",
      [&](Query& one) {
        one.Int(static_cast<int64_t>(query.section)).Int(query.reseller.value());
      });
}

void TakeDevices(const Rows& rows, std::vector<DeviceId>& ids) {
  for (int i = 0; i < rows.size(); ++i) ids.emplace_back(rows.IntAt(i, 0));
}

// Loads the page of the devices `ids`, ascending, of which there may be one
// more than `limit`.
absl::StatusOr<Page<DeviceState>> LoadPage(DeviceReads& reads, std::span<const DeviceId> ids,
                                           int64_t limit) {
  Page<DeviceState> page;
  page.more = static_cast<int64_t>(ids.size()) > limit;
  if (page.more) ids = ids.first(static_cast<size_t>(limit));
  ZT_ASSIGN_OR_RETURN(page.rows, reads.ReadClaims(ids));
  std::vector<DeviceState*> states;
  states.reserve(page.rows.size());
  for (DeviceState& state : page.rows) states.push_back(&state);
  ZT_RETURN_IF_ERROR(reads.ReadRecords(states));
  return page;
}

}  // namespace

absl::StatusOr<Page<DeviceState>> PostgresTransaction::FindByIdentity(PartnerId partner,
                                                                      const Identity& identity,
                                                                      DeviceId after,
                                                                      int64_t limit) {
  std::vector<int64_t> modems(identity.modems.begin(), identity.modems.end());
  const Query queries[] = {
      Query("SELECT device FROM modems WHERE modem = ANY($1)").Ints(modems),
      Query("SELECT device FROM serials WHERE key = $1 AND key <> ''").Text(identity.serial_key)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  std::vector<DeviceId> ids;
  for (const Rows& rows : answers) TakeDevices(rows, ids);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());

  Page<DeviceState> page;
  ZT_ASSIGN_OR_RETURN(const std::vector<DeviceState> states, ReadClaims(ids));
  std::vector<DeviceId> wanted;
  for (const DeviceState& state : states) {
    if (!HoldsClaim(partner, state)) continue;
    ++page.total_size;
    if (state.id > after) wanted.push_back(state.id);
  }
  const int64_t total = page.total_size;
  ZT_ASSIGN_OR_RETURN(page, LoadPage(*this, wanted, limit));
  page.total_size = total;
  return page;
}

absl::StatusOr<Page<DeviceState>> PostgresTransaction::FindByOwner(const OwnerQuery& query,
                                                                   DeviceId after, int64_t limit) {
  std::vector<DeviceId> ids;
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                      db_.RunAll(FirstOfEach(query, after, limit + 1)));
  for (const Rows& rows : answers) TakeDevices(rows, ids);
  std::sort(ids.begin(), ids.end());
  if (static_cast<int64_t>(ids.size()) > limit + 1) ids.resize(static_cast<size_t>(limit + 1));
  ZT_ASSIGN_OR_RETURN(Page<DeviceState> page, LoadPage(*this, ids, limit));
  if (!after) {
    ZT_ASSIGN_OR_RETURN(const std::vector<Rows> counts, db_.RunAll(CountOfEach(query)));
    for (const Rows& rows : counts) page.total_size += rows.IntAt(0, 0);
  }
  return page;
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
  return LoadPage(*this, ids, limit);
}

}  // namespace zerotouch::store::postgres
