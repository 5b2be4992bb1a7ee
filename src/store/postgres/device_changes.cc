// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Claims to write, as one array for each column.
struct ClaimColumns {
  std::vector<int64_t> devices;
  std::vector<int64_t> sections;
  std::vector<int64_t> versions;
  std::vector<bool> held;
  std::vector<int64_t> resellers;
  std::vector<int64_t> owners;
  std::vector<int64_t> configurations;
  std::vector<int64_t> simlock_profiles;
  std::vector<std::string_view> workspaces;
  std::vector<std::optional<int64_t>> vacation_starts;
  std::vector<std::optional<int64_t>> vacation_expires;

  size_t size() const { return devices.size(); }

  void Add(DeviceId device, Section section, int64_t version, const Claim& claim) {
    devices.push_back(device.value());
    sections.push_back(static_cast<int64_t>(section));
    versions.push_back(version);
    held.push_back(claim.held);
    resellers.push_back(claim.reseller.value());
    owners.push_back(claim.owner.value());
    configurations.push_back(claim.configuration.value());
    simlock_profiles.push_back(claim.simlock_profile);
    workspaces.push_back(claim.workspace);
    vacation_starts.push_back(Micros(claim.vacation_starts));
    vacation_expires.push_back(Micros(claim.vacation_expires));
  }

  Query In(const char* sql) const {
    return Query(sql)
        .Ints(devices)
        .Ints(sections)
        .Ints(versions)
        .Bools(held)
        .Ints(resellers)
        .IntsOrNull(owners)
        .IntsOrNull(configurations)
        .IntsOrNull(simlock_profiles)
        .Texts(workspaces)
        .OptionalInts(vacation_starts)
        .OptionalInts(vacation_expires);
  }

 private:
  static std::optional<int64_t> Micros(const std::optional<absl::Time>& time) {
    if (!time.has_value()) return std::nullopt;
    return absl::ToUnixMicros(*time);
  }
};

// ClaimColumns as rows.
constexpr SqlText kClaimRows =
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[]) "
    "AS u(device, section, version, held, reseller, owner, configuration, simlock_profile, "
    "workspace, vacation_starts_us, vacation_expires_us)";

// The claims that an unclaim leaves, which hold only the reseller: devices by
// the values to write and the version that the change was decided on.
struct UnclaimedKey {
  Section section;
  int64_t version;
  PartnerId reseller;

  auto operator<=>(const UnclaimedKey&) const = default;
};
using UnclaimedDevices = std::map<UnclaimedKey, std::vector<int64_t>>;

bool IsUnclaimed(const Claim& claim) { return claim == GivenUp(claim); }

}  // namespace

void PostgresTransaction::QueueChange(Query query, size_t rows) {
  db_.Queue(std::move(query), [this, rows](int64_t affected) -> absl::Status {
    if (affected == static_cast<int64_t>(rows)) return absl::OkStatus();
    db_.MarkConflict();
    return absl::AbortedError("another replica changed a device");
  });
}

void PostgresTransaction::QueueRecords(std::span<const DeviceState* const> states, bool is_new) {
  std::vector<int64_t> ids;
  std::vector<int64_t> versions;
  std::vector<std::string> identifiers;
  std::vector<std::string> metadata;
  for (const DeviceState* state : states) {
    if (state->is_new != is_new || !(state->is_new || state->record_changed)) continue;
    ids.push_back(state->id.value());
    const auto version = record_versions_.find(state->id);
    versions.push_back(version == record_versions_.end() ? 0 : version->second);
    identifiers.push_back(state->record->identifier.SerializeAsString());
    metadata.push_back(state->record->metadata.SerializeAsString());
  }
  if (ids.empty()) return;
  QueueChange(
      Query(is_new ? "INSERT INTO devices (id, version, identifier, metadata) SELECT * FROM "
                     "unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[])"
                   : "UPDATE devices d SET version = d.version + 1, identifier = u.identifier, "
                     "metadata = u.metadata "
                     "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) "
                     "AS u(id, version, identifier, metadata) "
                     "WHERE d.id = u.id AND d.version = u.version")
          .Ints(ids)
          .Ints(versions)
          .Blobs(identifiers)
          .Blobs(metadata),
      ids.size());
}

