// SPDX-License-Identifier: Apache-2.0
#include "http/http2/requests.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <charconv>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/ascii.h"
#include "base/log.h"
#include "http/http_date.h"
#include "http/request_body.h"
#include "http/request_id.h"

namespace zerotouch::http::http2 {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// An answer's next piece is produced when less than this waits to be sent.
constexpr size_t kLowWater = size_t{64} << 10;
// The receive window of a request whose body will be read.
constexpr int32_t kWindowBytes = int32_t{1} << 20;

uint64_t DeclaredLength(const Request& header) {
  const std::string_view text = header.headers.Get("content-length");
  uint64_t length = 0;
  std::from_chars(text.data(), text.data() + text.size(), length);
  return length;
}

}  // namespace

// --- Events of the session.

Stream* Requests::Find(int32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : found->second.get();
}

void Requests::OnRequest(int32_t id, Request header, bool too_large) {
  auto stream = std::make_shared<Stream>(executor_, id);
  stream->header = std::move(header);
  stream->header.request_id = NewRequestId();
  stream->header_too_large = too_large;
  stream->progress = Clock::now();
  streams_[id] = stream;
  StartDeadline(stream);
  tasks_.Spawn(Serve(std::move(stream)));
}

void Requests::OnBody(int32_t id, std::string_view bytes) {
  Stream* stream = Find(id);
  if (stream == nullptr) return;
  stream->progress = Clock::now();
  if (stream->streaming) {
    stream->body += bytes;
    stream->Signal();
    return;
  }
  stream->unconsumed += bytes.size();
  if (stream->accepted) session_->Consume(id, std::exchange(stream->unconsumed, 0));
  if (stream->answered || stream->fault.has_value()) return;
  stream->body += bytes;
  const size_t limit = BodyLimit(stream->header, context_.options);
  if (stream->body.size() > limit) {
    stream->fault = BodyTooLarge(limit);
  } else if (stream->ticket.has_value() && !stream->ticket->Hold(stream->body.capacity())) {
    stream->fault = TooBusy("request bodies");
  }
  if (!stream->fault.has_value()) return;
  std::string().swap(stream->body);
  stream->Signal();
}

void Requests::OnTrailersTooLarge(int32_t id) {
  Stream* stream = Find(id);
  if (stream == nullptr || stream->fault.has_value()) return;
  stream->fault = HeaderTooLarge(context_.options.header_bytes);
  stream->Signal();
}

void Requests::OnRequestEnd(int32_t id) {
  Stream* stream = Find(id);
  if (stream == nullptr) return;
  stream->ended = true;
  stream->Signal();
}

void Requests::OnClosed(int32_t id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  Abandon(*found->second);
  streams_.erase(found);
}

SessionEvents::Part Requests::NextPart(int32_t id, std::span<char> room) {
  Part part;
  Stream* stream = Find(id);
  if (stream == nullptr) {
    part.then = Part::Then::kEnd;
    return part;
  }
  part.bytes = std::min(room.size(), stream->Unsent());
  std::copy_n(stream->out.data() + stream->sent, part.bytes, room.data());
  stream->sent += part.bytes;
  if (part.bytes > 0) stream->progress = Clock::now();
  if (stream->Unsent() == 0 && stream->out_ended) {
    stream->end_sent = true;
    part.then = Part::Then::kEnd;
    part.trailers = std::move(stream->trailers);
    return part;
  }
  if (stream->Unsent() < kLowWater) stream->Signal();
  stream->waiting = part.bytes == 0;
  if (stream->waiting) part.then = Part::Then::kWait;
  return part;
}

// --- Timeouts.

void Requests::StartDeadline(const StreamPtr& stream) {
  const absl::Duration limit = context_.handler.TimeLimit(stream->header);
  if (limit == absl::InfiniteDuration()) return;
  stream->deadline.expires_after(Chrono(std::min(limit, absl::Hours(24 * 365))));
  stream->deadline.async_wait(
      [this, weak = std::weak_ptr<Stream>(stream)](const boost::system::error_code& error) {
        const StreamPtr locked = weak.lock();
        if (!error && locked != nullptr && !locked->over) OnDeadline(*locked);
      });
}

void Requests::OnDeadline(Stream& stream) {
  if (stream.answered) {
    Cut(stream, ErrorCode::kCancel);
    return;
  }
  AnswerWith(stream, Render(stream, DeadlineExceeded()));
  Abandon(stream);
}

bool Requests::HasTimedOut(const Stream& stream, SteadyTime now) const {
  const auto quiet = now - stream.progress;
  if (stream.answered) {
    // A full window can also block the end of the answer.
    const bool pending = stream.Unsent() > 0 || (stream.out_ended && !stream.end_sent);
    return pending && quiet > Chrono(context_.options.write_timeout);
  }
  return stream.accepted && !stream.ended && quiet > Chrono(context_.options.read_timeout);
}

