// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/record_codec.h"
#include "store/sqlite/row_list.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {

namespace {

// Adds the statements of the row, after its first column.
absl::Status AddKeyMatches(const Cursor& row, uint8_t key, KeyMatches& key_matches) {
  StatementIds statements;
  ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements, /*column=*/1));
  for (const StatementId& statement : statements) {
    key_matches.push_back({.key = key, .device = statement.device, .reseller = statement.reseller});
  }
  return absl::OkStatus();
}

}  // namespace

// Looks modem ids up in ascending order, so that each page of the index is
// read once.
absl::Status SqliteTransaction::LocateModems(std::span<const Identity* const> identities,
                                             std::vector<KeyMatches>& found) {
  struct Probe {
    ModemKey modem;
    uint32_t index;
    uint8_t key;
  };
  std::vector<Probe> probes;
  probes.reserve(identities.size());
  for (uint32_t i = 0; i < identities.size(); ++i) {
    uint8_t key = 0;
    for (const ModemKey modem : identities[i]->modems) probes.push_back({modem, i, key++});
  }
  std::sort(probes.begin(), probes.end(),
            [](const Probe& a, const Probe& b) { return a.modem < b.modem; });
  const auto fill = [&](size_t i, ListRow& row) { row.Int(probes[i].modem); };
  const RowList list{.size = probes.size(), .fill = fill};
  Cursor row = db_.Use(
      "SELECT p.rowid, device, reseller, others FROM row_list(?) p "
      "CROSS JOIN modem_keys ON modem = p.c0");
  row.List(list);
  while (row.Row()) {
    const Probe& probe = probes[static_cast<size_t>(row.IntAt(0))];
    ZT_RETURN_IF_ERROR(AddKeyMatches(row, probe.key, found[probe.index]));
  }
  return row.status();
}

absl::Status SqliteTransaction::LocateSerials(std::span<const Identity* const> identities,
                                              std::vector<KeyMatches>& found) {
  std::vector<uint32_t> probes;
  for (uint32_t i = 0; i < identities.size(); ++i) {
    if (!identities[i]->serial_key.empty()) probes.push_back(i);
  }
  std::sort(probes.begin(), probes.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(identities[a]->serial_key, identities[a]->serial) <
           std::tie(identities[b]->serial_key, identities[b]->serial);
  });
  const auto fill = [&](size_t i, ListRow& row) {
    const Identity& sought = *identities[probes[i]];
    row.Text(sought.serial_key).Text(sought.serial);
  };
  const RowList list{.size = probes.size(), .fill = fill};
  Cursor row = db_.Use(
      "SELECT p.rowid, device, reseller, others FROM row_list(?) p "
      "CROSS JOIN serial_keys ON key = p.c0 AND serial = p.c1");
  row.List(list);
  while (row.Row()) {
    const uint32_t i = probes[static_cast<size_t>(row.IntAt(0))];
    const auto key = static_cast<uint8_t>(identities[i]->modems.size());
    ZT_RETURN_IF_ERROR(AddKeyMatches(row, key, found[i]));
  }
  return row.status();
}

absl::StatusOr<std::vector<KeyMatches>> SqliteTransaction::Locate(
    std::span<const Identity* const> identities) {
  std::vector<KeyMatches> found(identities.size());
  ZT_RETURN_IF_ERROR(LocateModems(identities, found));
  ZT_RETURN_IF_ERROR(LocateSerials(identities, found));
  return found;
}

void SqliteTransaction::TakeClaim(RowReader& row, DeviceState& state) {
  const auto section = static_cast<Section>(row.Int());
  const bool is_given_up = row.Flag();
  state.EntryIn(section) = row.Int();
  const Claim claim = ReadClaim(row);
  state.ClaimIn(section) = is_given_up ? GivenUp(claim) : claim;
  if (ids_ != nullptr && claim.held && !is_given_up) {
    held_.insert_or_assign({state.id, section}, claim.reseller);
  }
}

