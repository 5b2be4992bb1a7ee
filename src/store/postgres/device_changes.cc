// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "base/sorted.h"
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
  std::vector<int64_t> last_entries;

  size_t size() const { return devices.size(); }

  void Add(DeviceId device, Section section, int64_t version, const Claim& claim,
           int64_t last_entry) {
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
    last_entries.push_back(last_entry);
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
        .OptionalInts(vacation_expires)
        .Ints(last_entries);
  }

 private:
  static std::optional<int64_t> Micros(const std::optional<absl::Time>& time) {
    if (!time.has_value()) return std::nullopt;
    return absl::ToUnixMicros(*time);
  }
};

// The begin and the end of a statement that must write as many rows as its first parameter
// has elements. If it writes fewer, another transaction changed one of them: it divides by
// zero, which is a conflict (Session::Queue).
constexpr SqlText kAllOf = "WITH written AS (";
constexpr SqlText kMustBeWritten =
    " RETURNING 1) SELECT 1 / (count(*) = cardinality($1))::integer FROM written";

// ClaimColumns as rows.
constexpr SqlText kClaimRows =
    "unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::boolean[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::bigint[], $9::text[], $10::bigint[], $11::bigint[], "
    "$12::bigint[]) "
    "AS u(device, section, version, held, reseller, owner, configuration, simlock_profile, "
    "workspace, vacation_starts_us, vacation_expires_us, last_entry)";

// Statements to write, as one array for each column.
struct StatementColumns {
  std::vector<int64_t> devices;
  std::vector<int64_t> resellers;
  std::vector<int64_t> versions;
  std::vector<std::string> identifiers;
  std::vector<std::string> metadata;
  std::vector<int64_t> last_entries;

  size_t size() const { return devices.size(); }

  void Add(DeviceId device, int64_t version, const StatementState& statement, int64_t last_entry) {
    devices.push_back(device.value());
    resellers.push_back(statement.reseller.value());
    versions.push_back(version);
    if (!statement.value.has_value()) return;
    identifiers.push_back(statement.value->identifier.SerializeAsString());
    metadata.push_back(statement.value->metadata.SerializeAsString());
    last_entries.push_back(last_entry);
  }
  Query Keys(const char* sql) const {
    return Query(sql).Ints(devices).Ints(resellers).Ints(versions);
  }
  Query All(const char* sql) const {
    return Keys(sql).Blobs(identifiers).Blobs(metadata).Ints(last_entries);
  }
};

// Rows of lookup keys to write, as one array for each column. A key is a modem id, or a
// serial set.
struct KeyColumns {
  std::vector<int64_t> modems;
  std::vector<std::string_view> keys;
  std::vector<std::string_view> serials;
  std::vector<int64_t> versions;
  std::vector<int64_t> devices;
  std::vector<int64_t> resellers;
  std::vector<std::string> others;  // empty: none

  size_t size() const { return versions.size(); }

  void Add(int64_t version, const StatementIds& statements) {
    versions.push_back(version);
    devices.push_back(statements.empty() ? 0 : statements[0].device.value());
    resellers.push_back(statements.empty() ? 0 : statements[0].reseller.value());
    others.push_back(EncodeOthers(statements).value_or(""));
  }
  // Adds the columns of a change, or those of a new row, to a query that has the key.
  Query In(Query query) const {
    query.Ints(versions).Ints(devices).Ints(resellers).Blobs(others);
    return query;
  }
  Query InFirst(Query query) const {
    query.Ints(devices).Ints(resellers);
    return query;
  }
};

// The claims that an unclaim leaves, which hold only the reseller: devices by
// the values to write and the version that the change was decided on.
struct UnclaimedKey {
  Section section;
  int64_t version;
  PartnerId reseller;
  int64_t last_entry;  // the place of a part of the log

  auto operator<=>(const UnclaimedKey&) const = default;
};
using UnclaimedDevices = std::map<UnclaimedKey, std::vector<int64_t>>;