void Requests::CheckTimeouts(SteadyTime now) {
  for (const auto& [id, stream] : streams_) {
    if (!stream->cut && HasTimedOut(*stream, now)) Cut(*stream, ErrorCode::kCancel);
  }
}

void Requests::Stop() {
  stopping_ = true;
  for (const auto& [id, stream] : streams_) stream->Signal();
}

void Requests::EndInput() {
  for (const auto& [id, stream] : streams_) {
    if (stream->ended || stream->over) continue;
    if (stream->streaming) {
      stream->ended = true;
      stream->Signal();
    } else {
      Cut(*stream, ErrorCode::kCancel);
    }
  }
  Stop();
}

void Requests::AbandonAll() {
  for (const auto& [id, stream] : streams_) Abandon(*stream);
  streams_.clear();
}

void Requests::Abandon(Stream& stream) {
  stream.over = true;
  stream.deadline.cancel();
  stream.Signal();
}

void Requests::Cut(Stream& stream, ErrorCode error) {
  stream.cut = true;
  Abandon(stream);
  session_->Reset(stream.id, error);
  wake_writer_();
}

// --- One request.

asio::awaitable<void> Requests::Serve(StreamPtr stream) {
  // Let the session first process everything that was received with the header.
  co_await asio::post(executor_, asio::use_awaitable);
  if (stream->over) co_return;
  std::optional<Response> refused = co_await Refuse(*stream);
  if (stream->over) co_return;
  if (!refused.has_value()) {
    const std::unique_ptr<StreamingCall> call = context_.handler.Open(stream->header);
    if (call != nullptr) {
      co_await RunStreamingCall(*stream, *call);
      co_return;
    }
    co_await ReceiveBody(*stream);
    if (stream->over) co_return;
    if (stream->fault.has_value()) refused = Render(*stream, *stream->fault);
  }
  if (refused.has_value()) {
    AnswerWith(*stream, *std::move(refused));
    co_return;
  }
  Response response = co_await Handle(*stream);
  if (stream->over) co_return;
  stream->ticket->HoldNothing();
  const std::unique_ptr<BodySource> source = std::move(response.stream);
  if (source == nullptr || stream->header.method == "HEAD") {
    AnswerWith(*stream, std::move(response));
    co_return;
  }
  StartAnswer(*stream, response.status, std::move(response.headers), /*has_body=*/true);
  co_await SendSource(*stream, *source);
}

asio::awaitable<std::optional<Response>> Requests::Refuse(Stream& stream) {
  const ServerOptions& options = context_.options;
  std::optional<Admission::Ticket> ticket = context_.admission.Enter();
  if (!ticket.has_value()) {
    co_return Render(stream, TooBusy("requests in flight"));
  }
  stream.ticket.emplace(*std::move(ticket));
  if (stream.header_too_large) {
    co_return Render(stream, HeaderTooLarge(options.header_bytes));
  }
  const uint64_t declared = DeclaredLength(stream.header);
  const std::optional<Fault> fault = CheckHeader(stream.header, declared, options);
  if (fault.has_value()) co_return Render(stream, *fault);
  if (!stream.ticket->Hold(std::max<uint64_t>(declared, stream.body.capacity()))) {
    co_return Render(stream, TooBusy("request bodies"));
  }
  if (stream.ended) co_return std::nullopt;
  // A copy, because this thread may use the stream's header meanwhile.
  Request header = stream.header;
  std::optional<Response> refused = co_await asio::co_spawn(
      context_.workers,
      [&]() -> asio::awaitable<std::optional<Response>> {
        co_return context_.handler.RefuseEarly(header);
      },
      asio::use_awaitable);
  stream.header.context = std::move(header.context);
  stream.header.body_limit = header.body_limit;
  co_return refused;
}

asio::awaitable<void> Requests::ReceiveBody(Stream& stream) {
  if (stream.ended) co_return;
  stream.body.reserve(DeclaredLength(stream.header));
  if (EqualIgnoringCase(stream.header.headers.Get("expect"), "100-continue")) {
    session_->Continue(stream.id);
  }
  stream.accepted = true;
  stream.progress = Clock::now();
  session_->Widen(stream.id, kWindowBytes);
  session_->Consume(stream.id, std::exchange(stream.unconsumed, 0));
  wake_writer_();
  while (!stream.ended && !stream.over && !stream.fault.has_value()) {
    stream.changed.expires_at(SteadyTime::max());
    co_await stream.changed.async_wait(kNoThrow);
  }
}

