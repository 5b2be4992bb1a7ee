// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_SESSION_H_
#define ZEROTOUCH_STORE_POSTGRES_SESSION_H_

#include <libpq-fe.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "store/postgres/query.h"
#include "store/postgres/rows.h"

namespace zerotouch::store::postgres {

// How this process names itself to the server and to people who look: host and
// process id.
std::string ProcessName();

// One session with the server. Statements are prepared on first use and sent
// in a pipeline: those that are queued go out with the next one whose answer
// is needed, and BEGIN with the first. For one thread at a time.
//
// Errors: ALREADY_EXISTS where a unique key is taken, UNAVAILABLE where the
// server is lost, full, too busy or out of time, ABORTED where it gave the
// transaction up for another's sake, INTERNAL otherwise. After an error in a
// transaction only Rollback helps.
class Session {
 public:
  // Connects to a postgresql:// URL. UNAVAILABLE, in one line without secrets.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const std::string& url);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Starts a transaction: `begin` is sent with the first statement.
  void Begin(const char* begin);
  absl::StatusOr<Rows> Run(const Query& query);
  // Runs several, and returns what each gave.
  absl::StatusOr<std::vector<Rows>> RunAll(std::span<const Query> queries);
  // Runs `query` with the next statement. `check` judges how many rows it wrote.
  // A unique key that is taken is a conflict.
  void Queue(Query query, std::function<absl::Status(int64_t affected)> check = nullptr);
  // Runs what is queued.
  absl::Status Flush();
  // Commits; nothing may be queued. If it fails with commit_unknown(), nobody
  // knows whether the server still did.
  absl::Status Commit();
  absl::Status Rollback();
  // Ends a transaction that wrote nothing, without waiting for the answer.
  void EndReading();

  // Runs statements without parameters, outside the pipeline.
  absl::Status RunScript(const char* sql);

  // How long to wait for an answer before the server is taken for lost.
  void SetTimeout(absl::Duration timeout) { timeout_ = timeout; }
  // Also takes it for lost once `*answering` is false. It must outlive the session.
  void SetWatch(const std::atomic<bool>& answering) { answering_ = &answering; }

  // Notes that the transaction met another's change, and is worth another try.
  void MarkConflict() { conflict_ = true; }
  // Whether the transaction failed only because of others: run it again.
  bool conflict() const { return conflict_; }
  // Whether the server cannot be reached any more by this session.
  bool lost() const { return lost_; }
  bool commit_unknown() const { return commit_unknown_; }
  // Whether an idle session is still there; asks nothing of the server.
  bool StillThere();

  PGconn* raw() { return connection_; }

 private:
  struct Queued {
    Query query;
    std::function<absl::Status(int64_t)> check;
  };
  // A statement on its way. What it is for tells what to do with its answer.
  struct Sent {
    const Queued* queued = nullptr;
    const char* prepared = nullptr;  // the statement that it prepares
    bool answer = false;             // whether the caller wants its rows
  };

  explicit Session(PGconn* connection) : connection_(connection) {}

  absl::Status Configure();
  // Sends BEGIN if it is due, what is queued and `queries`, and reads every
  // answer; the rows of `queries` go to `answers`.
  absl::Status Exchange(std::span<const Query> queries, std::vector<Rows>& answers);
  bool Send(const Query& query, const Sent& sent, std::vector<Sent>& all);
  absl::Status Receive(std::span<const Sent> all, std::vector<Rows>& answers);
  // Sends a statement without parameters and the end of its pipeline.
  absl::Status SendAlone(const char* sql);
  absl::Status ReceiveAlone();
  // Reads the answers that nobody waited for.
  absl::Status Settle();

  bool FlushOut();
  // The next result; null at the end of a statement's, and null and lost() if
  // none comes in time.
  PGresult* Await();
  // The result of one statement.
  absl::StatusOr<Rows> AwaitAnswer();
  absl::Status AwaitSync();
  bool Poll(short events, absl::Time deadline);
  absl::Status StatusOf(const PGresult* result);
  absl::Status Lost(std::string_view why);

  PGconn* const connection_;
  absl::flat_hash_map<std::string, std::string> prepared_;
  std::vector<Queued> queued_;
  const char* begin_ = nullptr;
  absl::Duration timeout_ = absl::Seconds(30);
  const std::atomic<bool>* answering_ = nullptr;
  int unread_ = 0;  // statements sent alone whose answers nobody has read yet
  bool in_transaction_ = false;
  bool conflict_ = false;
  bool lost_ = false;
  bool commit_unknown_ = false;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SESSION_H_
