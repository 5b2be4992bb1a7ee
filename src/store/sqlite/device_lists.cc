// SPDX-License-Identifier: Apache-2.0
#include "base/limits.h"
#include "base/status_macros.h"
#include "store/device_pages.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/transaction.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {
namespace {

// Appends the devices that the cursor returns.
absl::Status TakeDevices(Cursor& devices, std::vector<DeviceId>& ids) {
  while (devices.Row()) ids.emplace_back(RowReader(devices).Int());
  return devices.status();
}

// Runs a statement for each owner: `of_customer` and `of_workspace` take the
// owner, then the parameters that `run` binds before it runs them.
template <class Run>
absl::Status ForEachOwner(Database& db, const OwnerQuery& query, const char* of_customer,
                          const char* of_workspace, const Run& run) {
  for (const CustomerId customer : query.customers) {
    ZT_RETURN_IF_ERROR(run(db.Use(of_customer).Int(customer.value())));
  }
  for (const std::string& workspace : query.workspaces) {
    ZT_RETURN_IF_ERROR(run(db.Use(of_workspace).Text(workspace)));
  }
  return absl::OkStatus();
}

// Reads the first `rows` devices of each owner, which include the first of all.
absl::Status ReadFirstOfEach(Database& db, const OwnerQuery& query, DeviceId after, int64_t rows,
                             std::vector<DeviceId>& ids) {
  return ForEachOwner(db, query, kDevicesOfCustomer, kDevicesOfWorkspace, [&](Cursor& devices) {
    devices.Int(static_cast<int64_t>(query.section))
        .Int(query.reseller.value())
        .Int(after.value())
        .Int(rows);
    return TakeDevices(devices, ids);
  });
}

}  // namespace

absl::StatusOr<Page<DeviceState>> SqliteTransaction::FindByIdentity(PartnerId partner,
                                                                    const Identity& identity,
                                                                    DeviceId after, int64_t limit) {
  std::vector<KeyMatches> key_matches(1);
  const Identity* const one[] = {&identity};
  ZT_RETURN_IF_ERROR(LocateModems(one, key_matches));
  std::vector<FoundDevice> found;
  for (const DeviceId device : OwnDevices(partner, key_matches[0])) found.push_back({device, true});
  if (!identity.serial_key.empty()) {
    Cursor row = db_.Use("SELECT serial, device, reseller, others FROM serial_keys WHERE key = ?");
    row.Text(identity.serial_key);
    while (row.Row()) {
      StatementIds statements;
      ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements, 1));
      const bool is_exact = row.TextAt(0) == identity.serial;
      for (const StatementId& statement : statements) {
        if (statement.reseller == partner) found.push_back({statement.device, is_exact});
      }
    }
    ZT_RETURN_IF_ERROR(row.status());
  }
  return PageOfFound(*this, std::move(found), partner, after, limit);
}

absl::StatusOr<Page<DeviceState>> SqliteTransaction::FindByOwner(const OwnerQuery& query,
                                                                 DeviceId after, int64_t limit) {
  std::vector<DeviceId> ids;
  ZT_RETURN_IF_ERROR(ReadFirstOfEach(db_, query, after, limit + 1, ids));
  return LoadPage(*this, std::move(ids), limit);
}

absl::StatusOr<int64_t> SqliteTransaction::CountByOwner(const OwnerQuery& query) {
  int64_t count = 0;
  ZT_RETURN_IF_ERROR(ForEachOwner(
      db_, query, kCountOfCustomer, kCountOfWorkspace, [&](Cursor& counted) -> absl::Status {
        counted.Int(static_cast<int64_t>(query.section)).Int(query.reseller.value());
        ZT_ASSIGN_OR_RETURN(const int64_t more, ReadInt(counted));
        count += more;
        return absl::OkStatus();
      }));
  return count;
}

absl::StatusOr<Page<DeviceState>> SqliteTransaction::ListDevicesOfCustomer(CustomerId customer,
                                                                           DeviceId after,
                                                                           int64_t limit) {
  std::vector<DeviceId> ids;
  ZT_RETURN_IF_ERROR(TakeDevices(
      db_.Use(kAllDevicesOfCustomer).Int(customer.value()).Int(after.value()).Int(limit + 1), ids));
  return LoadPage(*this, std::move(ids), limit);
}

absl::StatusOr<bool> SqliteTransaction::HasManyGivenUp() {
  ZT_ASSIGN_OR_RETURN(const int64_t given_up, ReadInt(db_, "SELECT count(*) FROM given_up"));
  if (given_up < limits::kManyGivenUp) return false;
  Cursor counted = db_.Use("SELECT count(*) FROM (SELECT 1 FROM claims LIMIT ?)");
  counted.Int(4 * given_up + 1);
  ZT_ASSIGN_OR_RETURN(const int64_t claims, ReadInt(counted));
  return claims <= 4 * given_up;
}

}  // namespace zerotouch::store::sqlite
