// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {
namespace {

// How many keys one statement looks up. Several statements are sent at once.
constexpr size_t kKeysAtOnce = 10'000;

// How many devices are read by the statement that looks them up.
constexpr size_t kFewDevices = 64;

// Joins the rows of the serial sets of `u`. A plain join would read the whole index for each
// list, if it was planned while the table was empty; OFFSET 0 keeps the look-ups by key.
constexpr SqlText kWithSerialKeys =
    " CROSS JOIN LATERAL (SELECT * FROM serial_keys k WHERE k.key = u.key AND "
    "k.serial = u.serial OFFSET 0) s";

// Splits `values` into pieces and makes a query of each.
template <class Value, class Make>
std::vector<Query> MakeQueries(std::span<const Value> values, const Make& make) {
  std::vector<Query> queries;
  for (size_t i = 0; i < values.size(); i += kKeysAtOnce) {
    queries.push_back(make(values.subspan(i, std::min(kKeysAtOnce, values.size() - i))));
  }
  return queries;
}

Query SelectClaims(std::span<const int64_t> devices) {
  return Query(kSql<"SELECT device, section, version, last_entry, ", kClaimColumns,
                    " FROM claims WHERE device = ANY($1)">)
      .Ints(devices);
}

Query SelectStatements(std::span<const int64_t> devices) {
  return Query(
             "SELECT device, reseller, version, identifier, metadata, last_entry FROM statements "
             "WHERE device = ANY($1)")
      .Ints(devices);
}

// One statement, which sees one moment without a transaction (Store::ReadDevice). A device has
// statements only while it has claims.
Query SelectDevices(std::span<const int64_t> devices) {
  return Query(kSql<"SELECT c.device, s.reseller, s.version, s.identifier, s.metadata, "
                    "s.last_entry, c.* FROM (SELECT section, version, last_entry, ",
                    kClaimColumns,
                    ", device FROM claims) c LEFT JOIN statements s ON s.device = c.device "
                    "WHERE c.device = ANY($1)">)
      .Ints(devices);
}

// Returns true if these are few devices, which are sought by modem ids alone.
bool AreFewModems(std::span<const Identity* const> identities) {
  return !identities.empty() && identities.size() <= kFewDevices &&
         std::all_of(identities.begin(), identities.end(),
                     [](const Identity* each) { return each->serial_key.empty(); });
}

void AddKeyMatches(uint8_t key, const StatementIds& statements, KeyMatches& key_matches) {
  for (const StatementId& statement : statements) {
    key_matches.push_back({.key = key, .device = statement.device, .reseller = statement.reseller});
  }
}

}  // namespace

absl::Status PostgresTransaction::ReadModemKeys(
    std::span<const int64_t> modems, absl::FunctionRef<void(ModemKey, const StatementIds&)> take) {
  ZT_ASSIGN_OR_RETURN(
      const std::vector<Rows> answers,
      db_.RunAll(MakeQueries(modems, [](std::span<const int64_t> some) {
        return Query(
                   "SELECT modem, version, device, reseller, others FROM modem_keys "
                   "WHERE modem = ANY($1)")
            .Ints(some);
      })));
  for (const Rows& rows : answers) {
    for (RowReader row : rows) {
      const ModemKey modem = row.Int();
      KeyRow key{.version = row.Int(), .statements = {}};
      ZT_RETURN_IF_ERROR(TakeStatementIds(row, key.statements));
      take(modem, key.statements);
      if (writing()) modem_rows_[modem] = std::move(key);
    }
  }
  return absl::OkStatus();
}

absl::Status PostgresTransaction::ReadSerialKeys(
    std::span<const Identity* const> identities, std::span<const uint32_t> numbers,
    absl::FunctionRef<void(uint32_t, const StatementIds&)> take) {
  ZT_ASSIGN_OR_RETURN(
      const std::vector<Rows> answers,
      db_.RunAll(MakeQueries(numbers, [&](std::span<const uint32_t> some) {
        std::vector<int64_t> at;
        std::vector<std::string_view> keys;
        std::vector<std::string_view> serials;
        for (const uint32_t i : some) {
          at.push_back(i);
          keys.push_back(identities[i]->serial_key);
          serials.push_back(identities[i]->serial);
        }
        return Query(kSql<"SELECT u.i, s.version, s.device, s.reseller, s.others "
                          "FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u(i, key, serial)",
                          kWithSerialKeys>)
            .Ints(at)
            .Texts(keys)
            .Texts(serials);
      })));
  for (const Rows& rows : answers) {
    for (RowReader row : rows) {
      const auto i = static_cast<uint32_t>(row.Int());
      KeyRow key{.version = row.Int(), .statements = {}};
      ZT_RETURN_IF_ERROR(TakeStatementIds(row, key.statements));
      take(i, key.statements);
      if (!writing()) continue;
      serial_rows_[{identities[i]->serial_key, identities[i]->serial}] = std::move(key);
    }
  }
  return absl::OkStatus();
}