asio::awaitable<Response> Requests::Handle(Stream& stream) {
  Request request = stream.header;
  request.body = std::move(stream.body);
  request.hold = [&stream](uint64_t bytes) { return stream.ticket->Hold(bytes); };
  co_return co_await asio::co_spawn(
      context_.workers,
      [&]() -> asio::awaitable<Response> {
        if (stream.over) co_return Response();  // the caller drops it
        co_return DecodeAndHandle(std::move(request), context_.options, context_.handler);
      },
      asio::use_awaitable);
}

// --- The answer to a request.

void Requests::StartAnswer(Stream& stream, int status, Headers headers, bool has_body) {
  headers.Add("server", "OpenZeroTouch");
  headers.Add("date", HttpDate(absl::Now()));
  headers.Add("x-request-id", stream.header.request_id);
  stream.answered = true;
  stream.progress = Clock::now();
  session_->Answer(stream.id, status, headers, has_body);
  wake_writer_();
}

void Requests::AnswerWith(Stream& stream, Response response) {
  std::string().swap(stream.body);
  stream.trailers = std::move(response.trailers);
  if (!response.body.empty() && stream.trailers.all().empty()) {
    response.headers.Add("content-length", std::to_string(response.body.size()));
  }
  if (stream.header.method != "HEAD") stream.out = std::move(response.body);
  stream.out_ended = true;
  stream.end_sent = stream.out.empty();
  StartAnswer(stream, response.status, std::move(response.headers), !stream.out.empty());
}

void Requests::AppendOut(Stream& stream, std::string_view piece) {
  if (stream.Unsent() == 0) stream.progress = Clock::now();
  stream.out.erase(0, std::exchange(stream.sent, 0));
  stream.out += piece;
  if (std::exchange(stream.waiting, false)) session_->Resume(stream.id);
  wake_writer_();
}

asio::awaitable<void> Requests::SendSource(Stream& stream, BodySource& source) {
  while (!stream.out_ended && !stream.over) {
    if (stream.Unsent() >= kLowWater) {
      stream.changed.expires_at(SteadyTime::max());
      co_await stream.changed.async_wait(kNoThrow);
      continue;
    }
    std::string piece;
    const absl::StatusOr<bool> more = co_await asio::co_spawn(
        context_.workers,
        [&]() -> asio::awaitable<absl::StatusOr<bool>> { co_return source.Next(piece); },
        asio::use_awaitable);
    if (stream.over) co_return;
    if (!more.ok()) {
      log::Error("cannot finish an answer; resetting its stream",
                 {{"error", more.status().ToString()}});
      Cut(stream, ErrorCode::kInternal);
      co_return;
    }
    if (!*more) {
      stream.trailers = source.Trailers();
      stream.out_ended = true;
    }
    AppendOut(stream, piece);
  }
}

asio::awaitable<void> Requests::RunStreamingCall(Stream& stream, StreamingCall& call) {
  // It may last as long as the connection and holds little memory: the window
  // opens only for bytes that the call has processed. So it needs no ticket.
  stream.ticket.reset();
  stream.streaming = true;
  stream.unconsumed = 0;
  StartAnswer(stream, 200, call.Header(), /*has_body=*/true);
  bool told_end = false;
  bool told_stop = false;
  bool due = true;
  while (!stream.over && !stream.out_ended) {
    const bool news =
        due || !stream.body.empty() || stream.ended != told_end || stopping_ != told_stop;
    if (news && stream.Unsent() == 0) {
      told_end = stream.ended;
      told_stop = stopping_;
      if (!co_await StepStreamingCall(stream, call)) co_return;
      due = false;
      continue;
    }
    const absl::Duration timeout = call.InputTimeout();
    if (timeout == absl::InfiniteDuration() || stream.Unsent() > 0) {
      stream.changed.expires_at(SteadyTime::max());
    } else {
      stream.changed.expires_after(Chrono(timeout));
    }
    const auto [woken] = co_await stream.changed.async_wait(kNoThrow);
    due = due || !woken;
  }
}

// Passes received bytes to the call and sends its output. Returns false if the
// stream has ended.
asio::awaitable<bool> Requests::StepStreamingCall(Stream& stream, StreamingCall& call) {
  const std::string in = std::exchange(stream.body, {});
  const StreamingCall::Input input{.bytes = in, .ended = stream.ended, .stopping = stopping_};
  std::string piece;
  const bool more = co_await asio::co_spawn(
      context_.workers, [&]() -> asio::awaitable<bool> { co_return call.Next(input, piece); },
      asio::use_awaitable);
  if (stream.over) co_return false;
  session_->Consume(stream.id, in.size());
  if (!more) {
    stream.trailers = call.Trailers();
    stream.out_ended = true;
  }
  AppendOut(stream, piece);
  co_return true;
}

}  // namespace zerotouch::http::http2
