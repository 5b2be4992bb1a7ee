// SPDX-License-Identifier: Apache-2.0
#include "http/http1/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/beast/http/status.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "base/log.h"
#include "base/rejections.h"
#include "http/http1/request_parser.h"
#include "http/http_date.h"
#include "http/least_rate.h"
#include "http/promised.h"
#include "http/request_body.h"
#include "http/trace_id.h"

namespace zerotouch::http::http1 {
namespace {

using SteadyClock = std::chrono::steady_clock;

// Bytes per read while a large body arrives: small reads make a body of 12 MB 20
// times slower.
constexpr size_t kLargeRead = size_t{64} << 10;

// An answer with a body up to this size is written in one piece.
constexpr size_t kJoinedBytes = size_t{32} << 10;

// The room that is made for a piece of a stream, and the begin of its chunk (RFC 9112
// section 7.1), whose size is written over the zeros.
constexpr size_t kPieceBytes = size_t{30} << 10;
constexpr int kChunkDigits = 8;
constexpr const char* kChunkHead = "00000000\r\n";

// Time for which the rest of a refused request is read and discarded, so that a
// client which is still sending reads the answer instead of a reset (RFC 9112
// section 9.6).
constexpr absl::Duration kLingerTime = absl::Seconds(2);

// The properties of a request that its answer depends on.
struct AnswerForm {
  std::string request_id;
  bool head = false;
  int version = 11;
  bool keep_alive = false;
};

class Http1Connection final : public Connection {
 public:
  Http1Connection(const ServerContext& context, Peer& peer, Socket& socket, std::string read)
      : context_(context), peer_(peer), socket_(socket), in_(std::move(read)) {}

  Awaitable<void> Run() override;
  void Drain() override {
    if (idle_since_.has_value()) socket_.Cancel();
  }
  void Close() override {
    closed_ = true;
    socket_.Close();
  }
  void CheckTimeouts(SteadyTime now) override;
  std::optional<SteadyTime> IdleSince() const override { return idle_since_; }

 private:
  // States for which the connection waits; each has its own timeout.
  enum class Waits { kForHandler, kUntilDeadline, kForBody, kForReader };

  // Returns the timeout for a request that usually may take `timeout`.
  absl::Duration ForRequest(absl::Duration timeout) const {
    return first_ ? std::min(timeout, context_.options.first_request_timeout) : timeout;
  }
  void WaitFor(absl::Duration timeout) {
    waits_ = Waits::kUntilDeadline;
    deadline_ = SteadyClock::now() + Chrono(timeout);
  }
  // Reads more bytes behind those in in_. Returns false if the connection ends.
  Awaitable<bool> ReadMore(size_t bytes);
  // Waits for the first bytes of a request. Returns false if the connection ends.
  Awaitable<bool> AwaitRequest();
  // Reads, handles and answers one request. Returns false if the connection ends.
  Awaitable<bool> ServeOne();
  Awaitable<bool> ServeParsed(RequestParser& parser, Request& request);
  // Returns true if a small body has come with the header: it costs nothing to read.
  bool HasSmallBody(const RequestParser& parser, const Request& request) const {
    return !parser.chunked() && parser.declared_bytes() <= std::min(in_.size(), kSmallRead) &&
           !request.headers.Has("Content-Encoding");
  }
  // Returns an answer if the request is refused without its body.
  Awaitable<std::optional<Response>> RefuseFromHeader(const RequestParser& parser, Request& request,
                                                      Admission::Ticket& ticket);
  // Returns an answer if the body is refused. Sets `gone` if the client has
  // disconnected.
  Awaitable<std::optional<Response>> ReadBody(RequestParser& parser, Request& request,
                                              Admission::Ticket& ticket, bool& gone);
  Awaitable<Response> Handle(Request request, Admission::Ticket& ticket);
  Awaitable<bool> Answer(Response response, const AnswerForm& form, Admission::Ticket& ticket);
  Awaitable<bool> AnswerStream(BodySource& source, bool chunked, Admission::Ticket& ticket);
  // Waits until the source of a stream may have something.
  Awaitable<void> Rest(absl::Duration pause);
  // Sends a piece of a stream. While the client does not take it, only the rest is kept.
  Awaitable<bool> WritePiece(std::string& piece, uint64_t held, Admission::Ticket& ticket);
  Awaitable<bool> Write(std::string_view bytes);
  Awaitable<void> Linger();
  void Use(size_t bytes) { in_.erase(0, bytes); }

