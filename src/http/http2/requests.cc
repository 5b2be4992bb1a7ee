// SPDX-License-Identifier: Apache-2.0
#include "http/http2/requests.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/log.h"
#include "base/rejections.h"
#include "http/http_date.h"
#include "http/promised.h"
#include "http/request_body.h"
#include "http/trace_id.h"

namespace zerotouch::http::http2 {
namespace {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;

// An answer's next piece is produced when less than this waits to be sent.
constexpr size_t kLowWater = size_t{4} << 10;
// The receive window of a request whose body will be read.
constexpr int32_t kWindowBytes = int32_t{1} << 20;
// The rest of a refused request up to this size is read before it is answered.
constexpr uint64_t kDiscardedBytes = uint64_t{16} << 10;
// Counted as the memory of a stream besides its body.
constexpr size_t kStreamBytes = size_t{1} << 10;

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
  auto stream = std::make_shared<Stream>(executor_, context_.admission, peer_, id);
  stream->header = std::move(header);
  Identify(peer_.address, stream->header);
  stream->request_id = stream->header.request_id;
  stream->is_head = stream->header.method == "HEAD";
  stream->header_too_large = too_large;
  any_ = true;
  streams_[id] = stream;
  StartDeadline(stream);
  new_.push_back(std::move(stream));
}

void Requests::OnBody(int32_t id, std::string_view bytes) {
  Stream* stream = Find(id);
  if (stream == nullptr) return;
  stream->received += bytes.size();
  if (stream->streaming) {
    stream->body += bytes;
    stream->Signal();
    return;
  }
  stream->unconsumed += bytes.size();
  if (stream->accepted) session_->Consume(id, std::exchange(stream->unconsumed, 0));
  if (stream->answered || stream->discarded || stream->fault.has_value()) return;
  const size_t limit = BodyLimit(stream->header, context_.options);
  const size_t size = stream->body.size() + bytes.size();
  if (size > limit) {
    stream->fault = BodyTooLarge(limit);
  } else if (!GrowBody(*stream, size)) {
    stream->fault = TooBusy("request bodies");
  } else {
    stream->body += bytes;
    return;
  }
  std::string().swap(stream->body);
  stream->Signal();
}

// Makes room for a body of `size` bytes. Returns false if there is too little memory.
bool Requests::GrowBody(Stream& stream, size_t size) {
  if (size <= stream.body.capacity()) return true;
  // Never more than the declared length, and never much for a length that is only
  // declared.
  const size_t declared = std::max<uint64_t>(size, DeclaredLength(stream.header));
  const size_t room = std::min(declared, 2 * size);
  if (!stream.ticket.Hold(kStreamBytes + room)) return false;
  stream.body.reserve(room);
  return true;
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
  std::copy_n(stream->Out().data() + stream->sent, part.bytes, room.data());
  stream->sent += part.bytes;
  stream->taken += part.bytes;
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
  stream->deadline.emplace(executor_, Chrono(std::min(limit, absl::Hours(24 * 365))));
  stream->deadline->async_wait(
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

bool Requests::HasTimedOut(Stream& stream, SteadyTime now) const {
  if (stream.answered) {
    // A full window can also block the end of the answer.
    const bool pending = stream.Unsent() > 0 || (stream.out_ended && !stream.end_sent);
    return pending && stream.rate.IsTooSlow(now, stream.taken, context_.options.write_timeout);
  }
  return stream.accepted && !stream.ended &&
         stream.rate.IsTooSlow(now, stream.received, context_.options.read_timeout);
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

bool Requests::CutBlocked() {
  bool any = false;
  for (const auto& [id, stream] : streams_) {
    if (stream->over || !stream->answered || stream->Unsent() == 0) continue;
    Cut(*stream, ErrorCode::kCancel);
    any = true;
  }
  return any;
}

void Requests::AbandonAll() {
  for (const auto& [id, stream] : streams_) Abandon(*stream);
  streams_.clear();
}

void Requests::Abandon(Stream& stream) {
  stream.over = true;
  if (stream.deadline.has_value()) stream.deadline->cancel();
  stream.Signal();
}

void Requests::Cut(Stream& stream, ErrorCode error) {
  stream.cut = true;
  Abandon(stream);
  session_->Reset(stream.id, error);
  wake_writer_();
}

// --- One request.

void Requests::StartNew() {
  for (const StreamPtr& stream : std::exchange(new_, {})) {
    if (stream->over) continue;
    if (stream->deadline.has_value() && stream->deadline->expiry() <= Clock::now()) {
      OnDeadline(*stream);
    } else if (const auto fault = CheckHead(*stream)) {
      AnswerWith(*stream, Render(*stream, *fault));
    } else if (stream->ended) {
      Start(stream);
    } else {
      tasks_.Spawn(Receive(stream));
    }
  }
}

std::optional<Fault> Requests::CheckHead(Stream& stream) {
  const ServerOptions& options = context_.options;
  if (stream.header_too_large) return HeaderTooLarge(options.header_bytes);
  if (stream.fault.has_value()) return stream.fault;
  if (!stream.ticket.Hold(kStreamBytes + stream.body.capacity())) return TooBusy("requests");
  return CheckHeader(stream.header, DeclaredLength(stream.header), options);
}

Awaitable<void> Requests::Receive(StreamPtr stream) {
  std::optional<Response> refused = co_await RefuseEarly(*stream);
  if (stream->over) co_return;
  if (!refused.has_value() && !stream->ticket.Identify(stream->header.account)) {
    refused = Render(*stream, TooBusy("request bodies"));
  }
  if (!refused.has_value()) {
    Start(stream);
    co_return;
  }
  // Some clients (curl 7.88) take an answer to a request that they still send for an
  // error of the connection, so the rest of a short one is read first.
  stream->discarded = true;
  const uint64_t declared = DeclaredLength(stream->header);
  if (declared > 0 && declared <= kDiscardedBytes) co_await AwaitEnd(*stream);
  if (!stream->over) AnswerWith(*stream, *std::move(refused));
}

void Requests::Start(const StreamPtr& stream) {
  std::unique_ptr<StreamingCall> call = context_.handler.Open(stream->header);
  if (call != nullptr) {
    tasks_.Spawn(RunStreamingCall(stream, std::move(call)));
  } else if (stream->ended) {
    Serve(stream);
  } else {
    tasks_.Spawn(ReceiveBody(stream));
  }
}

Awaitable<std::optional<Response>> Requests::RefuseEarly(Stream& stream) {
  if (!context_.handler.Blocks()) co_return context_.handler.RefuseEarly(stream.header);
  // A copy, because this thread may use the stream's header meanwhile.
  Request header = stream.header;
  auto refused = co_await RunOnWorker(context_.executors, executor_, [this, &header] {
    return context_.handler.RefuseEarly(header);
  });
  if (!refused.has_value()) co_return Render(stream, TooBusy("memory"));
  stream.header.context = std::move(header.context);
  stream.header.body_limit = header.body_limit;
  stream.header.account = std::move(header.account);
  co_return *std::move(refused);
}

Awaitable<void> Requests::ReceiveBody(StreamPtr stream) {
  if (EqualIgnoringCase(stream->header.headers.Get("expect"), "100-continue")) {
    session_->Continue(stream->id);
  }
  session_->Widen(stream->id, kWindowBytes);
  co_await AwaitEnd(*stream);
  if (stream->over) co_return;
  if (stream->fault.has_value()) {
    AnswerWith(*stream, Render(*stream, *stream->fault));
  } else {
    Serve(stream);
  }
}

Awaitable<void> Requests::AwaitEnd(Stream& stream) {
  stream.accepted = true;
  stream.rate.Begin(Clock::now(), stream.received);
  session_->Consume(stream.id, std::exchange(stream.unconsumed, 0));
  wake_writer_();
  while (!stream.ended && !stream.over && !stream.fault.has_value()) {
    stream.changed.expires_at(SteadyTime::max());
    co_await stream.changed.async_wait(kNoThrow);
  }
}

void Requests::Serve(StreamPtr stream) {
  if (stream->fault.has_value()) {
    return AnswerWith(*stream, Render(*stream, *stream->fault));
  }
  if (!context_.handler.IsHealthCheck(stream->header) && !stream->ticket.Enter()) {
    return AnswerWith(*stream, Render(*stream, TooBusy(kRequestsInFlight)));
  }
  // The header is needed again to say that the deadline has passed.
  Request request = stream->deadline.has_value() ? stream->header : std::move(stream->header);
  request.body = std::move(stream->body);
  // Used before `done` is called only, so the stream is there.
  request.hold = [&ticket = stream->ticket](uint64_t bytes) {
    return ticket.Hold(kStreamBytes + bytes);
  };
  tasks_.Begin();
  DecodeAndServe(
      std::move(request), context_.options, context_.handler, context_.executors,
      [this, stream = std::move(stream), executor = executor_](Response response) mutable {
        if (executor.running_in_this_thread()) {
          OnAnswer(stream, std::move(response));
          return tasks_.End();
        }
        // The stream moves along, because it must end on its own thread.
        asio::post(executor,
                   [this, stream = std::move(stream), response = std::move(response)]() mutable {
                     OnAnswer(stream, std::move(response));
                     tasks_.End();
                   });
      });
}

void Requests::OnAnswer(const StreamPtr& stream, Response response) {
  if (stream->over) return;
  if (response.dropped) return Cut(*stream, ErrorCode::kInternal);
  stream->ticket.HoldNothing();
  const uint64_t bytes = HeldBytes(response);
  const bool held = bytes == 0 || (stream->ticket.Identify(response.account) &&
                                   stream->ticket.Hold(kStreamBytes + bytes));
  if (!held) {
    if (response.refusal != nullptr) CountRejection(Rejection::kMemory);
    return AnswerWith(*stream, response.refusal != nullptr ? std::move(*response.refusal)
                                                           : Render(*stream, TooBusy(kAnswers)));
  }
  std::unique_ptr<BodySource> source = std::move(response.stream);
  if (source == nullptr || stream->is_head) return AnswerWith(*stream, std::move(response));
  StartAnswer(*stream, response.status, std::move(response.headers), /*has_body=*/true);
  tasks_.Spawn(SendSource(stream, std::move(source)));
}

// --- The answer to a request.

void Requests::StartAnswer(Stream& stream, int status, Headers headers, bool has_body) {
  headers.Add("server", "OpenZeroTouch");
  headers.Add("date", HttpDateNow());
  headers.Add("x-request-id", stream.request_id);
  stream.answered = true;
  stream.rate.Begin(Clock::now(), stream.taken);
  session_->Answer(stream.id, status, headers, has_body);
  wake_writer_();
}

void Requests::AnswerWith(Stream& stream, Response response) {
  std::string().swap(stream.body);
  stream.trailers = std::move(response.trailers);
  const size_t bytes = response.text().size();
  if (bytes > 0 && stream.trailers.empty()) {
    response.headers.Add("content-length", std::to_string(bytes));
  }
  if (!stream.is_head) {
    stream.out = std::move(response.body);
    stream.shared_out = std::move(response.shared_body);
  }
  stream.out_ended = true;
  stream.end_sent = stream.Unsent() == 0;
  StartAnswer(stream, response.status, std::move(response.headers), stream.Unsent() > 0);
}

void Requests::AppendOut(Stream& stream, std::string_view piece) {
  if (stream.Unsent() == 0) stream.rate.Begin(Clock::now(), stream.taken);
  // Takes no more memory than it needs.
  std::string out;
  out.reserve(stream.Unsent() + piece.size());
  out.append(stream.Out().substr(stream.sent)).append(piece);
  stream.out = std::move(out);
  stream.sent = 0;
  if (std::exchange(stream.waiting, false)) session_->Resume(stream.id);
  wake_writer_();
}

Awaitable<void> Requests::SendSource(StreamPtr stream, std::unique_ptr<BodySource> source) {
  const uint64_t held = source->HeldBytes();
  const absl::Duration pause = source->Pause();  // zero: the source does not wait
  bool rests = false;
  while (!stream->out_ended && !stream->over) {
    const bool is_full = stream->Unsent() >= kLowWater;
    if (is_full || std::exchange(rests, false)) {
      stream->changed.expires_at(is_full ? SteadyTime::max() : Clock::now() + Chrono(pause));
      co_await stream->changed.async_wait(kNoThrow);
      continue;
    }
    std::string piece;
    const auto more = co_await ReadPiece(*source, context_.executors, executor_, piece);
    if (stream->over) co_return;
    if (!more.has_value() || !more->ok()) {
      log::Error("cannot finish an answer; resetting its stream",
                 {{"error", more.has_value() ? more->status().ToString() : "out of memory"}});
      // Lets the session first send what there is: a reset drops it.
      while (!stream->waiting && !stream->over) {
        stream->changed.expires_at(SteadyTime::max());
        co_await stream->changed.async_wait(kNoThrow);
      }
      if (!stream->over) Cut(*stream, ErrorCode::kInternal);
      co_return;
    }
    if (!stream->ticket.Hold(kStreamBytes +
                             std::max<uint64_t>(held, stream->Unsent() + piece.size()))) {
      log::Warning("cannot finish an answer: its caller holds too much memory");
      Cut(*stream, ErrorCode::kInternal);
      co_return;
    }
    if (!**more || (stopping_ && pause > absl::ZeroDuration())) {
      stream->trailers = source->Trailers();
      stream->out_ended = true;
    }
    rests = piece.empty() && !stream->out_ended && pause > absl::ZeroDuration();
    if (!rests) AppendOut(*stream, piece);
  }
}

Awaitable<void> Requests::RunStreamingCall(StreamPtr stream, std::unique_ptr<StreamingCall> call) {
  // It may last as long as the connection: the window opens only for bytes that the call
  // has processed, and the call goes on only when its output was taken.
  stream->streaming = true;
  stream->unconsumed = 0;
  StartAnswer(*stream, 200, call->Header(), /*has_body=*/true);
  bool told_end = false;
  bool told_stop = false;
  bool due = true;
  while (!stream->over && !stream->out_ended) {
    const bool news = due || call->HasMore() || !stream->body.empty() ||
                      stream->ended != told_end || stopping_ != told_stop;
    if (news && stream->Unsent() == 0) {
      told_end = stream->ended;
      told_stop = stopping_;
      if (!co_await StepStreamingCall(*stream, *call)) co_return;
      due = false;
      continue;
    }
    const absl::Duration timeout = call->InputTimeout();
    const bool waits = timeout == absl::InfiniteDuration() || stream->Unsent() > 0;
    stream->changed.expires_at(waits ? SteadyTime::max() : Clock::now() + Chrono(timeout));
    const auto [woken] = co_await stream->changed.async_wait(kNoThrow);
    due = due || !woken;
  }
}

// Passes received bytes to the call and sends its output. Returns false if the
// stream has ended.
Awaitable<bool> Requests::StepStreamingCall(Stream& stream, StreamingCall& call) {
  const std::string in = std::exchange(stream.body, {});
  const StreamingCall::Input input{.bytes = in, .ended = stream.ended, .stopping = stopping_};
  std::string piece;
  const auto more =
      co_await RunOnWorker(context_.executors, executor_, [&] { return call.Next(input, piece); });
  if (stream.over) co_return false;
  session_->Consume(stream.id, in.size());
  if (!more.has_value() || !stream.ticket.Hold(kStreamBytes + piece.capacity())) {
    Cut(stream, ErrorCode::kInternal);
    co_return false;
  }
  if (!*more) {
    stream.trailers = call.Trailers();
    stream.out_ended = true;
  }
  AppendOut(stream, piece);
  co_return true;
}

}  // namespace zerotouch::http::http2
