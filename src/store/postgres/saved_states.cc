// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/saved_states.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/errors.h"
#include "store/postgres/errors.h"
#include "store/postgres/session.h"

namespace zerotouch::store::postgres {
namespace {

constexpr char kMakeStates[] =
    "CREATE SCHEMA IF NOT EXISTS zerotouch_states;"
    "CREATE TABLE IF NOT EXISTS zerotouch_states.states ("
    "  number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  id text COLLATE \"C\" NOT NULL UNIQUE,"
    "  created_us bigint NOT NULL,"
    "  registry text NOT NULL,"  // the schema that it is a copy of
    "  version bigint NOT NULL,"
    "  note bytea NOT NULL)";

// A copy of large tables takes longer than other statements.
constexpr char kStatesSettings[] =
    "SET statement_timeout = 0; SET lock_timeout = '10s'; "
    "SET idle_in_transaction_session_timeout = 0";
constexpr absl::Duration kStatesTimeout = absl::Minutes(10);

// How many times a restore that met a deadlock with other transactions is tried.
constexpr int kRestoreAttempts = 10;
constexpr absl::Duration kRestorePause = absl::Milliseconds(100);

struct StateRow {
  int64_t number = 0;
  int64_t version = 0;
  std::string note;
};

absl::StatusOr<std::unique_ptr<Session>> ConnectToStates(const std::string& url) {
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url);
  if (!db.ok()) return CannotReach(db.status());
  (*db)->SetTimeout(kStatesTimeout);
  ZT_RETURN_IF_ERROR((*db)->RunScript(kStatesSettings));
  ZT_ASSIGN_OR_RETURN(const Rows made,
                      (*db)->Run(Query("SELECT to_regclass('zerotouch_states.states') IS NULL")));
  if (RowReader(made, 0).Flag()) {
    const absl::Status status = (*db)->RunScript(kMakeStates);
    // Another process may have been faster.
    if (!status.ok() && !absl::IsAlreadyExists(status)) {
      return absl::FailedPreconditionError(
          fmt::format("cannot save states in this database ({}); its role needs the right to "
                      "create schemas: GRANT CREATE ON DATABASE",
                      MessageOf(status)));
    }
  }
  return db;
}

// Runs `change` in a transaction that is not part of the session's pipeline, because it
// defines tables.
template <class Change>
absl::Status InTransaction(Session& db, const char* begin, const Change& change) {
  ZT_RETURN_IF_ERROR(db.RunScript(begin));
  absl::Status status = change();
  if (status.ok()) status = db.RunScript("COMMIT");
  if (!status.ok()) db.RunScript("ROLLBACK").IgnoreError();
  return status;
}

absl::StatusOr<std::vector<std::string>> ReadNames(Session& db, const Query& query) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db.Run(query));
  std::vector<std::string> names;
  for (RowReader row : rows) names.emplace_back(row.Text());
  return names;
}

// Returns the tables of the registry, each after those that it refers to.
absl::StatusOr<std::vector<std::string>> TablesInOrder(Session& db) {
  ZT_ASSIGN_OR_RETURN(std::vector<std::string> left,
                      ReadNames(db, Query("SELECT relname::text FROM pg_class "
                                          "WHERE relnamespace = current_schema()::regnamespace "
                                          "AND relkind IN ('r', 'p') AND NOT relispartition "
                                          "AND relname <> 'registry_version' ORDER BY relname")));
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db.Run(Query("SELECT c.relname::text, f.relname::text FROM pg_constraint r "
                   "JOIN pg_class c ON c.oid = r.conrelid JOIN pg_class f ON f.oid = r.confrelid "
                   "WHERE r.contype = 'f' AND c.oid <> f.oid "
                   "AND r.connamespace = current_schema()::regnamespace")));
  std::set<std::pair<std::string, std::string>> references;
  for (RowReader row : rows) {
    std::string table(row.Text());
    references.emplace(std::move(table), row.Text());
  }
  std::vector<std::string> ordered;
  while (!left.empty()) {
    const auto waits = [&](const std::string& table) {
      return std::ranges::any_of(left, [&](const std::string& other) {
        return references.contains({table, other});
      });
    };
    const auto ready = std::stable_partition(left.begin(), left.end(), waits);
    if (ready == left.end()) {
      return absl::InternalError("tables of the registry refer to each other");
    }
    ordered.insert(ordered.end(), ready, left.end());
    left.erase(ready, left.end());
  }
  return ordered;
}

std::string CopyOf(int64_t number, std::string_view table) {
  return fmt::format("zerotouch_states.s{}_{}", number, table);
}

// Returns nullopt if there is no such state.
absl::StatusOr<std::optional<StateRow>> FindState(Session& db, const std::string& id) {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db.Run(Query("SELECT number, version, note FROM zerotouch_states.states "
                                   "WHERE id = $1 AND registry = current_schema()")
                                 .Text(id)));
  if (rows.size() == 0) return std::nullopt;
  RowReader row(rows, 0);
  StateRow state;
  state.number = row.Int();
  state.version = row.Int();
  state.note = row.Text();
  return state;
}

absl::StatusOr<int64_t> AddState(Session& db, const SavedState& state) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db.Run(Query("INSERT INTO zerotouch_states.states (id, created_us, registry, version, note) "
                   "SELECT $1, $2, current_schema(), schema, $3 FROM registry_version "
                   "RETURNING number")
                 .Text(state.id)
                 .Time(state.created)
                 .Bytes(state.note)));
  if (rows.size() != 1) return absl::DataLossError("the schema version of the registry is missing");
  return RowReader(rows, 0).Int();
}