  Response Refuse(const Fault& fault, const Request& header) {
    return context_.handler.RenderFault(fault, header);
  }

  const ServerContext& context_;
  Peer& peer_;
  Socket& socket_;
  std::string in_;     // received and not parsed yet
  std::string out_;    // the head of the answer, and a short body
  bool first_ = true;  // no request was answered yet
  bool closed_ = false;
  std::optional<SteadyTime> idle_since_;
  Waits waits_ = Waits::kForHandler;
  SteadyTime deadline_;
  LeastRate rate_;
  uint64_t received_ = 0;
};

void Http1Connection::CheckTimeouts(SteadyTime now) {
  const ServerOptions& options = context_.options;
  const bool expired =
      (waits_ == Waits::kUntilDeadline && now > deadline_) ||
      (waits_ == Waits::kForBody && rate_.IsTooSlow(now, received_, options.read_timeout)) ||
      (waits_ == Waits::kForReader &&
       rate_.IsTooSlow(now, socket_.TakenBytes(), options.write_timeout));
  if (expired) socket_.Close();
}

Awaitable<void> Http1Connection::Run() {
  // g++ 12 miscompiles a co_await after a loop that has one in its condition.
  bool more = co_await AwaitRequest();
  while (more) {
    more = co_await ServeOne();
    first_ = false;
    if (more) more = co_await AwaitRequest();
  }
  WaitFor(context_.options.write_timeout);
  co_await socket_.FinishSending();
}

Awaitable<bool> Http1Connection::ReadMore(size_t bytes) {
  const size_t before = in_.size();
  in_.resize(before + bytes);
  const Socket::Result result = co_await socket_.Read({in_.data() + before, bytes});
  in_.resize(before + result.bytes);
  received_ += result.bytes;
  co_return result.bytes > 0;
}

Awaitable<bool> Http1Connection::AwaitRequest() {
  // Ignores one empty line, which some clients send behind a body (RFC 9112 section 2.2).
  constexpr std::string_view kEmptyLine = "\r\n";
  bool ignored = false;
  while (true) {
    if (!ignored && in_.starts_with(kEmptyLine)) {
      Use(kEmptyLine.size());
      ignored = true;
    }
    const bool begun = !in_.empty() && (ignored || in_ != kEmptyLine.substr(0, 1));
    if (begun) co_return true;
    if (context_.draining) co_return false;
    // An idle connection keeps a small buffer only.
    if (in_.capacity() > 2 * kSmallRead) std::string(in_).swap(in_);
    if (out_.capacity() > 2 * kSmallRead) std::string().swap(out_);
    idle_since_ = SteadyClock::now();
    WaitFor(ForRequest(context_.options.idle_timeout));
    const bool read = co_await ReadMore(kSmallRead);
    idle_since_.reset();
    if (!read) co_return false;
  }
}

Awaitable<bool> Http1Connection::ServeOne() {
  Request request;
  const std::unique_ptr<RequestParser> parser = RequestParser::Create(context_.options, request);
  WaitFor(ForRequest(context_.options.read_timeout));
  while (true) {
    Use(parser->Parse(in_));
    if (parser->header_done() || parser->fault().has_value()) break;
    if (!co_await ReadMore(kSmallRead)) co_return false;
  }
  Identify(peer_.address, request);
  waits_ = Waits::kForHandler;
  co_return co_await ServeParsed(*parser, request);
}

Awaitable<bool> Http1Connection::ServeParsed(RequestParser& parser, Request& request) {
  AnswerForm form{.request_id = request.request_id,
                  .head = request.method == "HEAD",
                  .version = parser.version(),
                  .keep_alive = parser.header_done() && parser.keep_alive()};
  Admission::Ticket ticket(context_.admission, peer_);
  std::optional<Response> refused;
  if (parser.fault().has_value()) {
    refused = Refuse(*parser.fault(), request);
  } else {
    refused = co_await RefuseFromHeader(parser, request, ticket);
  }
  if (!refused.has_value() && !parser.done()) {
    if (EqualIgnoringCase(request.headers.Get("Expect"), "100-continue")) {
      if (!co_await Write("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
    }
    bool gone = false;
    refused = co_await ReadBody(parser, request, ticket, gone);
    if (gone) co_return false;
  }
  if (!refused.has_value() && !context_.handler.IsHealthCheck(request) && !ticket.Enter()) {
    refused = Refuse(TooBusy(kRequestsInFlight), request);
  }
  if (refused.has_value()) {
    const bool complete = parser.done() && !parser.broken();
    form.keep_alive = form.keep_alive && complete;
    const bool sent = co_await Answer(*std::move(refused), form, ticket);
    if (sent && !complete) co_await Linger();
    co_return sent&& form.keep_alive && !context_.draining;
  }
  Response response = co_await Handle(std::move(request), ticket);
  if (response.dropped) co_return false;
  form.keep_alive =
      form.keep_alive && !context_.draining && !(response.stream != nullptr && form.version < 11);
  const bool sent = co_await Answer(std::move(response), form, ticket);
  co_return sent&& form.keep_alive;
}

Awaitable<std::optional<Response>> Http1Connection::RefuseFromHeader(const RequestParser& parser,
                                                                     Request& request,
                                                                     Admission::Ticket& ticket) {
  if (const auto fault = CheckHeader(request, parser.declared_bytes(), context_.options)) {
    co_return Refuse(*fault, request);
  }
  if (parser.done() || HasSmallBody(parser, request)) co_return std::nullopt;
  std::optional<Response> refused;
  if (!context_.handler.Blocks()) {
    refused = context_.handler.RefuseEarly(request);
  } else {
    auto result = co_await RunOnWorker(context_.executors, socket_.executor(), [this, &request] {
      return context_.handler.RefuseEarly(request);
    });
    if (!result.has_value()) co_return Refuse(TooBusy("memory"), request);
    refused = *std::move(result);
  }
  if (!refused.has_value() && !ticket.Identify(request.account)) {
    refused = Refuse(TooBusy("request bodies"), request);
  }
  co_return refused;
}

Awaitable<std::optional<Response>> Http1Connection::ReadBody(RequestParser& parser,
                                                             Request& request,
                                                             Admission::Ticket& ticket,
                                                             bool& gone) {
  parser.ExpectBody(BodyLimit(request, context_.options),
                    [&ticket](uint64_t bytes) { return ticket.Hold(bytes); });
  const bool large = parser.chunked() || parser.declared_bytes() >= kLargeRead;
  waits_ = Waits::kForBody;
  rate_.Begin(SteadyClock::now(), received_);
  while (true) {
    Use(parser.Parse(in_));
    if (parser.done()) break;
    if (parser.fault().has_value()) co_return Refuse(*parser.fault(), request);
    if (!co_await ReadMore(large ? kLargeRead : kSmallRead)) {
      gone = true;
      co_return std::nullopt;
    }
  }
  waits_ = Waits::kForHandler;
  co_return std::nullopt;
}

Awaitable<Response> Http1Connection::Handle(Request request, Admission::Ticket& ticket) {
  request.hold = [&ticket](uint64_t bytes) { return ticket.Hold(bytes); };
  auto answer = std::make_shared<Promised<Response>>(socket_.executor());
  DecodeAndServe(std::move(request), context_.options, context_.handler, context_.executors,
                 [answer](Response response) { answer->Set(std::move(response)); });
  Response response = co_await answer->Get();
  ticket.HoldNothing();
  const uint64_t bytes = HeldBytes(response);
  const bool held =
      bytes <= kJoinedBytes || (ticket.Identify(response.account) && ticket.Hold(bytes));
  if (held) {
    response.refusal.reset();
    co_return response;
  }
  if (response.refusal != nullptr) CountRejection(Rejection::kMemory);
  co_return response.refusal != nullptr ? std::move(*response.refusal)
                                        : Refuse(TooBusy(kAnswers), Request());
}

// Returns false if the client has disconnected, or if the connection must be
// closed to show that the answer is incomplete.
Awaitable<bool> Http1Connection::Answer(Response response, const AnswerForm& form,
                                        Admission::Ticket& ticket) {
  const bool streamed = response.stream != nullptr;
  const bool chunked = streamed && form.version >= 11;
  const bool keep_alive = form.keep_alive && !context_.draining;
  const auto reason =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(response.status));
  out_ = fmt::format("HTTP/1.{} {} {}\r\n", form.version % 10, response.status,
                     std::string_view(reason.data(), reason.size()));
  const auto add = [this](std::string_view name, std::string_view value) {
    out_.append(name).append(": ").append(value).append("\r\n");
  };
  for (const auto& [name, value] : response.headers) add(name, value);
  add("Server", "OpenZeroTouch");
  add("Date", HttpDateNow());
  add("X-Request-Id", form.request_id);
  if (keep_alive != (form.version >= 11)) add("Connection", keep_alive ? "keep-alive" : "close");
  if (chunked) add("Transfer-Encoding", "chunked");
  const std::string_view body = response.text();
  if (!streamed) add("Content-Length", fmt::format_int(body.size()).c_str());
  out_ += "\r\n";
  if (streamed && !form.head) {
    if (!co_await Write(out_)) co_return false;
    co_return co_await AnswerStream(*response.stream, chunked, ticket);
  }
  if (form.head || body.empty()) co_return co_await Write(out_);
  if (body.size() <= kJoinedBytes) {
    out_ += body;
    co_return co_await Write(out_);
  }
  if (!co_await Write(out_)) co_return false;
  co_return co_await Write(body);
}

Awaitable<bool> Http1Connection::AnswerStream(BodySource& source, bool chunked,
                                              Admission::Ticket& ticket) {
  const uint64_t held = source.HeldBytes();
  const absl::Duration pause = source.Pause();
  std::string piece;
  bool more = true;
  while (more) {
    piece.reserve(kPieceBytes);
    // The size of the chunk is known when the piece is.
    piece.assign(chunked ? kChunkHead : "");
    const size_t head_bytes = piece.size();
    waits_ = Waits::kForHandler;
    const auto next = co_await ReadPiece(source, context_.executors, socket_.executor(), piece);
    if (!next.has_value() || !next->ok()) {
      log::Error("cannot finish an answer; closing the connection",
                 {{"error", next.has_value() ? next->status().ToString() : "out of memory"}});
      co_return false;
    }
    more = **next && !closed_ && (pause == absl::ZeroDuration() || !context_.draining);
    const bool rests = more && piece.size() == head_bytes && pause > absl::ZeroDuration();
    if (piece.size() == head_bytes) {
      piece.clear();
    } else if (chunked) {
      fmt::format_to_n(piece.data(), kChunkDigits, "{:0{}x}", piece.size() - head_bytes,
                       kChunkDigits);
      piece += "\r\n";
    }
    // The end is a chunk of no bytes.
    if (chunked && !more) piece += "0\r\n\r\n";
    if (!piece.empty() && !co_await WritePiece(piece, held, ticket)) co_return false;
    if (rests) co_await Rest(pause);
  }
  co_return !closed_;
}

Awaitable<void> Http1Connection::Rest(absl::Duration pause) {
  Timer timer(socket_.executor(), Chrono(pause));
  co_await timer.async_wait(kNoThrow);
}

Awaitable<bool> Http1Connection::WritePiece(std::string& piece, uint64_t held,
                                            Admission::Ticket& ticket) {
  std::string_view rest = piece;
  if (!socket_.WriteSome(rest)) co_return false;
  if (rest.empty()) co_return true;
  piece = std::string(rest);
  if (!ticket.Hold(std::max<uint64_t>(held, piece.size()))) {
    log::Warning("cannot finish an answer: its caller holds too much memory");
    co_return false;
  }
  co_return co_await Write(piece);
}

Awaitable<bool> Http1Connection::Write(std::string_view bytes) {
  // Mostly everything goes at once.
  if (!socket_.WriteSome(bytes)) co_return false;
  if (bytes.empty()) co_return true;
  waits_ = Waits::kForReader;
  rate_.Begin(SteadyClock::now(), socket_.TakenBytes());
  const bool written = co_await socket_.Write(bytes);
  waits_ = Waits::kForHandler;
  co_return written;
}

Awaitable<void> Http1Connection::Linger() {
  WaitFor(kLingerTime);
  co_await socket_.FinishSending();
  co_await socket_.DiscardRest();
}

}  // namespace

std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Peer& peer, Socket& socket,
                                           std::string read) {
  return std::make_unique<Http1Connection>(context, peer, socket, std::move(read));
}

}  // namespace zerotouch::http::http1