// The same claims with a place each, as one array for each column.
struct UnclaimedColumns {
  std::vector<int64_t> devices;
  std::vector<int64_t> sections;
  std::vector<int64_t> versions;
  std::vector<int64_t> resellers;
  std::vector<int64_t> last_entries;

  void Add(DeviceId device, const UnclaimedKey& key) {
    devices.push_back(device.value());
    sections.push_back(static_cast<int64_t>(key.section));
    versions.push_back(key.version);
    resellers.push_back(key.reseller.value());
    last_entries.push_back(key.last_entry);
  }
};

// Returns a query that gives up claims, each with a place of its own.
Query GiveUpApart(const UnclaimedColumns& claims) {
  return Query(kSql<kAllOf,
                    "UPDATE claims c SET version = c.version + 1, held = false, "
                    "reseller = u.reseller, last_entry = u.last_entry FROM "
                    "unnest($1::bigint[], $2::bigint[], $3::bigint[], "
                    "$4::bigint[], $5::bigint[]) "
                    "AS u(device, section, version, reseller, last_entry) "
                    "WHERE c.device = u.device AND c.section = u.section "
                    "AND c.version = u.version",
                    kMustBeWritten>)
      .Ints(claims.devices)
      .Ints(claims.sections)
      .Ints(claims.versions)
      .Ints(claims.resellers)
      .Ints(claims.last_entries);
}

// Returns a query that gives up these claims, which have one place. Most changes of large batches
// are unclaims, and looking up a list of keys costs four fifths of a join. No column of an index
// changes.
Query GiveUp(const UnclaimedKey& key, std::span<const int64_t> devices) {
  return Query(kSql<kAllOf,
                    "UPDATE claims SET version = version + 1, held = false, "
                    "reseller = $4, "
                    "last_entry = $5 "
                    "WHERE device = ANY($1) AND section = $2 AND version = $3",
                    kMustBeWritten>)
      .Ints(devices)
      .Int(static_cast<int64_t>(key.section))
      .Int(key.version)
      .Int(key.reseller.value())
      .Int(key.last_entry);
}

bool IsUnclaimed(const Claim& claim) { return claim == GivenUp(claim); }

// Returns true if the claim's row must be written: the claim changed, or the log says what it was
// while a statement changed. Then another transaction that changes the claim is a conflict, and
// the log has both in their order.
bool IsWritten(const DeviceState& state, Section section) {
  if (section == Section::kSimLock ? state.sim_lock_changed : state.zero_touch_changed) return true;
  return std::ranges::any_of(state.changes, [&](const DeviceChange& change) {
    return change.section == section && change.after.has_value();
  });
}

}  // namespace

void PostgresTransaction::QueueStatements(std::span<const DeviceState* const> states,
                                          std::span<const LoggedPlaces> places) {
  StatementColumns fresh;
  StatementColumns changed;
  StatementColumns dropped;
  for (size_t i = 0; i < states.size(); ++i) {
    const DeviceState* const state = states[i];
    for (const StatementState& each : state->statements) {
      if (!each.changed || (each.is_new && !each.value.has_value())) continue;
      const auto version = statement_versions_.find({state->id, each.reseller});
      StatementColumns& columns = each.is_new ? fresh : each.value.has_value() ? changed : dropped;
      columns.Add(state->id, version == statement_versions_.end() ? 0 : version->second, each,
                  places[i].Of(each.reseller, each.last_entry));
    }
  }
  if (dropped.size() > 0) {
    db_.Queue(dropped.Keys(kSql<kAllOf,
                                "DELETE FROM statements s USING "
                                "unnest($1::bigint[], $2::bigint[], $3::bigint[]) "
                                "AS u(device, reseller, version) WHERE s.device = u.device "
                                "AND s.reseller = u.reseller AND s.version = u.version",
                                kMustBeWritten>));
  }
  if (fresh.size() > 0) {
    db_.Queue(
        fresh.All("INSERT INTO statements (device, reseller, version, identifier, "
                  "metadata, last_entry) SELECT * FROM unnest($1::bigint[], $2::bigint[], "
                  "$3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[])"));
  }
  if (changed.size() > 0) {
    db_.Queue(changed.All(kSql<kAllOf,
                               "UPDATE statements s SET version = s.version + 1, "
                               "identifier = u.identifier, metadata = u.metadata, "
                               "last_entry = u.last_entry "
                               "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], "
                               "$4::bytea[], $5::bytea[], $6::bigint[]) "
                               "AS u(device, reseller, version, identifier, metadata, last_entry) "
                               "WHERE s.device = u.device AND s.reseller = u.reseller "
                               "AND s.version = u.version",
                               kMustBeWritten>));
  }
}

