// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/owned_devices.h"

#include <algorithm>

#include "base/status_macros.h"
#include "store/sqlite/devices.h"

namespace zerotouch::store::sqlite {

const char kDevicesOfCustomer[] =
    "SELECT device FROM claims WHERE held = 1 AND owner = ? AND section = ? AND reseller = ? "
    "AND device > ? ORDER BY device LIMIT ?";
const char kDevicesOfWorkspace[] =
    "SELECT device FROM claims WHERE held = 1 AND workspace <> '' AND workspace = ? "
    "AND section = ? AND reseller = ? AND device > ? ORDER BY device LIMIT ?";
const char kCountOfCustomer[] =
    "SELECT count(*) FROM claims WHERE held = 1 AND owner = ? AND section = ? AND reseller = ?";
const char kCountOfWorkspace[] =
    "SELECT count(*) FROM claims WHERE held = 1 AND workspace <> '' AND workspace = ? "
    "AND section = ? AND reseller = ?";
const char kAllDevicesOfCustomer[] =
    "SELECT DISTINCT device FROM claims WHERE held = 1 AND owner = ? AND device > ? "
    "ORDER BY device LIMIT ?";

namespace {

// Appends the devices that the cursor gives.
absl::Status TakeDevices(Cursor& row, std::vector<DeviceId>& ids) {
  while (row.Row()) ids.emplace_back(row.IntAt(0));
  return row.status();
}

absl::Status AddCount(Cursor& row, int64_t& count) {
  if (row.Row()) count += row.IntAt(0);
  return row.status();
}

// The first `rows` devices of each owner: the first of all are among them.
absl::StatusOr<std::vector<DeviceId>> FirstOfEach(Connection& db, const OwnerQuery& query,
                                                  DeviceId after, int64_t rows) {
  std::vector<DeviceId> ids;
  const auto take = [&](Cursor& row) {
    row.Int(static_cast<int64_t>(query.section))
        .Int(query.reseller.value())
        .Int(after.value())
        .Int(rows);
    return TakeDevices(row, ids);
  };
  for (const CustomerId customer : query.customers) {
    Cursor row = db.Use(kDevicesOfCustomer);
    row.Int(customer.value());
    ZT_RETURN_IF_ERROR(take(row));
  }
  for (const std::string& workspace : query.workspaces) {
    Cursor row = db.Use(kDevicesOfWorkspace);
    row.Text(workspace);
    ZT_RETURN_IF_ERROR(take(row));
  }
  return ids;
}

absl::StatusOr<int64_t> CountAll(Connection& db, const OwnerQuery& query) {
  int64_t count = 0;
  const auto add = [&](Cursor& row) {
    row.Int(static_cast<int64_t>(query.section)).Int(query.reseller.value());
    return AddCount(row, count);
  };
  for (const CustomerId customer : query.customers) {
    Cursor row = db.Use(kCountOfCustomer);
    row.Int(customer.value());
    ZT_RETURN_IF_ERROR(add(row));
  }
  for (const std::string& workspace : query.workspaces) {
    Cursor row = db.Use(kCountOfWorkspace);
    row.Text(workspace);
    ZT_RETURN_IF_ERROR(add(row));
  }
  return count;
}

// Loads the page of the devices `ids`, ascending, of which there may be one
// more than `limit`.
absl::StatusOr<Page<DeviceState>> LoadPage(Connection& db, std::span<const DeviceId> ids,
                                           int64_t limit) {
  Page<DeviceState> page;
  page.more = static_cast<int64_t>(ids.size()) > limit;
  if (page.more) ids = ids.first(static_cast<size_t>(limit));
  ZT_ASSIGN_OR_RETURN(page.rows, ReadClaims(db, ids));
  std::vector<DeviceState*> states;
  states.reserve(page.rows.size());
  for (DeviceState& state : page.rows) states.push_back(&state);
  ZT_RETURN_IF_ERROR(ReadRecords(db, states));
  return page;
}

}  // namespace

absl::StatusOr<Page<DeviceState>> FindByOwner(Connection& db, const OwnerQuery& query,
                                              DeviceId after, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceId> ids, FirstOfEach(db, query, after, limit + 1));
  std::sort(ids.begin(), ids.end());
  if (static_cast<int64_t>(ids.size()) > limit + 1) ids.resize(static_cast<size_t>(limit + 1));
  ZT_ASSIGN_OR_RETURN(Page<DeviceState> page, LoadPage(db, ids, limit));
  if (!after) {
    ZT_ASSIGN_OR_RETURN(page.total_size, CountAll(db, query));
  }
  return page;
}

absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(Connection& db, CustomerId customer,
                                                        DeviceId after, int64_t limit) {
  std::vector<DeviceId> ids;
  {
    Cursor row = db.Use(kAllDevicesOfCustomer);
    row.Int(customer.value()).Int(after.value()).Int(limit + 1);
    ZT_RETURN_IF_ERROR(TakeDevices(row, ids));
  }
  return LoadPage(db, ids, limit);
}

}  // namespace zerotouch::store::sqlite
