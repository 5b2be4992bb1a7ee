// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/schema.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/status_text.h"

namespace zerotouch::store::postgres {
namespace {

// The oldest schema whose programs can work with this one. A migration that only
// adds things that older programs can ignore leaves it unchanged. A migration that
// breaks older programs sets it to its own number; then every replica must be
// stopped first.
constexpr int64_t kOldestProgram = 7;

// The advisory lock of every program that migrates a registry ("ZTRG").
constexpr char kLock[] = "SELECT pg_advisory_lock(1515475527)";
constexpr char kUnlock[] = "SELECT pg_advisory_unlock(1515475527)";

// How long a migration may take, which is how long other processes wait for it.
constexpr char kMigrationSettings[] =
    "SET statement_timeout = 0; SET lock_timeout = 0; "
    "SET idle_in_transaction_session_timeout = 0";
constexpr absl::Duration kMigrationTimeout = absl::Hours(1);

// While a migration waits for a table, later statements wait behind it. It times
// out this soon, and pauses before the retry to let them run.
constexpr char kLockTimeout[] = "SET lock_timeout = '2s'";
constexpr absl::Duration kPauseBeforeRetry = absl::Milliseconds(500);

// Requests, results and the log do not compress well, and compressing them would cost more
// than the rest of accepting a batch. Engines that do not know this setting ignore
// it.
constexpr const char* kUnpacked[] = {
    "ALTER TABLE operation_chunks ALTER COLUMN request SET STORAGE EXTERNAL",
    "ALTER TABLE operation_results ALTER COLUMN results SET STORAGE EXTERNAL",
    "ALTER TABLE log_parts ALTER COLUMN part SET STORAGE EXTERNAL"};

struct Version {
  int64_t schema = 0;
  int64_t oldest_program = 0;  // the oldest schema whose programs can use it
};

// Returns nullopt if the database is empty.
absl::StatusOr<std::optional<Version>> ReadVersion(Session& db) {
  ZT_ASSIGN_OR_RETURN(
      const Rows tables,
      db.Run(Query("SELECT count(*), count(*) FILTER (WHERE table_name = 'registry_version') "
                   "FROM information_schema.tables WHERE table_schema = current_schema()")));
  RowReader counts(tables, 0);
  const int64_t all = counts.Int();
  const int64_t of_registry = counts.Int();
  if (of_registry == 0) {
    if (all == 0) return std::nullopt;
    return absl::FailedPreconditionError(
        "the database has another program's tables; use an empty database: CREATE "
        "DATABASE zerotouch OWNER <role>");
  }
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db.Run(Query("SELECT schema, oldest_program FROM registry_version")));
  if (rows.size() != 1) return absl::DataLossError("the schema version of the registry is missing");
  RowReader row(rows, 0);
  return Version{.schema = row.Int(), .oldest_program = row.Int()};
}

using MigrationList = std::span<const char* const>;

int64_t Newest(MigrationList migrations) { return static_cast<int64_t>(migrations.size()); }

absl::Status CheckVersion(const Version& version, MigrationList migrations) {
  if (version.oldest_program <= Newest(migrations)) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "the database has schema version {} and this program knows {}: it was used by a newer "
      "zerotouchd; run that one",
      version.schema, Newest(migrations)));
}

// Runs every missing migration in one transaction.
absl::Status RunMigrationsOnce(Session& db, int64_t from, MigrationList migrations) {
  std::string script = "BEGIN;";
  if (from == 0) {
    script +=
        "CREATE TABLE registry_version (schema bigint NOT NULL, oldest_program bigint NOT NULL);"
        "INSERT INTO registry_version VALUES (0, 0);";
  }
  for (const char* migration : migrations.subspan(static_cast<size_t>(from))) script += migration;
  script += fmt::format("UPDATE registry_version SET schema = {}, oldest_program = {};",
                        Newest(migrations), kOldestProgram);
  script += "COMMIT";
  absl::Status status = db.RunScript(script.c_str());
  if (!status.ok()) db.RunScript("ROLLBACK").IgnoreError();
  return status;
}

absl::Status RunMigrations(Session& db, int64_t from, MigrationList migrations) {
  absl::Status status = RunMigrationsOnce(db, from, migrations);
  for (const absl::Time start = absl::Now();
       absl::IsAborted(status) && absl::Now() - start < kMigrationTimeout;
       status = RunMigrationsOnce(db, from, migrations)) {
    log::Warning("cannot lock the tables to migrate; retrying", {{"error", MessageOf(status)}});
    absl::SleepFor(kPauseBeforeRetry);
  }
  ZT_RETURN_IF_ERROR(status);
  for (const char* sql : kUnpacked) db.RunScript(sql).IgnoreError();
  return db
      .Run(Query("INSERT INTO meta (key, value) VALUES ('secret', $1) ON CONFLICT DO NOTHING")
               .Bytes(RandomBytes(32)))
      .status();
}

// The caller holds the advisory lock.
absl::Status MigrateIfNeeded(Session& db, MigrationList migrations) {
  ZT_ASSIGN_OR_RETURN(const std::optional<Version> version, ReadVersion(db));
  if (version.has_value()) ZT_RETURN_IF_ERROR(CheckVersion(*version, migrations));
  const int64_t from = version.has_value() ? version->schema : 0;
  if (from >= Newest(migrations)) return absl::OkStatus();
  log::Info("migrating the database to this program's schema",
            {{"from", from}, {"to", Newest(migrations)}});
  ZT_RETURN_IF_ERROR(db.RunScript(kLockTimeout));
  return RunMigrations(db, from, migrations);
}

}  // namespace

absl::Status PrepareSchema(Session& db, MigrationList migrations) {
  ZT_ASSIGN_OR_RETURN(const std::optional<Version> version, ReadVersion(db));
  if (version.has_value() && version->schema >= Newest(migrations)) {
    return CheckVersion(*version, migrations);
  }
  ZT_RETURN_IF_ERROR(db.RunScript(kMigrationSettings));
  db.SetTimeout(kMigrationTimeout);
  // An engine without advisory locks serializes schema changes in its own way.
  const bool locked = db.RunScript(kLock).ok();
  absl::Status status = MigrateIfNeeded(db, migrations);
  if (locked) db.RunScript(kUnlock).IgnoreError();
  if (absl::IsInternal(status)) {
    return absl::FailedPreconditionError(
        fmt::format("the database cannot be made a registry ({}); check that the role owns it",
                    MessageOf(status)));
  }
  return status;
}

absl::StatusOr<int64_t> ReadUsableSchema(Session& db) {
  ZT_ASSIGN_OR_RETURN(const std::optional<Version> version, ReadVersion(db));
  if (!version.has_value()) return 0;
  ZT_RETURN_IF_ERROR(CheckVersion(*version, Migrations()));
  return version->schema;
}

absl::Status CheckSchema(Session& db) {
  ZT_ASSIGN_OR_RETURN(const std::optional<Version> version, ReadVersion(db));
  if (!version.has_value()) {
    return absl::NotFoundError("there is no registry in the database; use the URL of a registry");
  }
  const int64_t newest = Newest(Migrations());
  if (version->schema == newest) return absl::OkStatus();
  return absl::FailedPreconditionError(fmt::format(
      "the database has schema version {} and this program knows {}; use the zerotouchd of its "
      "servers",
      version->schema, newest));
}

}  // namespace zerotouch::store::postgres