absl::Status PostgresTransaction::ReadDroppedKeys(std::span<const DeviceState* const> states) {
  std::vector<int64_t> modems;
  std::vector<const Identity*> serials;
  std::vector<uint32_t> numbers;
  for (const DeviceState* state : states) {
    for (const StatementState& each : state->statements) {
      for (const ModemKey modem : each.dropped_keys.modems) {
        if (!modem_rows_.contains(modem)) modems.push_back(modem);
      }
      const Identity& keys = each.dropped_keys;
      if (keys.serial_key.empty() || serial_rows_.contains({keys.serial_key, keys.serial})) {
        continue;
      }
      numbers.push_back(static_cast<uint32_t>(serials.size()));
      serials.push_back(&keys);
    }
  }
  SortUnique(modems);
  if (!modems.empty()) {
    ZT_RETURN_IF_ERROR(ReadModemKeys(modems, [](ModemKey, const StatementIds&) {}));
  }
  if (serials.empty()) return absl::OkStatus();
  return ReadSerialKeys(serials, numbers, [](uint32_t, const StatementIds&) {});
}

void PostgresTransaction::QueueKeys(std::span<const DeviceState* const> states) {
  absl::btree_map<ModemKey, StatementIds> modems;
  absl::btree_map<SerialKey, StatementIds> serials;
  // Returns what the key's row becomes, which begins as the row that was read.
  const auto row_after = [](auto& after, const auto& read, const auto& key) -> StatementIds& {
    const auto [place, is_first] = after.try_emplace(key);
    if (is_first) {
      const auto row = read.find(key);
      if (row != read.end()) place->second = row->second.statements;
    }
    return place->second;
  };
  for (const DeviceState* state : states) {
    for (const StatementState& each : state->statements) {
      const StatementId statement{.device = state->id, .reseller = each.reseller};
      for (const ModemKey modem : each.dropped_keys.modems) {
        RemoveStatementId(statement, row_after(modems, modem_rows_, modem));
      }
      for (const ModemKey modem : each.added_keys.modems) {
        AddStatementId(statement, row_after(modems, modem_rows_, modem));
      }
      for (const auto& [keys, change] : {std::pair(&each.dropped_keys, &RemoveStatementId),
                                         std::pair(&each.added_keys, &AddStatementId)}) {
        if (keys->serial_key.empty()) continue;
        change(statement,
               row_after(serials, serial_rows_, SerialKey(keys->serial_key, keys->serial)));
      }
    }
  }
  QueueModemKeys(modems);
  QueueSerialKeys(serials);
}

