// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/session.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/fault.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/database_url.h"

namespace zerotouch::store::postgres {
namespace {

constexpr int kBinary = 1;

// The timeout of each statement that sets a new session up, as of the connection.
constexpr absl::Duration kConnectTimeout = absl::Seconds(5);

// How soon a waiting session notices that the server does not answer.
constexpr absl::Duration kWatchInterval = absl::Milliseconds(200);

// The fault point before each round trip to the server, COMMIT's too.
constexpr char kRoundTrip[] = "postgres.round_trip";

// Timeouts keep a server that hangs or is disconnected from blocking callers, and
// a client that is disconnected from holding locks. Generic plans assume short
// arrays, so keys are looked up in the index even if there are many. A session keeps a plan
// until the statistics change, and until a table has any it counts as small: without the other
// planner settings, which prefer a plan that looks few rows up to one that reads a table or an
// index of any size, millions of devices that are added within minutes are read by scans.
constexpr const char* kSettings[] = {
    "SET statement_timeout = '20s'",
    "SET idle_in_transaction_session_timeout = '2s'",
    "SET lock_timeout = '10s'",
    "SET plan_cache_mode = force_generic_plan",
    "SET enable_seqscan = off",
    "SET enable_hashjoin = off",
    "SET enable_mergejoin = off",
    "SET cpu_tuple_cost = 1",
    "SET random_page_cost = 1",
    "SET jit = off",
    "SET client_min_messages = warning",
};

// Returns the first line, without the position that libpq adds.
std::string FirstLine(const char* text) {
  std::string_view line = text == nullptr ? "" : text;
  line = line.substr(0, line.find('\n'));
  return std::string(line);
}

bool IsState(std::string_view state, std::initializer_list<std::string_view> states) {
  for (const std::string_view one : states) {
    if (state == one) return true;
  }
  return false;
}

}  // namespace

std::string ProcessName() {
  char host[40] = "";
  gethostname(host, sizeof host - 1);
  return fmt::format("zerotouchd {}:{}", host, getpid());
}

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const std::string& url) {
  const std::string name = ProcessName();
  // The URL overrides these values.
  const char* const keywords[] = {"connect_timeout",
                                  "keepalives_idle",
                                  "keepalives_interval",
                                  "keepalives_count",
                                  "tcp_user_timeout",
                                  "target_session_attrs",
                                  "application_name",
                                  "client_encoding",
                                  "dbname",
                                  nullptr};
  const char* const values[] = {"5",          "5",          "2",    "3",         "10000",
                                "read-write", name.c_str(), "UTF8", url.c_str(), nullptr};
  std::unique_ptr<Session> db(
      new Session(PQconnectdbParams(keywords, values, /*expand_dbname=*/1)));
  if (PQstatus(db->connection_) != CONNECTION_OK) {
    return PostgresConnectionError(url, FirstLine(PQerrorMessage(db->connection_)));
  }
  ZT_RETURN_IF_ERROR(db->Configure());
  return db;
}

Session::~Session() { PQfinish(connection_); }

absl::Status Session::Configure() {
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  std::string all;
  for (const char* setting : kSettings) all += fmt::format("{};", setting);
  if (!RunScript(all.c_str(), kConnectTimeout).ok()) {
    // An engine that speaks PostgreSQL's protocol may not know every setting.
    for (const char* setting : kSettings) {
      absl::Status status =
          lost_ ? Lost("the database does not answer") : RunScript(setting, kConnectTimeout);
      if (lost_) return status;
    }
  }
  if (PQsetnonblocking(connection_, 1) != 0 || PQenterPipelineMode(connection_) != 1) {
    return Lost("the session cannot be set up");
  }
  return absl::OkStatus();
}

