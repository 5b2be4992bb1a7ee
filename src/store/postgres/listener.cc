// SPDX-License-Identifier: Apache-2.0
#include "store/postgres/listener.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/postgres/notification.h"

namespace zerotouch::store::postgres {
namespace {

constexpr absl::Duration kFirstReconnect = absl::Milliseconds(100);
constexpr absl::Duration kLongestReconnect = absl::Seconds(2);

// How often the clock is measured and the database read, and how long a healthy server
// may take to answer, however busy it is.
constexpr absl::Duration kClockInterval = absl::Seconds(1);
constexpr absl::Duration kClockTimeout = absl::Seconds(3);

// The age at which an answer says nothing about the present.
constexpr auto kAnswerAge = std::chrono::seconds(4);

}  // namespace

absl::StatusOr<absl::Duration> MeasureClock(Session& db, const Clock& clock) {
  const absl::Time before = clock.Now();
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db.Run(Query("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")));
  const absl::Time after = clock.Now();
  return RowReader(rows, 0).Time() - (before + (after - before) / 2);
}

Listener::Listener(std::string url, const Clock& clock, absl::Duration ahead,
                   std::atomic<bool>& answering)
    : url_(std::move(url)), clock_(clock), answering_(answering), ahead_(ahead) {
  if (pipe(stop_) != 0) std::abort();
  thread_ = std::thread([this] { Loop(); });
}

Listener::~Listener() {
  if (write(stop_[1], "", 1) != 1) std::abort();
  thread_.join();
  close(stop_[0]);
  close(stop_[1]);
}

void Listener::OnOperation(std::function<void()> heard) {
  const MutexLock lock(mutex_);
  heard_ = std::move(heard);
}

LeaseClock Listener::leases() const {
  const MutexLock lock(mutex_);
  return {.ahead = ahead_};
}

absl::Status Listener::Check() const {
  const MutexLock lock(mutex_);
  if (!read_error_.empty()) return absl::UnavailableError(read_error_);
  if (std::chrono::steady_clock::now() - read_at_ > kAnswerAge) {
    return absl::UnavailableError("the database does not answer");
  }
  return absl::OkStatus();
}

void Listener::Note(const absl::Status& read) {
  const MutexLock lock(mutex_);
  read_error_ = MessageOf(read);
  read_at_ = std::chrono::steady_clock::now();
}

void Listener::SetAnswering(bool answering) {
  if (answering_.exchange(answering) == answering) return;
  if (answering) {
    log::Info("the database answers again");
  } else {
    log::Error("the database does not answer");
  }
}

void Listener::Notify() {
  const MutexLock lock(mutex_);
  if (heard_) heard_();
}

bool Listener::Wait(int socket, absl::Duration length) const {
  pollfd sockets[] = {{.fd = stop_[0], .events = POLLIN, .revents = 0},
                      {.fd = socket, .events = POLLIN, .revents = 0}};
  poll(sockets, 2, static_cast<int>(absl::ToInt64Milliseconds(length)));
  return sockets[0].revents == 0;
}

void Listener::Loop() {
  absl::Duration backoff = kFirstReconnect;
  // The clock was measured when the database was opened.
  absl::Time next_look = absl::Now() + kClockInterval;
  while (true) {
    if (const std::unique_ptr<Session> db = Connect()) {
      backoff = kFirstReconnect;
      SetAnswering(true);
      Notify();
      ListenOn(*db, next_look);
    }
    // The next session may reach another server.
    next_look = absl::InfinitePast();
    if (!Wait(-1, backoff)) return;
    backoff = std::min(backoff * 2, kLongestReconnect);
  }
}

std::unique_ptr<Session> Listener::Connect() {
  absl::StatusOr<std::unique_ptr<Session>> db = Session::Open(url_);
  if (!db.ok()) {
    Note(db.status());
    return nullptr;
  }
  if (absl::Status status = (*db)->RunScript(kListenForOperations); !status.ok()) {
    // Idle workers also poll for operations, less often.
    log::Warning("cannot subscribe to new operations; polling for them",
                 {{"error", MessageOf(status)}});
  }
  (*db)->SetTimeout(kClockTimeout);
  return *std::move(db);
}

void Listener::ListenOn(Session& db, absl::Time next_look) {
  while (true) {
    if (absl::Now() >= next_look) {
      const absl::Time start = absl::Now();
      const absl::StatusOr<absl::Duration> ahead = MeasureClock(db, clock_);
      if (db.lost()) {
        // A server that is gone refuses immediately, and may be back soon.
        if (absl::Now() - start >= kClockTimeout) SetAnswering(false);
        return Note(ahead.status());
      }
      Note(PostgresTransaction(db, {}).ServerSecret().status());
      next_look = absl::Now() + kClockInterval;
      const MutexLock lock(mutex_);
      if (ahead.ok()) ahead_ = *ahead;
    }
    if (!Wait(PQsocket(db.raw()), next_look - absl::Now())) return;
    if (PQconsumeInput(db.raw()) != 1) {
      return Note(absl::UnavailableError("the connection with the database was lost"));
    }
    bool heard = false;
    while (PGnotify* notify = PQnotifies(db.raw())) {
      PQfreemem(notify);
      heard = true;
    }
    if (heard) Notify();
  }
}

}  // namespace zerotouch::store::postgres