void PostgresTransaction::QueueModemKeys(const absl::btree_map<ModemKey, StatementIds>& after) {
  KeyColumns fresh;
  KeyColumns changed;
  KeyColumns gone;
  for (const auto& [modem, statements] : after) {
    const auto before = modem_rows_.find(modem);
    const bool is_stored = before != modem_rows_.end();
    if (is_stored ? before->second.statements == statements : statements.empty()) continue;
    KeyColumns& columns = !is_stored ? fresh : statements.empty() ? gone : changed;
    columns.modems.push_back(modem);
    columns.Add(is_stored ? before->second.version : 0, statements);
  }
  if (gone.size() > 0) {
    db_.Queue(Query(kSql<kAllOf,
                         "DELETE FROM modem_keys m USING unnest($1::bigint[], $2::bigint[]) "
                         "AS u(modem, version) WHERE m.modem = u.modem AND m.version = u.version",
                         kMustBeWritten>)
                  .Ints(gone.modems)
                  .Ints(gone.versions));
  }
  if (changed.size() > 0) {
    db_.Queue(changed.In(Query(kSql<kAllOf,
                                    "UPDATE modem_keys m SET version = m.version + 1, "
                                    "device = u.device, reseller = u.reseller, "
                                    "others = nullif(u.others, '') "
                                    "FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], "
                                    "$4::bigint[], $5::bytea[]) "
                                    "AS u(modem, version, device, reseller, others) "
                                    "WHERE m.modem = u.modem AND m.version = u.version",
                                    kMustBeWritten>)
                             .Ints(changed.modems)));
  }
  if (fresh.size() > 0) {
    db_.Queue(fresh.InFirst(Query("INSERT INTO modem_keys (modem, device, reseller) "
                                  "SELECT * FROM unnest($1::bigint[], $2::bigint[], "
                                  "$3::bigint[])")
                                .Ints(fresh.modems)));
  }
}

void PostgresTransaction::QueueSerialKeys(const absl::btree_map<SerialKey, StatementIds>& after) {
  KeyColumns fresh;
  KeyColumns changed;
  KeyColumns gone;
  for (const auto& [key, statements] : after) {
    const auto before = serial_rows_.find(key);
    const bool is_stored = before != serial_rows_.end();
    if (is_stored ? before->second.statements == statements : statements.empty()) continue;
    KeyColumns& columns = !is_stored ? fresh : statements.empty() ? gone : changed;
    columns.keys.push_back(key.first);
    columns.serials.push_back(key.second);
    columns.Add(is_stored ? before->second.version : 0, statements);
  }
  if (gone.size() > 0) {
    db_.Queue(Query(kSql<kAllOf,
                         "DELETE FROM serial_keys s USING "
                         "unnest($1::text[], $2::text[], $3::bigint[]) AS u(key, serial, version) "
                         "WHERE s.key = u.key AND s.serial = u.serial AND s.version = u.version",
                         kMustBeWritten>)
                  .Texts(gone.keys)
                  .Texts(gone.serials)
                  .Ints(gone.versions));
  }
  if (changed.size() > 0) {
    db_.Queue(
        changed.In(Query(kSql<kAllOf,
                              "UPDATE serial_keys s SET version = s.version + 1, "
                              "device = u.device, reseller = u.reseller, "
                              "others = nullif(u.others, '') "
                              "FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], "
                              "$5::bigint[], $6::bytea[]) "
                              "AS u(key, serial, version, device, reseller, others) "
                              "WHERE s.key = u.key AND s.serial = u.serial "
                              "AND s.version = u.version",
                              kMustBeWritten>)
                       .Texts(changed.keys)
                       .Texts(changed.serials)));
  }
  if (fresh.size() > 0) {
    db_.Queue(fresh.InFirst(Query("INSERT INTO serial_keys (key, serial, device, reseller) "
                                  "SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], "
                                  "$4::bigint[])")
                                .Texts(fresh.keys)
                                .Texts(fresh.serials)));
  }
}

