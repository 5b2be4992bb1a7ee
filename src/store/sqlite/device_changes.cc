// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/columns.h"
#include "store/sqlite/row_list.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {
namespace {

// A row that is added, with others of its table in one statement.
struct NewClaim {
  DeviceId device;
  Section section;
  const Claim* claim;
  int64_t last_entry;
};
struct NewStatement {
  DeviceId device;
  const StatementState* statement;
  int64_t last_entry;
};
struct NewGiveUp {
  DeviceId device;
  Section section;
  int64_t entry;
};
struct NewModemKey {
  StatementId statement;
  ModemKey modem;
};
struct NewSerialKey {
  StatementId statement;
  const Identity* keys;
};

// Binds the columns of a claim, its place in the log, and then its key, to a cursor or to a row
// of a list.
template <class Values>
Values& BindClaim(Values& values, const NewClaim& row) {
  const Claim& claim = *row.claim;
  return values.Bool(claim.held)
      .Int(claim.reseller.value())
      .Int(claim.owner.value())
      .Int(claim.configuration.value())
      .Int(claim.simlock_profile)
      .Text(claim.workspace)
      .Time(claim.vacation_starts)
      .Time(claim.vacation_expires)
      .Int(row.last_entry)
      .Int(row.device.value())
      .Int(static_cast<int64_t>(row.section));
}

// Bind the columns of a key.
template <class Values>
Values& BindKey(Values& values, const NewModemKey& key) {
  return values.Int(key.modem);
}
template <class Values>
Values& BindKey(Values& values, const NewSerialKey& key) {
  return values.Text(key.keys->serial_key).Text(key.keys->serial);
}

// Runs a statement for all rows, if there are any. `bind(row, to)` gives the values of one.
template <class Row, class Bind>
absl::Status WriteRows(Database& db, const char* sql, const std::vector<Row>& rows,
                       const Bind& bind) {
  if (rows.empty()) return absl::OkStatus();
  const auto fill = [&](size_t i, ListRow& to) { bind(rows[i], to); };
  const RowList list{.size = rows.size(), .fill = fill};
  return db.Use(sql).List(list).Run();
}

absl::Status InsertClaims(Database& db, const std::vector<NewClaim>& rows) {
  return WriteRows(db,
                   kSql<"INSERT INTO claims (", kClaimColumns,
                        ", last_entry, device, section) "
                        "SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10 FROM row_list(?)">,
                   rows, [](const NewClaim& row, ListRow& to) { BindClaim(to, row); });
}

absl::Status InsertStatements(Database& db, const std::vector<NewStatement>& rows) {
  std::string identifier;
  std::string metadata;
  return WriteRows(db,
                   "INSERT INTO statements (device, reseller, identifier, metadata, last_entry) "
                   "SELECT c0, c1, c2, c3, c4 FROM row_list(?)",
                   rows, [&](const NewStatement& row, ListRow& to) {
                     row.statement->value->identifier.SerializeToString(&identifier);
                     row.statement->value->metadata.SerializeToString(&metadata);
                     to.Int(row.device.value())
                         .Int(row.statement->reseller.value())
                         .Bytes(identifier)
                         .Bytes(metadata)
                         .Int(row.last_entry);
                   });
}

absl::Status InsertGiveUps(Database& db, const std::vector<NewGiveUp>& rows) {
  return WriteRows(
      db,
      "INSERT INTO given_up (device, section, entry) "
      "SELECT c0, c1, c2 FROM row_list(?) WHERE true "
      "ON CONFLICT DO UPDATE SET entry = excluded.entry, restored = 0",
      rows, [](const NewGiveUp& row, ListRow& to) {
        to.Int(row.device.value()).Int(static_cast<int64_t>(row.section)).Int(row.entry);
      });
}

// Takes a give-up back, if the claim's row is still as the claim. Returns false if it is not.
absl::StatusOr<bool> RestoreClaim(Database& db, const NewClaim& row) {
  Cursor restore = db.Use(
      "UPDATE given_up SET restored = 1, entry = ?9 "
      "WHERE EXISTS (SELECT 1 FROM claims c "
      "WHERE c.held = ?1 AND c.reseller = ?2 AND c.owner = ?3 "
      "AND c.configuration = ?4 AND c.simlock_profile = ?5 AND c.workspace = ?6 "
      "AND c.vacation_starts_us IS ?7 AND c.vacation_expires_us IS ?8 "
      "AND c.device = ?10 AND c.section = ?11) "
      "AND device = ?10 AND section = ?11");
  ZT_RETURN_IF_ERROR(BindClaim(restore, row).Run());
  return db.Changes() > 0;
}

// Changes or deletes a statement that is stored.
absl::Status WriteStatement(Database& db, const NewStatement& row) {
  const StatementState& statement = *row.statement;
  if (!statement.value.has_value()) {
    return db.Use("DELETE FROM statements WHERE device = ? AND reseller = ?")
        .Int(row.device.value())
        .Int(statement.reseller.value())
        .Run();
  }
  const std::string identifier = statement.value->identifier.SerializeAsString();
  const std::string metadata = statement.value->metadata.SerializeAsString();
  return db
      .Use(
          "UPDATE statements SET identifier = ?, metadata = ?, last_entry = ? "
          "WHERE device = ? AND reseller = ?")
      .Bytes(identifier)
      .Bytes(metadata)
      .Int(row.last_entry)
      .Int(row.device.value())
      .Int(statement.reseller.value())
      .Run();
}

// The statements of a kind of lookup key. The key's columns come last, and are all that
// `read` and `remove` take. `insert` and `shared` take a list of rows of statement and key.
struct KeyStatements {
  const char* read;
  const char* update;
  const char* remove;
  const char* insert;
  const char* shared;  // the rows of the list whose key has another statement first
};
constexpr KeyStatements kModemKeys = {
    .read = "SELECT device, reseller, others FROM modem_keys WHERE modem = ?",
    .update = "UPDATE modem_keys SET device = ?, reseller = ?, others = ? WHERE modem = ?",
    .remove = "DELETE FROM modem_keys WHERE modem = ?",
    .insert =
        "INSERT OR IGNORE INTO modem_keys (device, reseller, modem) "
        "SELECT c0, c1, c2 FROM row_list(?)",
    .shared =
        "SELECT n.rowid FROM row_list(?) n CROSS JOIN modem_keys k ON k.modem = n.c2 "
        "WHERE k.device <> n.c0 OR k.reseller <> n.c1"};
constexpr KeyStatements kSerialKeys = {
    .read = "SELECT device, reseller, others FROM serial_keys WHERE key = ? AND serial = ?",
    .update =
        "UPDATE serial_keys SET device = ?, reseller = ?, others = ? WHERE key = ? AND serial = ?",
    .remove = "DELETE FROM serial_keys WHERE key = ? AND serial = ?",
    .insert =
        "INSERT OR IGNORE INTO serial_keys (device, reseller, key, serial) "
        "SELECT c0, c1, c2, c3 FROM row_list(?)",
    .shared =
        "SELECT n.rowid FROM row_list(?) n "
        "CROSS JOIN serial_keys k ON k.key = n.c2 AND k.serial = n.c3 "
        "WHERE k.device <> n.c0 OR k.reseller <> n.c1"};

// Changes the row of one key.
template <class Key, class Change>
absl::Status ChangeKey(Database& db, const KeyStatements& sql, const Key& key,
                       const Change& change) {
  StatementIds statements;
  {
    Cursor row = db.Use(sql.read);
    BindKey(row, key);
    if (row.Row()) ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements));
    ZT_RETURN_IF_ERROR(row.status());
  }
  change(key.statement, statements);
  if (statements.empty()) {
    Cursor remove = db.Use(sql.remove);
    return BindKey(remove, key).Run();
  }
  const std::optional<std::string> others = EncodeOthers(statements);
  Cursor update = db.Use(sql.update);
  update.Int(statements[0].device.value()).Int(statements[0].reseller.value());
  others.has_value() ? update.Bytes(*others) : update.Null();
  return BindKey(update, key).Run();
}

