// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/columns.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// Binds the columns of a claim, and then its key.
Cursor& BindClaim(Cursor&& statement, const Claim& claim, DeviceId device, Section section) {
  return statement.Bool(claim.held)
      .Int(claim.reseller.value())
      .Int(claim.owner.value())
      .Int(claim.configuration.value())
      .Int(claim.simlock_profile)
      .Text(claim.workspace)
      .Time(claim.vacation_starts)
      .Time(claim.vacation_expires)
      .Int(device.value())
      .Int(static_cast<int64_t>(section));
}

absl::Status InsertClaim(Database& db, const Claim& claim, DeviceId device, Section section) {
  return BindClaim(db.Use(kSql<"INSERT INTO claims (", kClaimColumns,
                               ", device, section) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)">),
                   claim, device, section)
      .Run();
}

absl::Status WriteClaim(Database& db, const DeviceState& state, Section section) {
  const Claim& claim = *state.ClaimIn(section);
  if (!state.is_new) {
    ZT_RETURN_IF_ERROR(
        BindClaim(db.Use("UPDATE claims SET held = ?, reseller = ?, owner = ?, configuration = ?, "
                         "simlock_profile = ?, workspace = ?, vacation_starts_us = ?, "
                         "vacation_expires_us = ? WHERE device = ? AND section = ?"),
                  claim, state.id, section)
            .Run());
    if (db.Changes() > 0) return absl::OkStatus();
  }
  return InsertClaim(db, claim, state.id, section);
}

absl::Status WriteRecord(Database& db, const DeviceState& state) {
  const std::string identifier = state.record->identifier.SerializeAsString();
  const std::string metadata = state.record->metadata.SerializeAsString();
  return db
      .Use(state.is_new ? "INSERT INTO devices (identifier, metadata, id) VALUES (?, ?, ?)"
                        : "UPDATE devices SET identifier = ?, metadata = ? WHERE id = ?")
      .Bytes(identifier)
      .Bytes(metadata)
      .Int(state.id.value())
      .Run();
}

absl::Status IndexHardware(Database& db, const DeviceState& state) {
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

absl::Status WriteState(Database& db, const DeviceState& state) {
  if (state.is_new || state.record_changed) ZT_RETURN_IF_ERROR(WriteRecord(db, state));
  if (state.sim_lock_changed) ZT_RETURN_IF_ERROR(WriteClaim(db, state, Section::kSimLock));
  if (state.zero_touch_changed) ZT_RETURN_IF_ERROR(WriteClaim(db, state, Section::kZeroTouch));
  return IndexHardware(db, state);
}

}  // namespace

absl::Status SqliteTransaction::Apply(std::span<const DeviceState* const> states) {
  for (const DeviceState* state : states) {
    if (!state->Changed()) continue;
    absl::Status status = WriteState(db_, *state);
    if (absl::IsAlreadyExists(status)) {
      return absl::AbortedError(fmt::format("device {} was registered meanwhile: {}",
                                            state->id.value(), MessageOf(status)));
    }
    ZT_RETURN_IF_ERROR(status);
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::sqlite
