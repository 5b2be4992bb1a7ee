// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/devices.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/record_codec.h"

namespace zerotouch::store::sqlite {
namespace {

// Looks modem ids up in ascending order, so that each page of the index is
// read once.
absl::Status LocateModems(Connection& db, std::span<const Identity* const> identities,
                          std::vector<Matches>& found) {
  struct Probe {
    ModemKey modem;
    uint32_t index;
  };
  std::vector<Probe> probes;
  probes.reserve(identities.size());
  for (uint32_t i = 0; i < identities.size(); ++i) {
    for (const ModemKey modem : identities[i]->modems) probes.push_back({modem, i});
  }
  std::sort(probes.begin(), probes.end(),
            [](const Probe& a, const Probe& b) { return a.modem < b.modem; });
  Cursor row = db.Use("SELECT device FROM modems WHERE modem = ?");
  for (const Probe& probe : probes) {
    row.Reset();
    row.Int(probe.modem);
    if (row.Row()) AddMatch(found[probe.index], DeviceId(row.IntAt(0)));
  }
  return row.status();
}

absl::Status LocateSerials(Connection& db, std::span<const Identity* const> identities,
                           std::vector<Matches>& found) {
  std::vector<uint32_t> probes;
  for (uint32_t i = 0; i < identities.size(); ++i) {
    if (!identities[i]->serial_key.empty()) probes.push_back(i);
  }
  std::sort(probes.begin(), probes.end(), [&](uint32_t a, uint32_t b) {
    return identities[a]->serial_key < identities[b]->serial_key;
  });
  Cursor row = db.Use("SELECT device FROM serials WHERE key = ? AND serial = ?");
  for (const uint32_t i : probes) {
    row.Reset();
    row.Text(identities[i]->serial_key).Text(identities[i]->serial);
    while (row.Row()) AddMatch(found[i], DeviceId(row.IntAt(0)));
  }
  return row.status();
}

std::optional<absl::Time> OptionalTimeAt(const Cursor& row, int column) {
  if (row.IsNullAt(column)) return std::nullopt;
  return row.TimeAt(column);
}

Claim ClaimAt(const Cursor& row) {
  Claim claim;
  claim.held = row.IntAt(1) != 0;
  claim.reseller = PartnerId(row.IntAt(2));
  claim.owner = CustomerId(row.IntAt(3));
  claim.configuration = ConfigurationId(row.IntAt(4));
  claim.simlock_profile = row.IntAt(5);
  claim.workspace = row.TextAt(6);
  claim.vacation_starts = OptionalTimeAt(row, 7);
  claim.vacation_expires = OptionalTimeAt(row, 8);
  return claim;
}

void BindOptionalTime(Cursor& cursor, const std::optional<absl::Time>& time) {
  if (time.has_value()) {
    cursor.Time(*time);
  } else {
    cursor.Null();
  }
}

// Binds all that a claim says, and then which claim it is.
void BindClaim(Cursor& cursor, const Claim& claim, DeviceId device, Section section) {
  cursor.Int(claim.held)
      .Int(claim.reseller.value())
      .Int(claim.owner.value())
      .Int(claim.configuration.value())
      .Int(claim.simlock_profile)
      .Text(claim.workspace);
  BindOptionalTime(cursor, claim.vacation_starts);
  BindOptionalTime(cursor, claim.vacation_expires);
  cursor.Int(device.value()).Int(static_cast<int64_t>(section));
}

absl::Status InsertClaim(Connection& db, const Claim& claim, DeviceId device, Section section) {
  Cursor insert = db.Use(
      "INSERT INTO claims (held, reseller, owner, configuration, simlock_profile, workspace, "
      "vacation_starts_us, vacation_expires_us, device, section) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  BindClaim(insert, claim, device, section);
  return insert.Run();
}

absl::Status WriteClaim(Connection& db, const DeviceState& state, Section section) {
  const Claim& claim = *state.ClaimIn(section);
  if (!state.is_new) {
    Cursor update = db.Use(
        "UPDATE claims SET held = ?, reseller = ?, owner = ?, configuration = ?, "
        "simlock_profile = ?, workspace = ?, vacation_starts_us = ?, vacation_expires_us = ? "
        "WHERE device = ? AND section = ?");
    BindClaim(update, claim, state.id, section);
    ZT_RETURN_IF_ERROR(update.Run());
    if (db.Changes() > 0) return absl::OkStatus();
  }
  return InsertClaim(db, claim, state.id, section);
}

absl::Status WriteRecord(Connection& db, const DeviceState& state) {
  const std::string identifier = state.record->identifier.SerializeAsString();
  const std::string metadata = state.record->metadata.SerializeAsString();
  return db
      .Use(state.is_new ? "INSERT INTO devices (identifier, metadata, id) VALUES (?, ?, ?)"
                        : "UPDATE devices SET identifier = ?, metadata = ? WHERE id = ?")
      .Blob(identifier)
      .Blob(metadata)
      .Int(state.id.value())
      .Run();
}

absl::Status IndexHardware(Connection& db, const DeviceState& state) {
  for (const ModemKey modem : state.new_modems) {
    ZT_RETURN_IF_ERROR(db.Use("INSERT INTO modems (modem, device) VALUES (?, ?)")
                           .Int(modem)
                           .Int(state.id.value())
                           .Run());
  }
  for (const std::string& key : state.new_serial_keys) {
    ZT_RETURN_IF_ERROR(db.Use("INSERT INTO serials (key, device, serial) VALUES (?, ?, ?)")
                           .Text(key)
                           .Int(state.id.value())
                           .Text(state.record->identifier.serial_number())
                           .Run());
  }
  return absl::OkStatus();
}

absl::Status WriteState(Connection& db, const DeviceState& state) {
  if (state.is_new || state.record_changed) ZT_RETURN_IF_ERROR(WriteRecord(db, state));
  if (state.sim_lock_changed) ZT_RETURN_IF_ERROR(WriteClaim(db, state, Section::kSimLock));
  if (state.zero_touch_changed) ZT_RETURN_IF_ERROR(WriteClaim(db, state, Section::kZeroTouch));
  return IndexHardware(db, state);
}

// Devices that any part of the identity names, whatever the case of serials.
absl::StatusOr<Matches> MatchAnyPart(Connection& db, const Identity& identity) {
  Matches matches;
  const Identity modems_only{.modems = identity.modems, .serial_key = {}, .serial = {}};
  const Identity* const one[] = {&modems_only};
  ZT_ASSIGN_OR_RETURN(std::vector<Matches> by_modem, Locate(db, one));
  matches = std::move(by_modem[0]);
  if (identity.serial_key.empty()) return matches;
  Cursor row = db.Use("SELECT device FROM serials WHERE key = ?");
  row.Text(identity.serial_key);
  while (row.Row()) AddMatch(matches, DeviceId(row.IntAt(0)));
  ZT_RETURN_IF_ERROR(row.status());
  return matches;
}

}  // namespace

absl::StatusOr<std::vector<Matches>> Locate(Connection& db,
                                            std::span<const Identity* const> identities) {
  std::vector<Matches> found(identities.size());
  ZT_RETURN_IF_ERROR(LocateModems(db, identities, found));
  ZT_RETURN_IF_ERROR(LocateSerials(db, identities, found));
  return found;
}

absl::StatusOr<std::vector<DeviceState>> ReadClaims(Connection& db, std::span<const DeviceId> ids) {
  std::vector<DeviceState> states(ids.size());
  Cursor row = db.Use(
      "SELECT section, held, reseller, owner, configuration, simlock_profile, workspace, "
      "vacation_starts_us, vacation_expires_us FROM claims WHERE device = ?");
  for (size_t i = 0; i < ids.size(); ++i) {
    states[i].id = ids[i];
    row.Reset();
    row.Int(ids[i].value());
    while (row.Row()) {
      states[i].ClaimIn(static_cast<Section>(row.IntAt(0))) = ClaimAt(row);
    }
  }
  ZT_RETURN_IF_ERROR(row.status());
  return states;
}

absl::Status ReadRecords(Connection& db, std::span<DeviceState* const> states) {
  Cursor row = db.Use("SELECT identifier, metadata FROM devices WHERE id = ?");
  for (DeviceState* state : states) {
    if (state->record.has_value()) continue;
    row.Reset();
    row.Int(state->id.value());
    if (!row.Row()) continue;
    ZT_RETURN_IF_ERROR(DecodeRecord(row.TextAt(0), row.TextAt(1), *state));
  }
  return row.status();
}

absl::StatusOr<DeviceState> ReadDevice(Connection& db, DeviceId id) {
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, ReadClaims(db, std::span(&id, 1)));
  DeviceState* const one[] = {&states[0]};
  ZT_RETURN_IF_ERROR(ReadRecords(db, one));
  return std::move(states[0]);
}

absl::StatusOr<Page<DeviceState>> FindByIdentity(Connection& db, PartnerId partner,
                                                 const Identity& identity, DeviceId after,
                                                 int64_t limit) {
  Page<DeviceState> page;
  ZT_ASSIGN_OR_RETURN(const Matches matches, MatchAnyPart(db, identity));
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, ReadClaims(db, matches));
  for (DeviceState& state : states) {
    if (!HoldsClaim(partner, state)) continue;
    ++page.total_size;
    if (state.id <= after || page.more) continue;
    if (static_cast<int64_t>(page.rows.size()) == limit) {
      page.more = true;
      continue;
    }
    page.rows.push_back(std::move(state));
  }
  std::vector<DeviceState*> found;
  for (DeviceState& state : page.rows) found.push_back(&state);
  ZT_RETURN_IF_ERROR(ReadRecords(db, found));
  return page;
}

absl::Status Apply(Connection& db, std::span<const DeviceState* const> states) {
  for (const DeviceState* state : states) {
    if (!state->Changed()) continue;
    absl::Status status = WriteState(db, *state);
    if (absl::IsAlreadyExists(status)) {
      return absl::AbortedError(fmt::format("device {} was registered meanwhile: {}",
                                            state->id.value(), MessageOf(status)));
    }
    ZT_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
