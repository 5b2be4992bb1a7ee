// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/columns.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {
namespace {

// Binds the columns of a claim, its place in the log, and then its key.
Cursor& BindClaim(Cursor&& statement, const Claim& claim, int64_t last_entry, DeviceId device,
                  Section section) {
  return statement.Bool(claim.held)
      .Int(claim.reseller.value())
      .Int(claim.owner.value())
      .Int(claim.configuration.value())
      .Int(claim.simlock_profile)
      .Text(claim.workspace)
      .Time(claim.vacation_starts)
      .Time(claim.vacation_expires)
      .Int(last_entry)
      .Int(device.value())
      .Int(static_cast<int64_t>(section));
}

absl::Status InsertClaim(Database& db, const Claim& claim, int64_t last_entry, DeviceId device,
                         Section section) {
  return BindClaim(db.Use(kSql<"INSERT INTO claims (", kClaimColumns,
                               ", last_entry, device, section) "
                               "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)">),
                   claim, last_entry, device, section)
      .Run();
}

// Takes a give-up back, if the claim's row is still as the claim. Returns false if it is not.
absl::StatusOr<bool> RestoreClaim(Database& db, const Claim& claim, int64_t last_entry,
                                  DeviceId device, Section section) {
  ZT_RETURN_IF_ERROR(
      BindClaim(db.Use("UPDATE given_up SET restored = 1, entry = ?9 "
                       "WHERE EXISTS (SELECT 1 FROM claims c "
                       "WHERE c.held = ?1 AND c.reseller = ?2 AND c.owner = ?3 "
                       "AND c.configuration = ?4 AND c.simlock_profile = ?5 AND c.workspace = ?6 "
                       "AND c.vacation_starts_us IS ?7 AND c.vacation_expires_us IS ?8 "
                       "AND c.device = ?10 AND c.section = ?11) "
                       "AND device = ?10 AND section = ?11"),
                claim, last_entry, device, section)
          .Run());
  return db.Changes() > 0;
}

absl::Status WriteStatement(Database& db, DeviceId device, const StatementState& statement,
                            int64_t last_entry) {
  if (!statement.value.has_value()) {
    if (statement.is_new) return absl::OkStatus();
    return db.Use("DELETE FROM statements WHERE device = ? AND reseller = ?")
        .Int(device.value())
        .Int(statement.reseller.value())
        .Run();
  }
  const std::string identifier = statement.value->identifier.SerializeAsString();
  const std::string metadata = statement.value->metadata.SerializeAsString();
  return db
      .Use(statement.is_new ? "INSERT INTO statements (identifier, metadata, last_entry, device, "
                              "reseller) VALUES (?, ?, ?, ?, ?)"
                            : "UPDATE statements SET identifier = ?, metadata = ?, last_entry = ? "
                              "WHERE device = ? AND reseller = ?")
      .Bytes(identifier)
      .Bytes(metadata)
      .Int(last_entry)
      .Int(device.value())
      .Int(statement.reseller.value())
      .Run();
}

// The statements of a kind of lookup key. The key's columns come last, and are all that
// `read` and `remove` take.
struct KeyStatements {
  const char* read;
  const char* insert;
  const char* update;
  const char* remove;
};
constexpr KeyStatements kModemKeys = {
    .read = "SELECT device, reseller, others FROM modem_keys WHERE modem = ?",
    .insert = "INSERT OR IGNORE INTO modem_keys (device, reseller, modem) VALUES (?, ?, ?)",
    .update = "UPDATE modem_keys SET device = ?, reseller = ?, others = ? WHERE modem = ?",
    .remove = "DELETE FROM modem_keys WHERE modem = ?"};
constexpr KeyStatements kSerialKeys = {
    .read = "SELECT device, reseller, others FROM serial_keys WHERE key = ? AND serial = ?",
    .insert =
        "INSERT OR IGNORE INTO serial_keys (device, reseller, key, serial) VALUES (?, ?, ?, ?)",
    .update =
        "UPDATE serial_keys SET device = ?, reseller = ?, others = ? WHERE key = ? AND serial = ?",
    .remove = "DELETE FROM serial_keys WHERE key = ? AND serial = ?"};

// Changes the row of one key. `bind` binds the key's columns.
template <class Bind, class Change>
absl::Status ChangeKey(Database& db, const KeyStatements& sql, const Bind& bind,
                       const Change& change) {
  StatementIds statements;
  {
    Cursor row = db.Use(sql.read);
    bind(row);
    if (row.Row()) ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements));
    ZT_RETURN_IF_ERROR(row.status());
  }
  change(statements);
  if (statements.empty()) {
    Cursor remove = db.Use(sql.remove);
    return bind(remove).Run();
  }
  const std::optional<std::string> others = EncodeOthers(statements);
  Cursor update = db.Use(sql.update);
  update.Int(statements[0].device.value()).Int(statements[0].reseller.value());
  others.has_value() ? update.Bytes(*others) : update.Null();
  return bind(update).Run();
}