// Adds the statements to the rows of their keys.
template <class Key>
absl::Status AddKeys(Database& db, const KeyStatements& sql, const std::vector<Key>& keys) {
  if (keys.empty()) return absl::OkStatus();
  const auto fill = [&](size_t i, ListRow& to) {
    to.Int(keys[i].statement.device.value()).Int(keys[i].statement.reseller.value());
    BindKey(to, keys[i]);
  };
  const RowList list{.size = keys.size(), .fill = fill};
  ZT_RETURN_IF_ERROR(db.Use(sql.insert).List(list).Run());
  if (db.Changes() == static_cast<int64_t>(keys.size())) return absl::OkStatus();
  std::vector<size_t> shared;
  {
    Cursor row = db.Use(sql.shared);
    row.List(list);
    while (row.Row()) shared.push_back(static_cast<size_t>(row.IntAt(0)));
    ZT_RETURN_IF_ERROR(row.status());
  }
  for (const size_t i : shared) ZT_RETURN_IF_ERROR(ChangeKey(db, sql, keys[i], AddStatementId));
  return absl::OkStatus();
}

}  // namespace

// The rows that a call of Apply adds.
struct SqliteTransaction::NewRows {
  std::vector<NewClaim> claims;
  std::vector<NewStatement> statements;
  std::vector<NewGiveUp> give_ups;
  std::vector<NewModemKey> modems;
  std::vector<NewSerialKey> serials;

