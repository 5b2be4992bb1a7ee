// SPDX-License-Identifier: Apache-2.0
// One coroutine reads, one writes, one checks timeouts, and one serves each
// request. They share the session, all on one thread.

#include "http/http2/connection.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>

#include "http/http2/requests.h"
#include "http/http2/session.h"
#include "http/http2/tasks.h"

namespace zerotouch::http::http2 {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

constexpr size_t kLargeRead = size_t{64} << 10;
// Bytes per write; streams take turns within it.
constexpr size_t kWriteBytes = size_t{128} << 10;
// The client's timeout to close after the last byte was sent.
constexpr auto kLingerTime = std::chrono::seconds(1);

// Returns the interval at which timeouts are checked: a quarter of the shortest.
std::chrono::nanoseconds TickOf(const ServerOptions& options) {
  const absl::Duration shortest =
      std::min({options.read_timeout, options.write_timeout, options.idle_timeout});
  return Chrono(std::clamp(shortest / 4, absl::Milliseconds(5), absl::Seconds(1)));
}

class Http2Connection final : public Connection {
 public:
  Http2Connection(const ServerContext& context, Socket& socket, std::string read)
      : context_(context),
        socket_(socket),
        read_(std::move(read)),
        tasks_(socket_.get_executor()),
        requests_(context, socket_.get_executor(), tasks_, [this] { wake_writer_.cancel(); }),
        session_(Session::Create(context.options.header_bytes, requests_)),
        wake_writer_(socket_.get_executor(), SteadyTime::max()),
        tick_(socket_.get_executor()) {
    requests_.SetSession(*session_);
    socket_.ExpireNever();
  }

  asio::awaitable<void> Run() override;
  void Drain() override;
  void Close() override;

 private:
  // Reads until the end. Returns true if the client finished sending, false if it
  // disconnected.
  asio::awaitable<bool> Read();
  void Take(std::string_view bytes);
  asio::awaitable<void> Write();
  // Ends the output. Further input is discarded.
  asio::awaitable<void> Finish();
  asio::awaitable<void> WatchTimeouts();
  void CheckTimeouts();

  const ServerContext& context_;
  Socket& socket_;
  std::string read_;  // bytes received before Run; then the read buffer
  Tasks tasks_;
  Requests requests_;
  const std::unique_ptr<Session> session_;
  asio::steady_timer wake_writer_;  // never expires
  asio::steady_timer tick_;

  bool well_ = true;    // no protocol error so far
  bool ended_ = false;  // the client finished sending
  bool going_away_ = false;
  bool closed_ = false;
  SteadyTime received_ = Clock::now();  // the last input
  SteadyTime busy_ = Clock::now();      // the last time at which there was a request
  // When a wait for the client began; nullopt if none is pending.
  std::optional<SteadyTime> header_since_;   // for the rest of a header
  std::optional<SteadyTime> writing_since_;  // for a write to complete
  std::optional<SteadyTime> pinged_;         // for any input after a PING
  std::optional<SteadyTime> finished_;       // for the client to close
};

asio::awaitable<void> Http2Connection::Run() {
  Take(std::exchange(read_, {}));
  tasks_.Spawn(Write());
  tasks_.Spawn(WatchTimeouts());
  if (context_.draining) Drain();
  const bool ended = co_await Read();
  if (finished_.has_value()) {
    co_await socket_.DiscardRest();
    Close();
  } else if (ended) {
    ended_ = true;
    requests_.EndInput();
    wake_writer_.cancel();
  } else {
    Close();
  }
  co_await tasks_.AllEnded();
}

void Http2Connection::Drain() {
  if (std::exchange(going_away_, true)) return;
  session_->GoAway();
  requests_.Stop();
  wake_writer_.cancel();
}

void Http2Connection::Close() {
  if (std::exchange(closed_, true)) return;
  socket_.Close();
  requests_.AbandonAll();
  tick_.cancel();
  wake_writer_.cancel();
}

asio::awaitable<bool> Http2Connection::Read() {
  read_.resize(kSmallRead);
  while (true) {
    const auto [error, bytes] = co_await socket_.async_read_some(asio::buffer(read_), kNoThrow);
    if (error) co_return Socket::IsEnd(error);
    if (!finished_.has_value()) Take({read_.data(), bytes});
    // Use a large buffer only while reads fill it.
    if (bytes == read_.size()) {
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
  if (!session_->HeaderPending()) {
    header_since_.reset();
  } else if (!header_since_.has_value()) {
    header_since_ = received_;
  }
  wake_writer_.cancel();
}

asio::awaitable<void> Http2Connection::Write() {
  std::string out;
  while (!closed_) {
    out.clear();
    const bool more_to_send = session_->Send(out, kWriteBytes) && well_ && !session_->Finished();
    if (!out.empty()) {
      writing_since_ = Clock::now();
      const auto [error, bytes] = co_await asio::async_write(socket_, asio::buffer(out), kNoThrow);
      writing_since_.reset();
      if (error) Close();
      continue;
    }
    if (ended_ && (requests_.empty() || !more_to_send)) {
      co_await Finish();
      Close();
    } else if (!more_to_send) {
      co_await Finish();
      co_return;
    } else {
      if (requests_.empty()) std::string().swap(out);
      co_await wake_writer_.async_wait(kNoThrow);
    }
  }
}

// Waits for the client to close: closing first could discard bytes that it has
// not read yet.
asio::awaitable<void> Http2Connection::Finish() {
  finished_ = Clock::now();
  co_await socket_.FinishSending();
}

asio::awaitable<void> Http2Connection::WatchTimeouts() {
  const auto interval = TickOf(context_.options);
  while (!closed_) {
    tick_.expires_after(interval);
    co_await tick_.async_wait(kNoThrow);
    if (!closed_) CheckTimeouts();
  }
}

void Http2Connection::CheckTimeouts() {
  const SteadyTime now = Clock::now();
  const ServerOptions& options = context_.options;
  const auto exceeds = [now](std::optional<SteadyTime> since, std::chrono::nanoseconds limit) {
    return since.has_value() && now - *since > limit;
  };
  if (exceeds(writing_since_, Chrono(options.write_timeout)) ||
      exceeds(header_since_, Chrono(options.read_timeout)) ||
      exceeds(pinged_, Chrono(options.read_timeout)) || exceeds(finished_, kLingerTime)) {
    Close();
    return;
  }
  requests_.CheckTimeouts(now);
  if (!requests_.empty()) busy_ = now;
  if (exceeds(busy_, Chrono(options.idle_timeout))) {
    Drain();
  } else if (!pinged_.has_value() && exceeds(received_, Chrono(options.idle_timeout))) {
    pinged_ = now;
    session_->Ping();
    wake_writer_.cancel();
  }
}

}  // namespace

std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Socket& socket,
                                           std::string read) {
  return std::make_unique<Http2Connection>(context, socket, std::move(read));
}

}  // namespace zerotouch::http::http2