absl::Status PostgresTransaction::LocateModems(std::span<const Identity* const> identities,
                                               std::vector<KeyMatches>& found) {
  struct Probe {
    ModemKey modem;
    uint32_t index;
    uint8_t key;

    auto operator<=>(const Probe&) const = default;
  };
  std::vector<Probe> probes;
  probes.reserve(identities.size());
  for (uint32_t i = 0; i < identities.size(); ++i) {
    uint8_t key = 0;
    for (const ModemKey modem : identities[i]->modems) probes.push_back({modem, i, key++});
  }
  if (probes.empty()) return absl::OkStatus();
  std::sort(probes.begin(), probes.end());
  std::vector<int64_t> modems;
  modems.reserve(probes.size());
  for (const Probe& probe : probes) {
    if (modems.empty() || modems.back() != probe.modem) modems.push_back(probe.modem);
  }
  return ReadModemKeys(modems, [&](ModemKey modem, const StatementIds& statements) {
    for (auto probe = std::lower_bound(probes.begin(), probes.end(), Probe{modem, 0, 0});
         probe != probes.end() && probe->modem == modem; ++probe) {
      AddKeyMatches(probe->key, statements, found[probe->index]);
    }
  });
}

absl::Status PostgresTransaction::LocateSerials(std::span<const Identity* const> identities,
                                                std::vector<KeyMatches>& found) {
  std::vector<uint32_t> probes;
  for (uint32_t i = 0; i < identities.size(); ++i) {
    if (!identities[i]->serial_key.empty()) probes.push_back(i);
  }
  if (probes.empty()) return absl::OkStatus();
  std::sort(probes.begin(), probes.end(), [&](uint32_t a, uint32_t b) {
    return identities[a]->serial_key < identities[b]->serial_key;
  });
  return ReadSerialKeys(identities, probes, [&](uint32_t i, const StatementIds& statements) {
    AddKeyMatches(static_cast<uint8_t>(identities[i]->modems.size()), statements, found[i]);
  });
}

// One row for each key, statement and claim that belong together.
absl::StatusOr<std::vector<KeyMatches>> PostgresTransaction::LocateFew(
    std::span<const Identity* const> identities) {
  std::vector<int64_t> modems;
  for (const Identity* identity : identities) {
    modems.insert(modems.end(), identity->modems.begin(), identity->modems.end());
  }
  SortUnique(modems);
  const Query queries[] = {
      Query(kSql<"SELECT k.modem, k.version, k.device, k.reseller, k.others, "
                 "s.reseller, s.version, s.identifier, s.metadata, s.last_entry, "
                 "c.* FROM modem_keys k LEFT JOIN statements s ON s.device = k.device "
                 "LEFT JOIN (SELECT section, version, last_entry, ",
                 kClaimColumns,
                 ", device FROM claims) c ON c.device = k.device WHERE k.modem = ANY($1)">)
          .Ints(modems),
      // After the claims, so that the sequences are above the places in them.
      ReserveParts(actors())};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  TakeParts(answers[1]);
  located_.emplace();
  for (RowReader row : answers[0]) {
    const ModemKey modem = row.Int();
    KeyRow key{.version = row.Int(), .statements = {}};
    ZT_RETURN_IF_ERROR(TakeStatementIds(row, key.statements));
    DeviceState& state = (*located_)[key.statements[0].device];
    state.id = key.statements[0].device;
    modem_rows_[modem] = std::move(key);
    ZT_RETURN_IF_ERROR(TakeStatement(row, state));
    TakeClaim(row, state);
  }
  std::vector<KeyMatches> found(identities.size());
  for (size_t i = 0; i < identities.size(); ++i) {
    uint8_t number = 0;
    for (const ModemKey modem : identities[i]->modems) {
      const auto key = modem_rows_.find(modem);
      if (key != modem_rows_.end()) AddKeyMatches(number, key->second.statements, found[i]);
      ++number;
    }
  }
  return found;
}

absl::StatusOr<std::vector<KeyMatches>> PostgresTransaction::Locate(
    std::span<const Identity* const> identities) {
  if (writing() && AreFewModems(identities)) return LocateFew(identities);
  std::vector<KeyMatches> found(identities.size());
  ZT_RETURN_IF_ERROR(LocateModems(identities, found));
  ZT_RETURN_IF_ERROR(LocateSerials(identities, found));
  return found;
}

