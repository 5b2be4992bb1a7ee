// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {
namespace {

// Keys that one statement looks up. Several are on their way at once.
constexpr size_t kKeysAtOnce = 10'000;

// The queries that `make` makes of pieces of `values`.
template <class Value, class Make>
std::vector<Query> QueriesOf(std::span<const Value> values, const Make& make) {
  std::vector<Query> queries;
  for (size_t i = 0; i < values.size(); i += kKeysAtOnce) {
    queries.push_back(make(values.subspan(i, std::min(kKeysAtOnce, values.size() - i))));
  }
  return queries;
}

Claim ClaimAt(const Rows& rows, int i) {
  Claim claim;
  claim.held = rows.IntAt(i, 3) != 0;
  claim.reseller = PartnerId(rows.IntAt(i, 4));
  claim.owner = CustomerId(rows.IntAt(i, 5));
  claim.configuration = ConfigurationId(rows.IntAt(i, 6));
  claim.simlock_profile = rows.IntAt(i, 7);
  claim.workspace = rows.TextAt(i, 8);
  claim.vacation_starts = rows.OptionalTimeAt(i, 9);
  claim.vacation_expires = rows.OptionalTimeAt(i, 10);
  return claim;
}

Query ClaimsOf(std::span<const int64_t> devices) {
  return Query(
             "SELECT device, section, version, held, reseller, owner, configuration, "
             "simlock_profile, workspace, vacation_starts_us, vacation_expires_us "
             "FROM claims WHERE device = ANY($1)")
      .Ints(devices);
}

Query RecordsOf(std::span<const int64_t> devices) {
  return Query("SELECT id, version, identifier, metadata FROM devices WHERE id = ANY($1)")
      .Ints(devices);
}

}  // namespace

absl::Status PostgresTransaction::LocateModems(std::span<const Identity* const> identities,
                                               std::vector<Matches>& found) {
  std::vector<std::pair<ModemKey, uint32_t>> probes;
  probes.reserve(identities.size());
  for (uint32_t i = 0; i < identities.size(); ++i) {
    for (const ModemKey modem : identities[i]->modems) probes.emplace_back(modem, i);
  }
  if (probes.empty()) return absl::OkStatus();
  std::sort(probes.begin(), probes.end());
  std::vector<int64_t> keys;
  keys.reserve(probes.size());
  for (const auto& [modem, i] : probes) {
    if (keys.empty() || keys.back() != modem) keys.push_back(modem);
  }
  const std::vector<Query> queries =
      QueriesOf(std::span<const int64_t>(keys), [](std::span<const int64_t> some) {
        return Query("SELECT modem, device FROM modems WHERE modem = ANY($1)").Ints(some);
      });
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  for (const Rows& rows : answers) {
    for (int row = 0; row < rows.size(); ++row) {
      const ModemKey modem = rows.IntAt(row, 0);
      const DeviceId device(rows.IntAt(row, 1));
      for (auto probe = std::lower_bound(probes.begin(), probes.end(), std::pair(modem, 0U));
           probe != probes.end() && probe->first == modem; ++probe) {
        AddMatch(found[probe->second], device);
      }
    }
  }
  return absl::OkStatus();
}

absl::Status PostgresTransaction::LocateSerials(std::span<const Identity* const> identities,
                                                std::vector<Matches>& found) {
  std::vector<uint32_t> probes;
  for (uint32_t i = 0; i < identities.size(); ++i) {
    if (!identities[i]->serial_key.empty()) probes.push_back(i);
  }
  if (probes.empty()) return absl::OkStatus();
  std::sort(probes.begin(), probes.end(), [&](uint32_t a, uint32_t b) {
    return identities[a]->serial_key < identities[b]->serial_key;
  });
  const std::vector<Query> queries =
      QueriesOf(std::span<const uint32_t>(probes), [&](std::span<const uint32_t> some) {
        std::vector<int64_t> at;
        std::vector<std::string_view> keys;
        std::vector<std::string_view> serials;
        for (const uint32_t i : some) {
          at.push_back(i);
          keys.push_back(identities[i]->serial_key);
          serials.push_back(identities[i]->serial);
        }
        return Query(
                   "SELECT u.i, s.device FROM unnest($1::bigint[], $2::text[], $3::text[]) "
                   "AS u(i, key, serial) "
                   "JOIN serials s ON s.key = u.key AND s.serial = u.serial")
            .Ints(at)
            .Texts(keys)
            .Texts(serials);
      });
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  for (const Rows& rows : answers) {
    for (int row = 0; row < rows.size(); ++row) {
      AddMatch(found[static_cast<size_t>(rows.IntAt(row, 0))], DeviceId(rows.IntAt(row, 1)));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Matches>> PostgresTransaction::Locate(
    std::span<const Identity* const> identities) {
  std::vector<Matches> found(identities.size());
  ZT_RETURN_IF_ERROR(LocateModems(identities, found));
  ZT_RETURN_IF_ERROR(LocateSerials(identities, found));
  return found;
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
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                      db_.RunAll(QueriesOf(std::span<const int64_t>(numbers), ClaimsOf)));
  for (const Rows& rows : answers) TakeClaims(rows, states);
  return states;
}

absl::Status PostgresTransaction::ReadRecords(std::span<DeviceState* const> states) {
  std::vector<DeviceState*> wanted;
  for (DeviceState* state : states) {
    if (!state->record.has_value()) wanted.push_back(state);
  }
  if (wanted.empty()) return absl::OkStatus();
  std::sort(wanted.begin(), wanted.end(),
            [](const DeviceState* a, const DeviceState* b) { return a->id < b->id; });
  std::vector<int64_t> numbers;
  for (const DeviceState* state : wanted) numbers.push_back(state->id.value());
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                      db_.RunAll(QueriesOf(std::span<const int64_t>(numbers), RecordsOf)));
  for (const Rows& rows : answers) ZT_RETURN_IF_ERROR(TakeRecords(rows, wanted));
  return absl::OkStatus();
}

absl::StatusOr<DeviceState> PostgresTransaction::ReadDevice(DeviceId id) {
  const int64_t number[] = {id.value()};
  const Query queries[] = {ClaimsOf(number), RecordsOf(number)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  DeviceState state;
  state.id = id;
  TakeClaims(answers[0], std::span(&state, 1));
  DeviceState* const one[] = {&state};
  ZT_RETURN_IF_ERROR(TakeRecords(answers[1], one));
  return state;
}

void PostgresTransaction::TakeClaims(const Rows& rows, std::span<DeviceState> states) {
  for (int row = 0; row < rows.size(); ++row) {
    const DeviceId id(rows.IntAt(row, 0));
    const auto section = static_cast<Section>(rows.IntAt(row, 1));
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState& state, DeviceId sought) { return state.id < sought; });
    place->ClaimIn(section) = ClaimAt(rows, row);
    if (writing()) claim_versions_[{id, section}] = rows.IntAt(row, 2);
  }
}

absl::Status PostgresTransaction::TakeRecords(const Rows& rows,
                                              std::span<DeviceState* const> states) {
  for (int row = 0; row < rows.size(); ++row) {
    const DeviceId id(rows.IntAt(row, 0));
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState* state, DeviceId sought) { return state->id < sought; });
    ZT_RETURN_IF_ERROR(DecodeRecord(rows.BytesAt(row, 2), rows.BytesAt(row, 3), **place));
    if (writing()) record_versions_[id] = rows.IntAt(row, 1);
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