template <class Bind>
absl::Status AddKey(Database& db, const KeyStatements& sql, const Bind& bind,
                    const StatementId& statement) {
  {
    Cursor insert = db.Use(sql.insert);
    insert.Int(statement.device.value()).Int(statement.reseller.value());
    ZT_RETURN_IF_ERROR(bind(insert).Run());
  }
  if (db.Changes() > 0) return absl::OkStatus();
  return ChangeKey(db, sql, bind,
                   [&](StatementIds& statements) { AddStatementId(statement, statements); });
}

template <class Bind>
absl::Status DropKey(Database& db, const KeyStatements& sql, const Bind& bind,
                     const StatementId& statement) {
  return ChangeKey(db, sql, bind,
                   [&](StatementIds& statements) { RemoveStatementId(statement, statements); });
}

absl::Status WriteKeys(Database& db, DeviceId device, const StatementState& statement) {
  const StatementId id{.device = device, .reseller = statement.reseller};
  const auto modem_key = [](ModemKey modem) {
    return [modem](Cursor& cursor) -> Cursor& { return cursor.Int(modem); };
  };
  const auto serial_key = [](const Identity& keys) {
    return [&keys](Cursor& cursor) -> Cursor& {
      return cursor.Text(keys.serial_key).Text(keys.serial);
    };
  };
  for (const ModemKey modem : statement.dropped_keys.modems) {
    ZT_RETURN_IF_ERROR(DropKey(db, kModemKeys, modem_key(modem), id));
  }
  for (const ModemKey modem : statement.added_keys.modems) {
    ZT_RETURN_IF_ERROR(AddKey(db, kModemKeys, modem_key(modem), id));
  }
  if (!statement.dropped_keys.serial_key.empty()) {
    ZT_RETURN_IF_ERROR(DropKey(db, kSerialKeys, serial_key(statement.dropped_keys), id));
  }
  if (statement.added_keys.serial_key.empty()) return absl::OkStatus();
  return AddKey(db, kSerialKeys, serial_key(statement.added_keys), id);
}

}  // namespace

absl::Status SqliteTransaction::WriteClaim(const DeviceState& state, Section section,
                                           int64_t last_entry) {
  const Claim& claim = *state.ClaimIn(section);
  if (state.is_new) return InsertClaim(db_, claim, last_entry, state.id, section);
  const auto held = held_.extract({state.id, section});
  if (!held.empty() && held.mapped() == claim.reseller && claim == GivenUp(claim)) {
    return db_
        .Use(
            "INSERT INTO given_up (device, section, entry) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET entry = excluded.entry, restored = 0")
        .Int(state.id.value())
        .Int(static_cast<int64_t>(section))
        .Int(last_entry)
        .Run();
  }
  ZT_ASSIGN_OR_RETURN(const bool restored, RestoreClaim(db_, claim, last_entry, state.id, section));
  if (restored) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM given_up WHERE device = ? AND section = ?")
                         .Int(state.id.value())
                         .Int(static_cast<int64_t>(section))
                         .Run());
  ZT_RETURN_IF_ERROR(
      BindClaim(db_.Use("UPDATE claims SET held = ?, reseller = ?, owner = ?, configuration = ?, "
                        "simlock_profile = ?, workspace = ?, vacation_starts_us = ?, "
                        "vacation_expires_us = ?, last_entry = ? WHERE device = ? AND section = ?"),
                claim, last_entry, state.id, section)
          .Run());
  if (db_.Changes() > 0) return absl::OkStatus();
  return InsertClaim(db_, claim, last_entry, state.id, section);
}

absl::Status SqliteTransaction::WriteState(const DeviceState& state, const LoggedPlaces& places) {
  for (const StatementState& statement : state.statements) {
    if (!statement.changed) continue;
    ZT_RETURN_IF_ERROR(WriteStatement(db_, state.id, statement,
                                      places.Of(statement.reseller, statement.last_entry)));
    ZT_RETURN_IF_ERROR(WriteKeys(db_, state.id, statement));
  }
  if (state.sim_lock_changed) {
    ZT_RETURN_IF_ERROR(WriteClaim(state, Section::kSimLock, places.sim_lock));
  }
  if (!state.zero_touch_changed) return absl::OkStatus();
  return WriteClaim(state, Section::kZeroTouch, places.zero_touch);
}

absl::Status SqliteTransaction::Apply(std::span<const DeviceState* const> states) {
  for (const DeviceState* state : states) {
    if (!state->Changed()) continue;
    ZT_ASSIGN_OR_RETURN(const LoggedPlaces places, AddEntries(*state));
    absl::Status status = WriteState(*state, places);
    if (absl::IsAlreadyExists(status)) {
      return absl::AbortedError(fmt::format("device {} was registered meanwhile: {}",
                                            state->id.value(), MessageOf(status)));
    }
    ZT_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
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