  absl::Status Insert(Database& db);
};

// In index order, so that a page of an index is written once.
absl::Status SqliteTransaction::NewRows::Insert(Database& db) {
  std::sort(modems.begin(), modems.end(),
            [](const NewModemKey& a, const NewModemKey& b) { return a.modem < b.modem; });
  std::sort(serials.begin(), serials.end(), [](const NewSerialKey& a, const NewSerialKey& b) {
    return std::tie(a.keys->serial_key, a.keys->serial) <
           std::tie(b.keys->serial_key, b.keys->serial);
  });
  ZT_RETURN_IF_ERROR(InsertStatements(db, statements));
  ZT_RETURN_IF_ERROR(AddKeys(db, kModemKeys, modems));
  ZT_RETURN_IF_ERROR(AddKeys(db, kSerialKeys, serials));
  ZT_RETURN_IF_ERROR(InsertClaims(db, claims));
  return InsertGiveUps(db, give_ups);
}

absl::Status SqliteTransaction::WriteClaim(const DeviceState& state, Section section,
                                           int64_t last_entry, NewRows& rows) {
  const Claim& claim = *state.ClaimIn(section);
  const NewClaim row{
      .device = state.id, .section = section, .claim = &claim, .last_entry = last_entry};
  if (state.is_new) {
    rows.claims.push_back(row);
    return absl::OkStatus();
  }
  const auto held = held_.extract({state.id, section});
  if (!held.empty() && held.mapped() == claim.reseller && claim == GivenUp(claim)) {
    rows.give_ups.push_back({.device = state.id, .section = section, .entry = last_entry});
    return absl::OkStatus();
  }
  ZT_ASSIGN_OR_RETURN(const bool restored, RestoreClaim(db_, row));
  if (restored) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM given_up WHERE device = ? AND section = ?")
                         .Int(state.id.value())
                         .Int(static_cast<int64_t>(section))
                         .Run());
  Cursor update = db_.Use(
      "UPDATE claims SET held = ?, reseller = ?, owner = ?, configuration = ?, "
      "simlock_profile = ?, workspace = ?, vacation_starts_us = ?, "
      "vacation_expires_us = ?, last_entry = ? WHERE device = ? AND section = ?");
  ZT_RETURN_IF_ERROR(BindClaim(update, row).Run());
  if (db_.Changes() == 0) rows.claims.push_back(row);
  return absl::OkStatus();
}

