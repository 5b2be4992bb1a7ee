// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {
namespace {

// How many keys one statement looks up. Several statements are sent at once.
constexpr size_t kKeysAtOnce = 10'000;

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
  return Query(kSql<"SELECT device, section, version, ", kClaimColumns,
                    " FROM claims WHERE device = ANY($1)">)
      .Ints(devices);
}

Query SelectRecords(std::span<const int64_t> devices) {
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
      MakeQueries(std::span<const int64_t>(keys), [](std::span<const int64_t> some) {
        return Query("SELECT modem, device FROM modems WHERE modem = ANY($1)").Ints(some);
      });
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  for (const Rows& rows : answers) {
    for (RowReader row : rows) {
      const ModemKey modem = row.Int();
      const DeviceId device(row.Int());
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
      MakeQueries(std::span<const uint32_t>(probes), [&](std::span<const uint32_t> some) {
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
    for (RowReader row : rows) {
      Matches& matches = found[static_cast<size_t>(row.Int())];
      AddMatch(matches, DeviceId(row.Int()));
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
                      db_.RunAll(MakeQueries(std::span<const int64_t>(numbers), SelectClaims)));
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
  numbers.reserve(wanted.size());
  for (const DeviceState* state : wanted) numbers.push_back(state->id.value());
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers,
                      db_.RunAll(MakeQueries(std::span<const int64_t>(numbers), SelectRecords)));
  for (const Rows& rows : answers) ZT_RETURN_IF_ERROR(TakeRecords(rows, wanted));
  return absl::OkStatus();
}

absl::StatusOr<DeviceState> PostgresTransaction::ReadDevice(DeviceId id) {
  const int64_t number[] = {id.value()};
  const Query queries[] = {SelectClaims(number), SelectRecords(number)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  DeviceState state;
  state.id = id;
  TakeClaims(answers[0], std::span(&state, 1));
  DeviceState* const one[] = {&state};
  ZT_RETURN_IF_ERROR(TakeRecords(answers[1], one));
  return state;
}

void PostgresTransaction::TakeClaims(const Rows& rows, std::span<DeviceState> states) {
  for (RowReader row : rows) {
    const DeviceId id(row.Int());
    const auto section = static_cast<Section>(row.Int());
    const int64_t version = row.Int();
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState& state, DeviceId sought) { return state.id < sought; });
    place->ClaimIn(section) = ReadClaim(row);
    if (writing()) claim_versions_[{id, section}] = version;
  }
}

absl::Status PostgresTransaction::TakeRecords(const Rows& rows,
                                              std::span<DeviceState* const> states) {
  for (RowReader row : rows) {
    const DeviceId id(row.Int());
    const int64_t version = row.Int();
    const auto place = std::lower_bound(
        states.begin(), states.end(), id,
        [](const DeviceState* state, DeviceId sought) { return state->id < sought; });
    const std::string_view identifier = row.Text();
    ZT_RETURN_IF_ERROR(DecodeRecord(identifier, row.Text(), **place));
    if (writing()) record_versions_[id] = version;
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::store::postgres