// Waits for the answer to what was sent, at most for `timeout`. Returns false if none
// comes, which a connection that was accepted and then forgotten never tells.
bool Session::AwaitInput(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (PQisBusy(connection_) != 0) {
    pollfd socket = {.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
    const absl::Duration left = std::max(deadline - absl::Now(), absl::ZeroDuration());
    const int ready = poll(&socket, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready == 0 || PQconsumeInput(connection_) != 1) return false;
  }
  return true;
}

absl::Status Session::RunScript(const char* sql, absl::Duration timeout) {
  if (timeout != absl::InfiniteDuration()) {
    if (PQsendQuery(connection_, sql) != 1 || !AwaitInput(timeout)) {
      return Lost("the database does not answer");
    }
    absl::Status status;
    while (PGresult* const result = PQgetResult(connection_)) {
      const Rows rows(result);
      if (status.ok()) status = StatusOf(rows.raw());
      if (!AwaitInput(timeout)) return Lost("the database does not answer");
    }
    return status;
  }
  const bool pipeline = PQpipelineStatus(connection_) != PQ_PIPELINE_OFF;
  if (pipeline) {
    ZT_RETURN_IF_ERROR(Settle());
    PQexitPipelineMode(connection_);
    PQsetnonblocking(connection_, 0);
  }
  const Rows rows(PQexec(connection_, sql));
  absl::Status status = StatusOf(rows.raw());
  if (pipeline) {
    PQsetnonblocking(connection_, 1);
    PQenterPipelineMode(connection_);
  }
  return status;
}

void Session::Begin(const char* begin) {
  begin_ = begin;
  conflict_ = false;
  commit_unknown_ = false;
  queued_.clear();
}

absl::StatusOr<Rows> Session::Run(const Query& query) {
  std::vector<Rows> answers;
  ZT_RETURN_IF_ERROR(Exchange(std::span(&query, 1), answers));
  return std::move(answers[0]);
}

absl::StatusOr<std::vector<Rows>> Session::RunAll(std::span<const Query> queries) {
  std::vector<Rows> answers;
  answers.reserve(queries.size());
  ZT_RETURN_IF_ERROR(Exchange(queries, answers));
  return answers;
}

void Session::Queue(Query query, std::function<absl::Status(int64_t)> check) {
  queued_.push_back({.query = std::move(query), .check = std::move(check)});
}

absl::Status Session::Commit() {
  std::vector<Rows> none;
  const bool has_check = std::any_of(queued_.begin(), queued_.end(),
                                     [](const Queued& one) { return one.check != nullptr; });
  if (has_check) ZT_RETURN_IF_ERROR(Exchange({}, none));
  if (!in_transaction_ && queued_.empty()) {
    begin_ = nullptr;
    return absl::OkStatus();
  }
  absl::Status status = Exchange({}, none, /*commits=*/true);
  if (status.ok()) in_transaction_ = false;
  return status;
}

absl::Status Session::Rollback() {
  queued_.clear();
  begin_ = nullptr;
  if (!in_transaction_ || lost_) return absl::OkStatus();
  in_transaction_ = false;
  ZT_RETURN_IF_ERROR(SendAlone("ROLLBACK"));
  return ReceiveAlone();
}

void Session::EndReading() {
  queued_.clear();
  begin_ = nullptr;
  if (!in_transaction_ || lost_) return;
  in_transaction_ = false;
  if (SendAlone("ROLLBACK").ok()) ++unread_;
}

bool Session::StillThere() {
  // An idle session is readable if an answer was not read yet, or if the server
  // closed it.
  if (unread_ > 0 && !Settle().ok()) return false;
  pollfd socket = {.fd = PQsocket(connection_), .events = POLLIN, .revents = 0};
  if (lost_ || poll(&socket, 1, 0) == 0) return !lost_;
  if (PQconsumeInput(connection_) == 1 && PQstatus(connection_) == CONNECTION_OK) return true;
  Lost(FirstLine(PQerrorMessage(connection_))).IgnoreError();
  return false;
}

bool Session::Send(const Query& query, const Sent& sent, std::vector<Sent>& all) {
  const auto found = prepared_.find(query.sql());
  std::string name;
  if (found != prepared_.end()) {
    name = found->second;
  } else {
    name = fmt::format("s{}", prepared_.size());
    // Entered before it is known to work; an error removes it.
    prepared_.emplace(query.sql(), name);
    std::vector<Oid> types;
    for (size_t i = 0; i < query.size(); ++i) types.push_back(query.type(i));
    if (PQsendPrepare(connection_, name.c_str(), query.sql(), static_cast<int>(types.size()),
                      types.data()) != 1) {
      return false;
    }
    all.push_back({.prepared = query.sql()});
  }
  std::vector<const char*> values;
  std::vector<int> lengths;
  std::vector<int> formats(query.size(), kBinary);
  for (size_t i = 0; i < query.size(); ++i) {
    values.push_back(query.value(i));
    lengths.push_back(query.length(i));
  }
  all.push_back(sent);
  return PQsendQueryPrepared(connection_, name.c_str(), static_cast<int>(values.size()),
                             values.data(), lengths.data(), formats.data(), kBinary) == 1;
}

bool Session::SendPlain(const char* sql) {
  return PQsendQueryParams(connection_, sql, 0, nullptr, nullptr, nullptr, nullptr, kBinary) == 1;
}

absl::Status Session::Exchange(std::span<const Query> queries, std::vector<Rows>& answers,
                               bool commits) {
  if (lost_) return Lost("the session was lost");
  ZT_RETURN_IF_ERROR(fault::At(kRoundTrip));
  ZT_RETURN_IF_ERROR(Settle());
  std::vector<Sent> all;
  bool sent = true;
  if (begin_ != nullptr) {
    sent = SendPlain(begin_);
    all.push_back({});
    begin_ = nullptr;
    in_transaction_ = true;
  }
  const std::vector<Queued> queued = std::exchange(queued_, {});
  for (const Queued& one : queued) {
    sent = sent && Send(one.query, {.queued = &one}, all);
  }
  for (const Query& query : queries) sent = sent && Send(query, {.answer = true}, all);
  if (commits) {
    commit_unknown_ = true;
    sent = sent && SendPlain("COMMIT");
    all.push_back({});
  }
  if (!sent || PQpipelineSync(connection_) != 1 || !FlushOut()) {
    return Lost(FirstLine(PQerrorMessage(connection_)));
  }
  return Receive(all, answers);
}

absl::Status Session::Receive(std::span<const Sent> all, std::vector<Rows>& answers) {
  absl::Status first;
  for (const Sent& one : all) {
    absl::StatusOr<Rows> rows = AwaitAnswer();
    if (lost_) return rows.status();
    absl::Status status = rows.status();
    if (!status.ok() && one.prepared != nullptr) prepared_.erase(one.prepared);
    if (status.ok() && one.queued != nullptr && one.queued->check) {
      status = one.queued->check(rows->affected());
    }
    if (absl::IsAlreadyExists(status) && one.queued != nullptr) {
      // A queued change depends on what was read; another transaction was first.
      conflict_ = true;
      status = absl::AbortedError(status.message());
    }
    if (status.ok() && one.answer) answers.push_back(*std::move(rows));
    if (!first.ok() || status.ok()) continue;
    first = std::move(status);
    // The server skips what was sent after a statement that failed, COMMIT too.
    commit_unknown_ = false;
  }
  // Any answer to COMMIT tells whether it committed.
  commit_unknown_ = false;
  ZT_RETURN_IF_ERROR(AwaitSync());
  return first;
}

absl::Status Session::SendAlone(const char* sql) {
  if (lost_) return Lost("the session was lost");
  ZT_RETURN_IF_ERROR(Settle());
  if (!SendPlain(sql) || PQpipelineSync(connection_) != 1 || !FlushOut()) {
    return Lost(FirstLine(PQerrorMessage(connection_)));
  }
  return absl::OkStatus();
}

absl::Status Session::ReceiveAlone() {
  const absl::StatusOr<Rows> rows = AwaitAnswer();
  if (lost_) return rows.status();
  ZT_RETURN_IF_ERROR(AwaitSync());
  return rows.status();
}

absl::Status Session::Settle() {
  for (; unread_ > 0; --unread_) {
    if (absl::Status status = ReceiveAlone(); !status.ok()) {
      return lost_ ? status : Lost(MessageOf(status));
    }
  }
  return absl::OkStatus();
}

bool Session::Poll(short events, absl::Time deadline) {
  pollfd socket = {.fd = PQsocket(connection_), .events = events, .revents = 0};
  while (answering_ == nullptr || *answering_) {
    // Polls at least once after the deadline, because this process may have been paused.
    const absl::Duration left =
        std::clamp(deadline - absl::Now(), absl::ZeroDuration(), kWatchInterval);
    const int ready = poll(&socket, 1, static_cast<int>(absl::ToInt64Milliseconds(left)));
    if (ready > 0) return true;
    if ((ready < 0 && errno != EINTR) || absl::Now() >= deadline) return false;
  }
  return false;
}

// The server may not read before this side reads.
bool Session::FlushOut() {
  const absl::Time deadline = absl::Now() + timeout_;
  while (true) {
    const int left = PQflush(connection_);
    if (left == 0) return true;
    if (left < 0 || !Poll(POLLIN | POLLOUT, deadline) || PQconsumeInput(connection_) != 1) {
      return false;
    }
  }
}

PGresult* Session::Await() {
  const absl::Time deadline = absl::Now() + timeout_;
  while (PQisBusy(connection_) != 0) {
    if (!Poll(POLLIN, deadline)) {
      Lost("the database does not answer").IgnoreError();
      return nullptr;
    }
    if (PQconsumeInput(connection_) != 1) {
      Lost(FirstLine(PQerrorMessage(connection_))).IgnoreError();
      return nullptr;
    }
  }
  return PQgetResult(connection_);
}

absl::StatusOr<Rows> Session::AwaitAnswer() {
  PGresult* result = Await();
  if (result == nullptr) return Lost("the session was lost");
  Rows rows(result);
  absl::Status status = StatusOf(result);
  if (lost_) return status;
  // A null ends the answer of each statement.
  while (PGresult* more = Await()) PQclear(more);
  if (lost_) return Lost("the session was lost");
  ZT_RETURN_IF_ERROR(status);
  return rows;
}

absl::Status Session::AwaitSync() {
  PGresult* result = Await();
  const bool sync = result != nullptr && PQresultStatus(result) == PGRES_PIPELINE_SYNC;
  PQclear(result);
  return sync ? absl::OkStatus() : Lost("the session is out of step");
}

absl::Status Session::Lost(std::string_view why) {
  lost_ = true;
  in_transaction_ = false;
  return absl::UnavailableError(fmt::format("the database is lost: {}", why));
}

absl::Status Session::StatusOf(const PGresult* result) {
  switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
      return absl::OkStatus();
    case PGRES_PIPELINE_ABORTED:
      // A statement before this one failed; its error is reported.
      return absl::CancelledError("not run, because an earlier statement failed");
    default:
      break;
  }
  const char* code = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view state = code == nullptr ? "" : code;
  const std::string message =
      FirstLine(result == nullptr ? PQerrorMessage(connection_) : PQresultErrorMessage(result));
  if (state.empty() || PQstatus(connection_) != CONNECTION_OK) return Lost(message);
  // Appendix A, "PostgreSQL Error Codes".
  if (state == "23505") return absl::AlreadyExistsError(message);
  if (IsState(state, {"40001", "40P01", "55P03"})) {
    conflict_ = true;
    return absl::AbortedError(message);
  }
  if (state == "22012") {
    conflict_ = true;
    return absl::AbortedError("another replica changed the same rows");
  }
  // The session cannot be used any more: the server shuts down, ended the session,
  // became read-only, or invalidated its prepared statements.
  if (state.starts_with("08") ||
      IsState(state, {"57P01", "57P02", "57P03", "25006", "25P03", "26000", "0A000"})) {
    return Lost(message);
  }
  // Timed out, or out of memory, disk or connections.
  if (state.starts_with("53") || state.starts_with("58") || state == "57014") {
    return absl::UnavailableError(message);
  }
  return absl::InternalError(fmt::format("{} ({})", message, state));
}

}  // namespace zerotouch::store::postgres