void PostgresTransaction::QueueClaims(std::span<const DeviceState* const> states,
                                      std::span<const LoggedPlaces> places) {
  ClaimColumns fresh;
  ClaimColumns changed;
  UnclaimedDevices unclaimed;
  UnclaimedColumns unclaimed_apart;
  for (size_t i = 0; i < states.size(); ++i) {
    const DeviceState* const state = states[i];
    for (const Section section : {Section::kSimLock, Section::kZeroTouch}) {
      if (!IsWritten(*state, section)) continue;
      const Claim& claim = *state->ClaimIn(section);
      const int64_t last_entry = places[i].In(section);
      const auto version = claim_versions_.find({state->id, section});
      if (version == claim_versions_.end()) {
        fresh.Add(state->id, section, 0, claim, last_entry);
      } else if (IsUnclaimed(claim) && actors() > 1) {
        // Each has a part of its own.
        unclaimed_apart.Add(state->id, {section, version->second, claim.reseller, last_entry});
      } else if (IsUnclaimed(claim)) {
        // One statement for all of a part.
        const int64_t place =
            last_entry == state->EntryIn(section) ? last_entry : -PartOf(last_entry);
        unclaimed[{section, version->second, claim.reseller, place}].push_back(state->id.value());
      } else {
        changed.Add(state->id, section, version->second, claim, last_entry);
      }
    }
  }
  for (const auto& [key, devices] : unclaimed) {
    db_.Queue(GiveUp(key, devices));
  }
  if (!unclaimed_apart.devices.empty()) db_.Queue(GiveUpApart(unclaimed_apart));
  if (changed.size() > 0) {
    db_.Queue(
        changed.In(kSql<kAllOf,
                        "UPDATE claims c SET version = c.version + 1, held = u.held, "
                        "reseller = u.reseller, owner = u.owner, "
                        "configuration = u.configuration, simlock_profile = u.simlock_profile, "
                        "workspace = u.workspace, vacation_starts_us = u.vacation_starts_us, "
                        "vacation_expires_us = u.vacation_expires_us, "
                        "last_entry = u.last_entry FROM ",
                        kClaimRows,
                        " WHERE c.device = u.device AND c.section = u.section "
                        "AND c.version = u.version",
                        kMustBeWritten>));
  }
  if (fresh.size() > 0) {
    db_.Queue(fresh.In(kSql<"INSERT INTO claims (device, section, version, ", kClaimColumns,
                            ", last_entry) SELECT * FROM ", kClaimRows>));
  }
}

absl::Status PostgresTransaction::Apply(std::span<const DeviceState* const> states) {
  located_.reset();
  std::vector<const DeviceState*> changed;
  for (const DeviceState* state : states) {
    if (state->Changed()) changed.push_back(state);
  }
  std::sort(changed.begin(), changed.end(),
            [](const DeviceState* a, const DeviceState* b) { return a->id < b->id; });
  ZT_RETURN_IF_ERROR(ReadDroppedKeys(changed));
  std::vector<LoggedPlaces> places;
  places.reserve(changed.size());
  for (const DeviceState* state : changed) {
    ZT_ASSIGN_OR_RETURN(LoggedPlaces one, AddEntries(*state));
    places.push_back(std::move(one));
  }
  QueueStatements(changed, places);
  QueueKeys(changed);
  QueueClaims(changed, places);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<DeviceId>> PostgresTransaction::SettleGivenUp(DeviceId after) {
  ZT_ASSIGN_OR_RETURN(const Rows last,
                      db_.Run(Query("SELECT coalesce(max(device), 0) FROM (SELECT device "
                                    "FROM claims WHERE device > $1 ORDER BY device LIMIT 5000) c")
                                  .Int(after.value())));
  const int64_t up_to = ReadInt(last);
  if (up_to == 0) return std::nullopt;
  ZT_RETURN_IF_ERROR(db_.Run(Query("UPDATE claims SET version = version + 1, owner = NULL, "
                                   "configuration = NULL, simlock_profile = NULL, "
                                   "workspace = '', vacation_starts_us = NULL, "
                                   "vacation_expires_us = NULL WHERE device > $1 "
                                   "AND device <= $2 AND NOT held "
                                   "AND (owner IS NOT NULL OR workspace <> '')")
                                 .Int(after.value())
                                 .Int(up_to))
                         .status());
  return DeviceId(up_to);
}

}  // namespace zerotouch::store::postgres
