// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <tuple>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/record_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"
#include "store/statement_ids.h"

namespace zerotouch::store::sqlite {

namespace {

void AddKeyMatches(uint8_t key, const StatementIds& statements, KeyMatches& key_matches) {
  for (const StatementId& statement : statements) {
    key_matches.push_back({.key = key, .device = statement.device, .reseller = statement.reseller});
  }
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
  Cursor row = db_.Use("SELECT device, reseller, others FROM modem_keys WHERE modem = ?");
  for (const Probe& probe : probes) {
    row.Reset();
    row.Int(probe.modem);
    if (!row.Row()) continue;
    StatementIds statements;
    ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements));
    AddKeyMatches(probe.key, statements, found[probe.index]);
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
  Cursor row =
      db_.Use("SELECT device, reseller, others FROM serial_keys WHERE key = ? AND serial = ?");
  for (const uint32_t i : probes) {
    row.Reset();
    row.Text(identities[i]->serial_key).Text(identities[i]->serial);
    if (!row.Row()) continue;
    StatementIds statements;
    ZT_RETURN_IF_ERROR(TakeStatementIds(row, statements));
    AddKeyMatches(static_cast<uint8_t>(identities[i]->modems.size()), statements, found[i]);
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
  Cursor claims = db_.Use(
      kSql<"SELECT c.section, coalesce(g.restored, 1) = 0, coalesce(g.entry, last_entry), ",
           kClaimColumns,
           " FROM claims c LEFT JOIN given_up g ON g.device = c.device AND g.section = c.section "
           "WHERE c.device = ?">);
  for (size_t i = 0; i < ids.size(); ++i) {
    states[i].id = ids[i];
    claims.Reset();
    claims.Int(ids[i].value());
    while (claims.Row()) {
      RowReader row(claims);
      TakeClaim(row, states[i]);
    }
  }
  ZT_RETURN_IF_ERROR(claims.status());
  return states;
}

absl::Status SqliteTransaction::ReadStatements(std::span<DeviceState* const> states) {
  Cursor statements =
      db_.Use("SELECT reseller, identifier, metadata, last_entry FROM statements WHERE device = ?");
  for (DeviceState* state : states) {
    if (state->statements_read) continue;
    statements.Reset();
    statements.Int(state->id.value());
    while (statements.Row()) {
      RowReader row(statements);
      ZT_RETURN_IF_ERROR(TakeStatement(row, *state));
    }
    state->statements_read = true;
  }
  return statements.status();
}

absl::Status SqliteTransaction::ReadStatedIdentifiers(
    PartnerId reseller, std::span<const DeviceId> devices,
    absl::FunctionRef<void(size_t i, std::string_view identifier)> take) {
  Cursor row = db_.Use("SELECT identifier FROM statements WHERE device = ? AND reseller = ?");
  for (size_t i = 0; i < devices.size(); ++i) {
    row.Reset();
    row.Int(devices[i].value()).Int(reseller.value());
    if (row.Row()) take(i, row.TextAt(0));
  }
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
