// SPDX-License-Identifier: Apache-2.0
// One coroutine reads and one writes. A request whose body takes time to arrive or to
// send has one, too. They share the session, all on one thread.

#include "http/http2/connection.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "http/http2/requests.h"
#include "http/http2/session.h"
#include "http/http2/tasks.h"
#include "http/least_rate.h"

namespace zerotouch::http::http2 {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLargeRead = size_t{64} << 10;
// Bytes per write; streams take turns within it. A client that does not read holds them.
constexpr size_t kWriteBytes = size_t{16} << 10;
// The client's timeout to close after the last byte was sent.
constexpr auto kLingerTime = std::chrono::seconds(1);

class Http2Connection final : public Connection {
 public:
  Http2Connection(const ServerContext& context, Peer& peer, Socket& socket, std::string read)
      : context_(context),
        socket_(socket),
        read_(std::move(read)),
        tasks_(socket_.executor()),
        requests_(context, peer, socket_.executor(), tasks_, [this] { WakeWriter(); }),
        session_(Session::Create(context.options.header_bytes, requests_)),
        wake_writer_(socket_.executor(), SteadyTime::max()) {
    requests_.SetSession(*session_);
  }

  Awaitable<void> Run() override;
  void Drain() override;
  void Close() override;
  void CheckTimeouts(SteadyTime now) override;
  std::optional<SteadyTime> IdleSince() const override {
    return requests_.empty() ? std::optional(received_) : std::nullopt;
  }

 private:
  // Reads until the end. Returns true if the client finished sending, false if it
  // disconnected.
  Awaitable<bool> Read();
  void Take(std::string_view bytes);
  Awaitable<void> Write();
  // Ends the output. Further input is discarded.
  Awaitable<void> Finish();
  // Wakes the coroutine that writes, if it waits.
  void WakeWriter() {
    if (writer_waits_) wake_writer_.cancel();
  }

  const ServerContext& context_;
  Socket& socket_;
  std::string read_;  // bytes received before Run; then the read buffer
  Tasks tasks_;
  Requests requests_;
  const std::unique_ptr<Session> session_;
  Timer wake_writer_;  // never expires
  bool writer_waits_ = false;

  bool well_ = true;    // no protocol error so far
  bool ended_ = false;  // the client finished sending
  bool going_away_ = false;
  bool closed_ = false;
  SteadyTime received_ = Clock::now();  // the last input
  SteadyTime busy_ = Clock::now();      // the last time at which there was a request
  bool writing_ = false;                // waits for the client to take what was written
  LeastRate rate_;                      // of that
  // When a wait for the client began; nullopt if none is pending.
  std::optional<SteadyTime> header_since_;  // for the rest of a header
  std::optional<SteadyTime> pinged_;        // for any input after a PING
  std::optional<SteadyTime> finished_;      // for the client to close
};

Awaitable<void> Http2Connection::Run() {
  Take(std::exchange(read_, {}));
  tasks_.Spawn(Write());
  if (context_.draining) Drain();
  const bool ended = co_await Read();
  if (finished_.has_value()) {
    co_await socket_.DiscardRest();
    Close();
  } else if (ended) {
    ended_ = true;
    requests_.EndInput();
    WakeWriter();
  } else {
    Close();
  }
  co_await tasks_.AllEnded();
}

void Http2Connection::Drain() {
  if (std::exchange(going_away_, true)) return;
  session_->GoAway();
  requests_.Stop();
  WakeWriter();
}

void Http2Connection::Close() {
  if (std::exchange(closed_, true)) return;
  socket_.Close();
  requests_.AbandonAll();
  WakeWriter();
}

Awaitable<bool> Http2Connection::Read() {
  read_.resize(kSmallRead);
  while (true) {
    const Socket::Result result = co_await socket_.Read(read_);
    if (result.bytes == 0) co_return Socket::IsEnd(result.error);
    // It was closed after the bytes had come. Nobody would end a request in them.
    if (closed_) co_return false;
    if (!finished_.has_value()) Take({read_.data(), result.bytes});
    // Use a large buffer only while reads fill it.
    if (result.bytes == read_.size()) {
      read_.resize(kLargeRead);
    } else if (read_.size() > kSmallRead && requests_.empty()) {
      std::string(kSmallRead, '\0').swap(read_);
    }
  }
}

void Http2Connection::Take(std::string_view bytes) {
  received_ = Clock::now();
  pinged_.reset();
  if (well_) well_ = session_->Receive(bytes);
  requests_.StartNew();
  if (!session_->HeaderPending()) {
    header_since_.reset();
  } else if (!header_since_.has_value()) {
    header_since_ = received_;
  }
  WakeWriter();
}

Awaitable<void> Http2Connection::Write() {
  std::string out;
  while (!closed_) {
    out.clear();
    const bool more_to_send = session_->Send(out, kWriteBytes) && well_ && !session_->Finished();
    if (!out.empty()) {
      std::string_view rest = out;
      bool written = socket_.WriteSome(rest);
      if (written && !rest.empty()) {
        out = std::string(rest);
        rest = out;
        writing_ = true;
        rate_.Begin(Clock::now(), socket_.TakenBytes());
        written = co_await socket_.Write(rest);
        writing_ = false;
      }
      if (!written) Close();
      continue;
    }
    if (ended_ && requests_.CutBlocked()) continue;
    if (ended_ && (requests_.empty() || !more_to_send)) {
      co_await Finish();
      Close();
    } else if (!more_to_send) {
      co_await Finish();
      co_return;
    } else {
      if (out.capacity() > kSmallRead) std::string().swap(out);
      writer_waits_ = true;
      co_await wake_writer_.async_wait(kNoThrow);
      writer_waits_ = false;
    }
  }
}

// Waits for the client to close: closing first could discard bytes that it has
// not read yet.
Awaitable<void> Http2Connection::Finish() {
  finished_ = Clock::now();
  co_await socket_.FinishSending();
}

void Http2Connection::CheckTimeouts(SteadyTime now) {
  if (closed_) return;
  const ServerOptions& options = context_.options;
  const auto exceeds = [now](std::optional<SteadyTime> since, std::chrono::nanoseconds limit) {
    return since.has_value() && now - *since > limit;
  };
  if ((writing_ && rate_.IsTooSlow(now, socket_.TakenBytes(), options.write_timeout)) ||
      exceeds(header_since_, Chrono(options.read_timeout)) ||
      exceeds(pinged_, Chrono(options.read_timeout)) || exceeds(finished_, kLingerTime)) {
    Close();
    return;
  }
  requests_.CheckTimeouts(now);
  if (!requests_.empty()) busy_ = now;
  if (!requests_.any() && exceeds(busy_, Chrono(options.first_request_timeout))) Drain();
  if (exceeds(busy_, Chrono(options.idle_timeout))) {
    Drain();
  } else if (!pinged_.has_value() && exceeds(received_, Chrono(options.idle_timeout))) {
    pinged_ = now;
    session_->Ping();
    WakeWriter();
  }
}

}  // namespace

std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Peer& peer, Socket& socket,
                                           std::string read) {
  return std::make_unique<Http2Connection>(context, peer, socket, std::move(read));
}

}  // namespace zerotouch::http::http2
