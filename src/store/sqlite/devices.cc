// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/record_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {

// Looks modem ids up in ascending order, so that each page of the index is
// read once.
absl::Status SqliteTransaction::LocateModems(std::span<const Identity* const> identities,
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
  Cursor device = db_.Use("SELECT device FROM modems WHERE modem = ?");
  for (const Probe& probe : probes) {
    device.Reset();
    device.Int(probe.modem);
    if (device.Row()) AddMatch(found[probe.index], DeviceId(RowReader(device).Int()));
  }
  return device.status();
}

absl::Status SqliteTransaction::LocateSerials(std::span<const Identity* const> identities,
                                              std::vector<Matches>& found) {
  std::vector<uint32_t> probes;
  for (uint32_t i = 0; i < identities.size(); ++i) {
    if (!identities[i]->serial_key.empty()) probes.push_back(i);
  }
  std::sort(probes.begin(), probes.end(), [&](uint32_t a, uint32_t b) {
    return identities[a]->serial_key < identities[b]->serial_key;
  });
  Cursor device = db_.Use("SELECT device FROM serials WHERE key = ? AND serial = ?");
  for (const uint32_t i : probes) {
    device.Reset();
    device.Text(identities[i]->serial_key).Text(identities[i]->serial);
    while (device.Row()) AddMatch(found[i], DeviceId(RowReader(device).Int()));
  }
  return device.status();
}

absl::StatusOr<std::vector<Matches>> SqliteTransaction::Locate(
    std::span<const Identity* const> identities) {
  std::vector<Matches> found(identities.size());
  ZT_RETURN_IF_ERROR(LocateModems(identities, found));
  ZT_RETURN_IF_ERROR(LocateSerials(identities, found));
  return found;
}

absl::StatusOr<std::vector<DeviceState>> SqliteTransaction::ReadClaims(
    std::span<const DeviceId> ids) {
  std::vector<DeviceState> states(ids.size());
  Cursor claims = db_.Use(kSql<"SELECT section, ", kClaimColumns, " FROM claims WHERE device = ?">);
  for (size_t i = 0; i < ids.size(); ++i) {
    states[i].id = ids[i];
    claims.Reset();
    claims.Int(ids[i].value());
    while (claims.Row()) {
      RowReader row(claims);
      const auto section = static_cast<Section>(row.Int());
      states[i].ClaimIn(section) = ReadClaim(row);
    }
  }
  ZT_RETURN_IF_ERROR(claims.status());
  return states;
}

absl::Status SqliteTransaction::ReadRecords(std::span<DeviceState* const> states) {
  Cursor record = db_.Use("SELECT identifier, metadata FROM devices WHERE id = ?");
  for (DeviceState* state : states) {
    if (state->record.has_value()) continue;
    record.Reset();
    record.Int(state->id.value());
    if (!record.Row()) continue;
    RowReader row(record);
    const std::string_view identifier = row.Text();
    ZT_RETURN_IF_ERROR(DecodeRecord(identifier, row.Text(), *state));
  }
  return record.status();
}

absl::StatusOr<DeviceState> SqliteTransaction::ReadDevice(DeviceId id) {
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, ReadClaims(std::span(&id, 1)));
  DeviceState* const one[] = {&states[0]};
  ZT_RETURN_IF_ERROR(ReadRecords(one));
  return std::move(states[0]);
}

}  // namespace zerotouch::store::sqlite
