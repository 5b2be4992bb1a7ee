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

// Returns this process's application name: host and process id.
std::string ProcessName();

// One session with the server. Statements are prepared on first use and sent in a
// pipeline: queued statements are sent with the next one whose answer is needed,
// and BEGIN is sent with the first. For one thread at a time.
//
// Errors: ALREADY_EXISTS if a unique key is taken, UNAVAILABLE if the server is
// lost, full, too busy or too slow, ABORTED if the transaction conflicted with
// another, INTERNAL otherwise. After an error, a transaction must be rolled back.
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
  // Runs several statements in one round trip, and returns the rows of each.
  absl::StatusOr<std::vector<Rows>> RunAll(std::span<const Query> queries);
  // Queues `query` to be sent with the next statement. `check` gets the number of
  // rows that it wrote. A unique key that is taken is a conflict, as is a division by
  // zero, by which a statement refuses to go on.
  void Queue(Query query, std::function<absl::Status(int64_t affected)> check = nullptr);
  // Runs what is queued and commits: in one round trip, if no queued statement has a
  // check. If it fails, roll back; if commit_unknown() is true then, the server may have
  // committed nevertheless.
  absl::Status Commit();
  absl::Status Rollback();
  // Ends a transaction that wrote nothing, without waiting for the answer.
  void EndReading();

  // Runs statements without parameters, outside the pipeline. With a `timeout`, the
  // session is lost if one of them is not answered within it.
  absl::Status RunScript(const char* sql, absl::Duration timeout = absl::InfiniteDuration());

  // Sets the timeout of an answer, after which the session is lost.
  void SetTimeout(absl::Duration timeout) { timeout_ = timeout; }
  // Makes the session lost once `answering` is false, which must outlive it.
  void SetWatch(const std::atomic<bool>& answering) { answering_ = &answering; }

  // Marks the transaction as in conflict with another, so that it is retried.
  void MarkConflict() { conflict_ = true; }
  // Returns true if the transaction failed because of a conflict: retry it.
  bool conflict() const { return conflict_; }
  // Returns true if the session cannot be used any more.
  bool lost() const { return lost_; }
  bool commit_unknown() const { return commit_unknown_; }
  // Returns true if an idle session is still connected. Sends nothing.
  bool StillThere();

  PGconn* raw() { return connection_; }

 private:
  struct Queued {
    Query query;
    std::function<absl::Status(int64_t)> check;
  };
  // A statement that was sent, and how to handle its answer.
  struct Sent {
    const Queued* queued = nullptr;
    const char* prepared = nullptr;  // the statement that it prepares
    bool answer = false;             // the caller wants its rows
  };

  explicit Session(PGconn* connection) : connection_(connection) {}

  absl::Status Configure();
  // Sends BEGIN if it is pending, the queued statements and `queries`, and COMMIT if
  // `commits`, and reads every answer. Appends the rows of `queries` to `answers`.
  absl::Status Exchange(std::span<const Query> queries, std::vector<Rows>& answers,
                        bool commits = false);
  bool SendPlain(const char* sql);
  bool Send(const Query& query, const Sent& sent, std::vector<Sent>& all);
  absl::Status Receive(std::span<const Sent> all, std::vector<Rows>& answers);
  // Sends a statement without parameters and the end of its pipeline.
  absl::Status SendAlone(const char* sql);
  absl::Status ReceiveAlone();
  // Reads the answers that were not waited for.
  absl::Status Settle();

  bool FlushOut();
  // Returns the next result, or null after a statement's last one. Returns null
  // and sets lost() if no result arrives before the timeout.
  PGresult* Await();
  // Returns the rows of one statement.
  absl::StatusOr<Rows> AwaitAnswer();
  absl::Status AwaitSync();
  bool Poll(short events, absl::Time deadline);
  absl::Status StatusOf(const PGresult* result);
  absl::Status Lost(std::string_view why);
  bool AwaitInput(absl::Duration timeout);

  PGconn* const connection_;
  absl::flat_hash_map<std::string, std::string> prepared_;
  std::vector<Queued> queued_;
  const char* begin_ = nullptr;
  absl::Duration timeout_ = absl::Seconds(30);
  const std::atomic<bool>* answering_ = nullptr;
  int unread_ = 0;  // statements sent alone whose answers were not read yet
  bool in_transaction_ = false;
  bool conflict_ = false;
  bool lost_ = false;
  bool commit_unknown_ = false;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_SESSION_H_