absl::Status SqliteTransaction::TakeStatement(RowReader& row, DeviceState& state) {
  const PartnerId reseller(row.Int());
  const std::string_view identifier = row.Text();
  const std::string_view metadata = row.Text();
  const int64_t last_entry = row.Int();
  // A join may have found none, or repeat one.
  if (!reseller || state.EntryOf(reseller) != nullptr) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(DecodeStatement(reseller, identifier, metadata, state));
  state.statements.back().last_entry = last_entry;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<DeviceState>> SqliteTransaction::ReadClaims(
    std::span<const DeviceId> ids) {
  std::vector<DeviceState> states(ids.size());
  if (ids_ != nullptr) held_.reserve(held_.size() + ids.size());
  for (size_t i = 0; i < ids.size(); ++i) states[i].id = ids[i];
  const auto fill = [&](size_t i, ListRow& row) { row.Int(ids[i].value()); };
  const RowList list{.size = ids.size(), .fill = fill};
  Cursor claims = db_.Use(
      kSql<
          "SELECT d.rowid, c.section, coalesce(g.restored, 1) = 0, coalesce(g.entry, last_entry), ",
          kClaimColumns,
          " FROM row_list(?) d CROSS JOIN claims c ON c.device = d.c0 "
          "LEFT JOIN given_up g ON g.device = c.device AND g.section = c.section">);
  claims.List(list);
  while (claims.Row()) {
    RowReader row(claims);
    DeviceState& state = states[static_cast<size_t>(row.Int())];
    TakeClaim(row, state);
  }
  ZT_RETURN_IF_ERROR(claims.status());
  return states;
}

absl::Status SqliteTransaction::ReadStatements(std::span<DeviceState* const> states) {
  std::vector<DeviceState*> unread;
  std::copy_if(states.begin(), states.end(), std::back_inserter(unread),
               [](const DeviceState* state) { return !state->statements_read; });
  const auto fill = [&](size_t i, ListRow& row) { row.Int(unread[i]->id.value()); };
  const RowList list{.size = unread.size(), .fill = fill};
  Cursor statements = db_.Use(
      "SELECT d.rowid, reseller, identifier, metadata, last_entry FROM row_list(?) d "
      "CROSS JOIN statements s ON s.device = d.c0");
  statements.List(list);
  while (statements.Row()) {
    RowReader row(statements);
    DeviceState& state = *unread[static_cast<size_t>(row.Int())];
    ZT_RETURN_IF_ERROR(TakeStatement(row, state));
  }
  for (DeviceState* state : unread) state->statements_read = true;
  return statements.status();
}

absl::Status SqliteTransaction::ReadStatedIdentifiers(
    PartnerId reseller, std::span<const DeviceId> devices,
    absl::FunctionRef<void(size_t i, std::string_view identifier)> take) {
  const auto fill = [&](size_t i, ListRow& row) { row.Int(devices[i].value()); };
  const RowList list{.size = devices.size(), .fill = fill};
  Cursor row = db_.Use(
      "SELECT d.rowid, identifier FROM row_list(?) d "
      "CROSS JOIN statements s ON s.device = d.c0 AND s.reseller = ?");
  row.List(list).Int(reseller.value());
  while (row.Row()) take(static_cast<size_t>(row.IntAt(0)), row.TextAt(1));
  return row.status();
}

// One statement, which sees one moment without a transaction (Store::ReadDevice). A device
// has statements only while it has claims.
absl::StatusOr<DeviceState> SqliteTransaction::ReadDevice(DeviceId id) {
  Cursor device =
      db_.Use(kSql<"SELECT c.section, coalesce(g.restored, 1) = 0, coalesce(g.entry, last_entry), ",
                   kClaimColumns,
                   ", stater, identifier, metadata, stated FROM claims c "
                   "LEFT JOIN given_up g ON g.device = c.device AND g.section = c.section "
                   "LEFT JOIN (SELECT device, reseller AS stater, identifier, metadata, "
                   "last_entry AS stated FROM statements) s ON s.device = c.device "
                   "WHERE c.device = ?">);
  device.Int(id.value());
  DeviceState state;
  state.id = id;
  while (device.Row()) {
    RowReader row(device);
    TakeClaim(row, state);
    ZT_RETURN_IF_ERROR(TakeStatement(row, state));
  }
  ZT_RETURN_IF_ERROR(device.status());
  state.statements_read = true;
  return state;
}

}  // namespace zerotouch::store::sqlite