void PostgresTransaction::QueueHardware(std::span<const DeviceState* const> states) {
  struct Serial {
    std::string_view key;
    std::string_view serial;
    int64_t device;
  };
  std::vector<std::pair<ModemKey, int64_t>> modems;
  std::vector<Serial> serials;
  for (const DeviceState* state : states) {
    for (const ModemKey modem : state->new_modems) modems.emplace_back(modem, state->id.value());
    for (const std::string& key : state->new_serial_keys) {
      serials.push_back({key, state->record->identifier.serial_number(), state->id.value()});
    }
  }
  if (!modems.empty()) {
    std::sort(modems.begin(), modems.end());
    std::vector<int64_t> keys;
    std::vector<int64_t> devices;
    for (const auto& [modem, device] : modems) {
      keys.push_back(modem);
      devices.push_back(device);
    }
    QueueChange(Query("INSERT INTO modems (modem, device) "
                      "SELECT * FROM unnest($1::bigint[], $2::bigint[])")
                    .Ints(keys)
                    .Ints(devices),
                keys.size());
  }
  if (!serials.empty()) {
    std::sort(serials.begin(), serials.end(), [](const Serial& a, const Serial& b) {
      return std::pair(a.key, a.serial) < std::pair(b.key, b.serial);
    });
    std::vector<std::string_view> keys;
    std::vector<std::string_view> texts;
    std::vector<int64_t> devices;
    for (const Serial& serial : serials) {
      keys.push_back(serial.key);
      texts.push_back(serial.serial);
      devices.push_back(serial.device);
    }
    QueueChange(Query("INSERT INTO serials (key, serial, device) "
                      "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])")
                    .Texts(keys)
                    .Texts(texts)
                    .Ints(devices),
                keys.size());
  }
}

void PostgresTransaction::QueueClaims(std::span<const DeviceState* const> states) {
  ClaimColumns fresh;
  ClaimColumns changed;
  UnclaimedDevices unclaimed;
  for (const DeviceState* state : states) {
    for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
      if (!(section == Section::kSimLock ? state->sim_lock_changed : state->zero_touch_changed)) {
        continue;
      }
      const Claim& claim = *state->ClaimIn(section);
      const auto version = claim_versions_.find({state->id, section});
      if (version == claim_versions_.end()) {
        fresh.Add(state->id, section, 0, claim);
      } else if (IsUnclaimed(claim)) {
        unclaimed[{section, version->second, claim.reseller}].push_back(state->id.value());
      } else {
        changed.Add(state->id, section, version->second, claim);
      }
    }
  }
  for (const auto& [key, devices] : unclaimed) {
    // Most changes of large batches are unclaims, and looking up a list of keys
    // costs four fifths of a join.
    QueueChange(Query("UPDATE claims SET version = version + 1, held = false, reseller = $4, "
                      "owner = NULL, configuration = NULL, simlock_profile = NULL, "
                      "workspace = '', vacation_starts_us = NULL, vacation_expires_us = NULL "
                      "WHERE device = ANY($1) AND section = $2 AND version = $3")
                    .Ints(devices)
                    .Int(static_cast<int64_t>(key.section))
                    .Int(key.version)
                    .Int(key.reseller.value()),
                devices.size());
  }
  if (changed.size() > 0) {
    QueueChange(
        changed.In(kSql<"UPDATE claims c SET version = c.version + 1, held = u.held, "
                        "reseller = u.reseller, owner = u.owner, "
                        "configuration = u.configuration, simlock_profile = u.simlock_profile, "
                        "workspace = u.workspace, vacation_starts_us = u.vacation_starts_us, "
                        "vacation_expires_us = u.vacation_expires_us FROM ",
                        kClaimRows,
                        " WHERE c.device = u.device AND c.section = u.section "
                        "AND c.version = u.version">),
        changed.size());
  }
  if (fresh.size() > 0) {
    QueueChange(fresh.In(kSql<"INSERT INTO claims (device, section, version, ", kClaimColumns,
                              ") SELECT * FROM ", kClaimRows>),
                fresh.size());
  }
}

absl::Status PostgresTransaction::Apply(std::span<const DeviceState* const> states) {
  std::vector<const DeviceState*> changed;
  for (const DeviceState* state : states) {
    if (state->Changed()) changed.push_back(state);
  }
  std::sort(changed.begin(), changed.end(),
            [](const DeviceState* a, const DeviceState* b) { return a->id < b->id; });
  QueueRecords(changed, /*is_new=*/true);
  QueueRecords(changed, /*is_new=*/false);
  QueueHardware(changed);
  QueueClaims(changed);
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