absl::Status CopyTables(Session& db, const SavedState& state) {
  ZT_ASSIGN_OR_RETURN(const int64_t number, AddState(db, state));
  ZT_ASSIGN_OR_RETURN(const std::vector<std::string> tables, TablesInOrder(db));
  std::string script;
  for (const std::string& table : tables) {
    script += fmt::format("CREATE TABLE {} AS TABLE {};", CopyOf(number, table), table);
  }
  return db.RunScript(script.c_str());
}

// Returns the tables in the order in which writing transactions usually reach them, so that
// locking them seldom meets a deadlock: the log, and the value that triggers change, are last.
std::vector<std::string> LockOrder(std::vector<std::string> tables) {
  std::stable_partition(tables.begin(), tables.end(), [](const std::string& table) {
    return !table.starts_with("log_") && table != "registry_values";
  });
  return tables;
}

// Returns the statements that put the copies back.
std::string RestoreScript(const std::vector<std::string>& tables, int64_t number) {
  std::string script =
      fmt::format("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE;", fmt::join(LockOrder(tables), ", "));
  // Not TRUNCATE: transactions that began before would see empty tables.
  for (auto table = tables.rbegin(); table != tables.rend(); ++table) {
    script += fmt::format("DELETE FROM {};", *table);
  }
  for (const std::string& table : tables) {
    script += fmt::format("INSERT INTO {} OVERRIDING SYSTEM VALUE SELECT * FROM {};", table,
                          CopyOf(number, table));
  }
  return script +
         "UPDATE operations SET lease_until_us = 0, "
         "lease_token = 1 + (random() * 1000000000000000)::bigint WHERE finished_us IS NULL;"
         "UPDATE webhook_deliveries SET lease_until_us = 0, "
         "lease_token = 1 + (random() * 1000000000000000)::bigint WHERE state = 1;"
         "SELECT pg_notify('zerotouch_operations', '')";
}

}  // namespace

absl::Status SchemaStates::Save(const SavedState& state) {
  ZT_RETURN_IF_ERROR(CheckStateId(state.id));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, ConnectToStates(url_));
  ZT_ASSIGN_OR_RETURN(const Rows count,
                      db->Run(Query("SELECT count(*) FROM zerotouch_states.states")));
  if (RowReader(count, 0).Int() >= limits::kSavedStates) return TooManyStates();
  const absl::Status status = InTransaction(*db, "BEGIN ISOLATION LEVEL REPEATABLE READ",
                                            [&] { return CopyTables(*db, state); });
  return absl::IsAlreadyExists(status) ? StateExists(state.id) : status;
}

absl::StatusOr<std::string> SchemaStates::Restore(const std::string& id) {
  ZT_RETURN_IF_ERROR(CheckStateId(id));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, ConnectToStates(url_));
  ZT_ASSIGN_OR_RETURN(const std::optional<StateRow> state, FindState(*db, id));
  if (!state.has_value()) return NoSuchState(id);
  ZT_ASSIGN_OR_RETURN(const Rows now, db->Run(Query("SELECT schema FROM registry_version")));
  if (now.size() != 1 || RowReader(now, 0).Int() != state->version) {
    return absl::FailedPreconditionError(fmt::format(
        "the saved state {} is of another version of this program; delete it and save a new one",
        id));
  }
  ZT_ASSIGN_OR_RETURN(const std::vector<std::string> tables, TablesInOrder(*db));
  const std::string script = RestoreScript(tables, state->number);
  absl::Status status;
  for (int attempt = 1; attempt <= kRestoreAttempts; ++attempt) {
    status = InTransaction(*db, "BEGIN", [&] { return db->RunScript(script.c_str()); });
    if (!absl::IsAborted(status)) break;
    absl::SleepFor(kRestorePause);
  }
  ZT_RETURN_IF_ERROR(status);
  return state->note;
}

absl::StatusOr<std::vector<SavedState>> SchemaStates::List() {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, ConnectToStates(url_));
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db->Run(Query("SELECT id, created_us, note FROM zerotouch_states.states "
                                    "WHERE registry = current_schema() ORDER BY number")));
  std::vector<SavedState> states;
  for (RowReader row : rows) {
    SavedState& state = states.emplace_back();
    state.id = row.Text();
    state.created = row.Time();
    state.note = row.Text();
  }
  return states;
}

absl::Status SchemaStates::Remove(const std::string& id) {
  ZT_RETURN_IF_ERROR(CheckStateId(id));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<Session> db, ConnectToStates(url_));
  ZT_ASSIGN_OR_RETURN(const std::optional<StateRow> state, FindState(*db, id));
  if (!state.has_value()) return NoSuchState(id);
  ZT_ASSIGN_OR_RETURN(
      const std::vector<std::string> copies,
      ReadNames(*db, Query("SELECT relname::text FROM pg_class "
                           "WHERE relnamespace = 'zerotouch_states'::regnamespace "
                           "AND relkind = 'r' AND starts_with(relname::text, 's' || $1 || '_')")
                         .Int(state->number)));
  std::string script =
      fmt::format("DELETE FROM zerotouch_states.states WHERE number = {}", state->number);
  for (const std::string& copy : copies) {
    script += fmt::format(";DROP TABLE zerotouch_states.{}", copy);
  }
  return InTransaction(*db, "BEGIN", [&] { return db->RunScript(script.c_str()); });
}

}  // namespace zerotouch::store::postgres