bool PostgresTransaction::HasLocated(std::span<const DeviceId> ids) {
  const bool has = located_.has_value() && std::all_of(ids.begin(), ids.end(), [&](DeviceId id) {
                     return located_->contains(id);
                   });
  if (!has) located_.reset();
  return has;
}

absl::Status PostgresTransaction::CheckLocated() {
  if (located_.has_value()) return absl::OkStatus();  // one statement read everything
  std::vector<int64_t> modems;
  for (const auto& [modem, row] : modem_rows_) modems.push_back(modem);
  std::vector<std::string_view> keys;
  std::vector<std::string_view> serials;
  for (const auto& [key, row] : serial_rows_) {
    keys.push_back(key.first);
    serials.push_back(key.second);
  }
  std::vector<int64_t> devices;
  for (const auto& [statement, version] : statement_versions_) {
    devices.push_back(statement.first.value());
  }
  SortUnique(devices);
  const Query queries[] = {
      Query("SELECT modem, version FROM modem_keys WHERE modem = ANY($1)").Ints(modems),
      Query(kSql<"SELECT s.key, s.serial, s.version FROM unnest($1::text[], $2::text[]) "
                 "AS u(key, serial)",
                 kWithSerialKeys>)
          .Texts(keys)
          .Texts(serials),
      Query("SELECT device, reseller, version FROM statements WHERE device = ANY($1)")
          .Ints(devices)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  if (AreModemRows(answers[0]) && AreSerialRows(answers[1]) && AreStatements(answers[2])) {
    return absl::OkStatus();
  }
  db_.MarkConflict();
  return absl::AbortedError("another replica changed what was stated about a device");
}

bool PostgresTransaction::AreModemRows(const Rows& rows) const {
  size_t unchanged = 0;
  for (RowReader row : rows) {
    const auto before = modem_rows_.find(row.Int());
    unchanged += before != modem_rows_.end() && before->second.version == row.Int() ? 1 : 0;
  }
  return unchanged == modem_rows_.size();
}

bool PostgresTransaction::AreSerialRows(const Rows& rows) const {
  size_t unchanged = 0;
  for (RowReader row : rows) {
    std::string key(row.Text());
    const auto before = serial_rows_.find(SerialKey(std::move(key), row.Text()));
    unchanged += before != serial_rows_.end() && before->second.version == row.Int() ? 1 : 0;
  }
  return unchanged == serial_rows_.size();
}

bool PostgresTransaction::AreStatements(const Rows& rows) const {
  size_t unchanged = 0;
  for (RowReader row : rows) {
    const DeviceId device(row.Int());
    const auto before = statement_versions_.find({device, PartnerId(row.Int())});
    if (before == statement_versions_.end() || before->second != row.Int()) return false;
    ++unchanged;
  }
  return unchanged == statement_versions_.size();
}

absl::StatusOr<std::vector<DeviceState>> PostgresTransaction::ReadClaims(
    std::span<const DeviceId> ids) {
  std::vector<DeviceState> states(ids.size());
  std::vector<int64_t> numbers(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    states[i].id = ids[i];
    numbers[i] = ids[i].value();
  }
  if (ids.empty()) return states;
  if (HasLocated(ids)) {
    for (DeviceState& state : states) {
      state = located_->at(state.id);
      state.statements.clear();
    }
    return states;
  }
  std::vector<Query> queries = MakeQueries(std::span<const int64_t>(numbers), SelectClaims);
  // After the claims, so that the sequences are above the places in them.
  if (writing()) {
    queries.push_back(
        ReserveParts(std::max(actors(), (ids.size() - 1) / limits::kLogPartEntries + 1)));
  }
  ZT_ASSIGN_OR_RETURN(std::vector<Rows> answers, db_.RunAll(queries));
  if (writing()) {
    TakeParts(answers.back());
    answers.pop_back();
  }
  for (const Rows& rows : answers) TakeClaims(rows, states);
  return states;
}

absl::Status PostgresTransaction::ReadStatements(std::span<DeviceState* const> states) {
  std::vector<DeviceState*> wanted;
  for (DeviceState* state : states) {
    if (!state->statements_read) wanted.push_back(state);
  }
  if (wanted.empty()) return absl::OkStatus();
  std::sort(wanted.begin(), wanted.end(),
            [](const DeviceState* a, const DeviceState* b) { return a->id < b->id; });
  std::vector<DeviceId> ids;
  std::vector<int64_t> numbers;
  for (const DeviceState* state : wanted) {
    ids.push_back(state->id);
    numbers.push_back(state->id.value());
  }
  if (HasLocated(ids)) {
    for (DeviceState* state : wanted) state->statements = located_->at(state->id).statements;
  } else {
    ZT_ASSIGN_OR_RETURN(
        const std::vector<Rows> answers,
        db_.RunAll(MakeQueries(std::span<const int64_t>(numbers), SelectStatements)));
    for (const Rows& rows : answers) ZT_RETURN_IF_ERROR(TakeStatements(rows, wanted));
  }
  for (DeviceState* state : wanted) state->statements_read = true;
  return absl::OkStatus();
}

absl::Status PostgresTransaction::ReadStatedIdentifiers(
    PartnerId reseller, std::span<const DeviceId> devices,
    absl::FunctionRef<void(size_t i, std::string_view identifier)> take) {
  for (size_t begin = 0; begin < devices.size(); begin += kKeysAtOnce) {
    std::vector<int64_t> some;
    for (const DeviceId device :
         devices.subspan(begin, std::min(kKeysAtOnce, devices.size() - begin))) {
      some.push_back(device.value());
    }
    ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query("SELECT device, identifier FROM statements "
                                                       "WHERE device = ANY($1) AND reseller = $2")
                                                     .Ints(some)
                                                     .Int(reseller.value())));
    for (RowReader row : rows) {
      const auto place = std::lower_bound(devices.begin(), devices.end(), DeviceId(row.Int()));
      take(static_cast<size_t>(place - devices.begin()), row.Text());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<DeviceState> PostgresTransaction::ReadDevice(DeviceId id) {
  const int64_t number[] = {id.value()};
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(SelectDevices(number)));
  absl::btree_map<DeviceId, DeviceState> devices;
  ZT_RETURN_IF_ERROR(TakeWhole(rows, std::span(&id, 1), devices));
  return std::move(devices.begin()->second);
}

absl::StatusOr<GroupReads> PostgresTransaction::ReadForCalls(std::span<const DeviceId> ids) {
  std::vector<int64_t> numbers;
  numbers.reserve(ids.size());
  for (const DeviceId id : ids) numbers.push_back(id.value());
  std::vector<Query> queries = {SelectAccountsVersion()};
  if (!ids.empty()) queries.push_back(SelectDevices(numbers));
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  GroupReads reads;
  ZT_ASSIGN_OR_RETURN(reads.accounts_version, ReadAccountsVersion(answers[0]));
  if (!ids.empty()) ZT_RETURN_IF_ERROR(TakeWhole(answers[1], ids, reads.devices));
  return reads;
}

absl::Status PostgresTransaction::TakeWhole(const Rows& rows, std::span<const DeviceId> ids,
                                            absl::btree_map<DeviceId, DeviceState>& devices) {
  for (const DeviceId id : ids) {
    DeviceState& state = devices[id];
    state.id = id;
    state.statements_read = true;
  }
  for (RowReader row : rows) {
    DeviceState& state = devices.at(DeviceId(row.Int()));
    ZT_RETURN_IF_ERROR(TakeStatement(row, state));
    TakeClaim(row, state);
  }
  return absl::OkStatus();
}

void PostgresTransaction::TakeClaim(RowReader& row, DeviceState& state) {
  const int64_t number = row.Int();
  const int64_t version = row.Int();
  if (number == 0) return;  // a join found no claim
  const auto section = static_cast<Section>(number);
  state.EntryIn(section) = row.Int();
  state.ClaimIn(section) = ReadClaim(row);
  if (writing()) claim_versions_[{state.id, section}] = version;
}

void PostgresTransaction::TakeClaims(const Rows& rows, std::span<DeviceState> states) {
  for (RowReader row : rows) {
    const DeviceId id(row.Int());
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState& state, DeviceId sought) { return state.id < sought; });
    TakeClaim(row, *place);
  }
}

absl::Status PostgresTransaction::TakeStatement(RowReader& row, DeviceState& state) {
  const PartnerId reseller(row.Int());
  const int64_t version = row.Int();
  const std::string_view identifier = row.Text();
  const std::string_view metadata = row.Text();
  const int64_t last_entry = row.Int();
  // A join may have found none, or repeat one.
  if (!reseller || state.EntryOf(reseller) != nullptr) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(DecodeStatement(reseller, identifier, metadata, state));
  state.statements.back().last_entry = last_entry;
  if (writing()) statement_versions_[{state.id, reseller}] = version;
  return absl::OkStatus();
}

absl::Status PostgresTransaction::TakeStatements(const Rows& rows,
                                                 std::span<DeviceState* const> states) {
  for (RowReader row : rows) {
    const DeviceId id(row.Int());
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState* state, DeviceId sought) { return state->id < sought; });
    ZT_RETURN_IF_ERROR(TakeStatement(row, **place));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