absl::Status SqliteTransaction::WriteStatementOf(DeviceId device, const StatementState& statement,
                                                 int64_t last_entry, NewRows& rows) {
  const NewStatement row{.device = device, .statement = &statement, .last_entry = last_entry};
  if (!statement.is_new) {
    ZT_RETURN_IF_ERROR(WriteStatement(db_, row));
  } else if (statement.value.has_value()) {
    rows.statements.push_back(row);
  }
  const StatementId id{.device = device, .reseller = statement.reseller};
  const Identity& added = statement.added_keys;
  for (const ModemKey modem : added.modems) {
    rows.modems.push_back({.statement = id, .modem = modem});
  }
  if (!added.serial_key.empty()) rows.serials.push_back({.statement = id, .keys = &added});
  const Identity& dropped = statement.dropped_keys;
  for (const ModemKey modem : dropped.modems) {
    ZT_RETURN_IF_ERROR(ChangeKey(db_, kModemKeys, NewModemKey{.statement = id, .modem = modem},
                                 RemoveStatementId));
  }
  if (dropped.serial_key.empty()) return absl::OkStatus();
  return ChangeKey(db_, kSerialKeys, NewSerialKey{.statement = id, .keys = &dropped},
                   RemoveStatementId);
}

absl::Status SqliteTransaction::WriteState(const DeviceState& state, const LoggedPlaces& places,
                                           NewRows& rows) {
  for (const StatementState& statement : state.statements) {
    if (!statement.changed) continue;
    const int64_t place = places.Of(statement.reseller, statement.last_entry);
    ZT_RETURN_IF_ERROR(WriteStatementOf(state.id, statement, place, rows));
  }
  if (state.sim_lock_changed) {
    ZT_RETURN_IF_ERROR(WriteClaim(state, Section::kSimLock, places.sim_lock, rows));
  }
  if (!state.zero_touch_changed) return absl::OkStatus();
  return WriteClaim(state, Section::kZeroTouch, places.zero_touch, rows);
}

absl::Status SqliteTransaction::Apply(std::span<const DeviceState* const> states) {
  NewRows rows;
  for (const DeviceState* state : states) {
    if (!state->Changed()) continue;
    ZT_ASSIGN_OR_RETURN(const LoggedPlaces places, AddEntries(*state));
    ZT_RETURN_IF_ERROR(WriteState(*state, places, rows));
  }
  const absl::Status status = rows.Insert(db_);
  if (!absl::IsAlreadyExists(status)) return status;
  return absl::AbortedError(
      fmt::format("a device was registered meanwhile: {}", MessageOf(status)));
}

absl::StatusOr<std::optional<DeviceId>> SqliteTransaction::SettleGivenUp(DeviceId after) {
  // A row is rewritten in two pages: as much as a chunk of a batch writes in its time.
  Cursor last = db_.Use(
      "SELECT max(device) FROM (SELECT device FROM given_up WHERE device > ? "
      "ORDER BY device LIMIT 1000)");
  last.Int(after.value());
  ZT_ASSIGN_OR_RETURN(const int64_t up_to, ReadInt(last));
  if (up_to == 0) return std::nullopt;
  ZT_RETURN_IF_ERROR(db_.Use("UPDATE claims SET held = 0, owner = 0, configuration = 0, "
                             "simlock_profile = 0, workspace = '', vacation_starts_us = NULL, "
                             "vacation_expires_us = NULL, last_entry = e "
                             "FROM (SELECT device AS d, section AS s, entry AS e FROM given_up "
                             "WHERE device > ? AND device <= ? AND restored = 0) "
                             "WHERE device = d AND section = s")
                         .Int(after.value())
                         .Int(up_to)
                         .Run());
  ZT_RETURN_IF_ERROR(db_.Use("UPDATE claims SET last_entry = e "
                             "FROM (SELECT device AS d, section AS s, entry AS e FROM given_up "
                             "WHERE device > ? AND device <= ? AND restored = 1) "
                             "WHERE device = d AND section = s")
                         .Int(after.value())
                         .Int(up_to)
                         .Run());
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM given_up WHERE device > ? AND device <= ?")
                         .Int(after.value())
                         .Int(up_to)
                         .Run());
  return DeviceId(up_to);
}

}  // namespace zerotouch::store::sqlite
