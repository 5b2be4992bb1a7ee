// SPDX-License-Identifier: Apache-2.0
#include "http/http1/connection.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/log.h"
#include "http/http_date.h"
#include "http/request_body.h"
#include "http/request_id.h"

namespace zerotouch::http::http1 {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace beast_http = boost::beast::http;
using Parser = beast_http::request_parser<beast_http::string_body>;

// The largest buffer, and the bytes per read while a large body arrives: small reads
// make a body of 12 MB 20 times slower. Beast throws if a field, also of the
// trailers, has 64 KiB: such a field must not fit.
constexpr size_t kLargeRead = (size_t{64} << 10) - 1;
constexpr uint64_t kLargeBody = size_t{64} << 10;

// Time for which the rest of a refused request is read and discarded, so that a
// client which is still sending reads the answer instead of a reset (RFC 9112
// section 9.6).
constexpr absl::Duration kLingerTime = absl::Seconds(2);

// The properties of a request that its answer depends on.
struct Asked {
  std::string request_id;
  bool head = false;
  unsigned version = 11;  // as Beast has it: 10 or 11
  bool keep_alive = false;
};

Request RequestOf(const Parser::value_type& message) {
  Request request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.Add(std::string(field.name_string()), std::string(field.value()));
  }
  request.request_id = NewRequestId();
  return request;
}

// Returns the fault for a parser's error.
// `unparsed` begins with the request line if that was not parsed.
Fault FaultOfParse(const Parser& parser, const beast::error_code& error, std::string_view unparsed,
                   size_t body_limit, const ServerOptions& options) {
  if (error == beast_http::error::header_limit) {
    const bool is_url = parser.get().target().empty() &&
                        unparsed.substr(0, options.url_bytes).find("\r\n") == unparsed.npos;
    return is_url ? UrlTooLong(options.url_bytes) : HeaderTooLarge(options.header_bytes);
  }
  if (error == beast_http::error::body_limit) return BodyTooLarge(body_limit);
  // A chunk's extensions, or the trailers, filled the buffer.
  if (error == beast_http::error::buffer_overflow) return HeaderTooLarge(options.header_bytes);
  return Malformed("The request is not well-formed HTTP/1.1.");
}

bool IsParseError(const beast::error_code& error) {
  return error.category() == make_error_code(beast_http::error::bad_method).category() &&
         error != beast_http::error::end_of_stream && error != beast_http::error::partial_message;
}

// Refuses what RFC 9112 forbids and Beast accepts. A proxy in front could see
// another end of the request than this server does.
std::optional<Fault> CheckFraming(const Parser& parser) {
  const auto& message = parser.get();
  const size_t hosts = message.count(beast_http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    return Malformed("The request must have one Host header.");
  }
  const size_t codings = message.count(beast_http::field::transfer_encoding);
  if (codings > 0 && message.version() < 11) {
    return Malformed("An HTTP/1.0 request cannot have a Transfer-Encoding.");  // section 6.1
  }
  if (codings > 1 ||
      (codings == 1 && !beast::iequals(message[beast_http::field::transfer_encoding], "chunked"))) {
    return Malformed("The only supported Transfer-Encoding is chunked.");
  }
  // Beast accepts a list of equal lengths.
  if (message.count(beast_http::field::content_length) > 1 ||
      message[beast_http::field::content_length].find(',') != beast::string_view::npos) {
    return Malformed("The request has more than one Content-Length.");
  }
  return std::nullopt;
}

// Refuses a head of more than the limit. (Beast limits the request line and the
// fields each on its own.)
std::optional<Fault> CheckHeadSize(const Request& request, size_t head_bytes,
                                   const ServerOptions& options) {
  if (head_bytes <= options.header_bytes) return std::nullopt;
  return request.target.size() > options.url_bytes ? UrlTooLong(options.url_bytes)
                                                   : HeaderTooLarge(options.header_bytes);
}

class Http1Connection final : public Connection {
 public:
  Http1Connection(const ServerContext& context, Socket& socket, beast::flat_buffer read)
      : context_(context), socket_(socket), buffer_(std::move(read)) {
    buffer_.max_size(kLargeRead);
  }

  asio::awaitable<void> Run() override;
  void Drain() override {
    if (idle_) socket_.Cancel();
  }
  void Close() override { socket_.Close(); }

 private:
  // Waits for the first bytes of a request. Returns false if the connection ends.
  asio::awaitable<bool> AwaitRequest();
  // Reads, handles and answers one request. Returns false if the connection ends.
  asio::awaitable<bool> ServeOne();
  asio::awaitable<bool> ServeParsed(Parser& parser, size_t head_bytes);
  // Returns an answer if the request is refused without its body.
  asio::awaitable<std::optional<Response>> RefuseFromHeader(const Parser& parser, Request& request,
                                                            Admission::Ticket& ticket);
  // Returns an answer if the body is refused. Sets `gone` if the client has
  // disconnected.
  asio::awaitable<std::optional<Response>> ReadBody(Parser& parser, const Request& request,
                                                    Admission::Ticket& ticket, bool& gone);
  asio::awaitable<Response> Handle(Request request);
  asio::awaitable<bool> Answer(Response response, Asked asked);
  asio::awaitable<bool> AnswerStream(beast_http::response<beast_http::empty_body> header,
                                     std::unique_ptr<BodySource> source, bool chunked);
  asio::awaitable<bool> Write(asio::const_buffer bytes);
  asio::awaitable<bool> WriteHeader(beast_http::response<beast_http::empty_body> header);
  asio::awaitable<void> Linger();

  std::string_view Unparsed() const {
    return {static_cast<const char*>(buffer_.data().data()), buffer_.size()};
  }

  Response Refuse(const Fault& fault, const Request& header = {}) {
    return context_.handler.RenderFault(fault, header);
  }

  const ServerContext& context_;
  Socket& socket_;
  beast::flat_buffer buffer_;
  bool idle_ = true;  // no byte of the next request has arrived
};

asio::awaitable<void> Http1Connection::Run() {
  // g++ 12 miscompiles a co_await after a loop that has one in its condition.
  bool more = co_await AwaitRequest();
  while (more) {
    more = co_await ServeOne();
    if (buffer_.size() == 0 && buffer_.capacity() > kSmallRead) {
      buffer_ = beast::flat_buffer(kLargeRead);
    }
    if (more) more = co_await AwaitRequest();
  }
  co_await socket_.FinishSending();
}

asio::awaitable<bool> Http1Connection::AwaitRequest() {
  if (buffer_.size() > 0) {
    idle_ = false;
    co_return true;
  }
  if (context_.draining) co_return false;
  idle_ = true;
  socket_.ExpireAfter(context_.options.idle_timeout);
  const auto [error, bytes] =
      co_await socket_.async_read_some(buffer_.prepare(kSmallRead), kNoThrow);
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

asio::awaitable<bool> Http1Connection::ServeOne() {
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(context_.options.header_bytes));
  parser.body_limit(context_.options.body_bytes);
  socket_.ExpireAfter(context_.options.read_timeout);
  const auto [error, bytes] =
      co_await beast_http::async_read_header(socket_, buffer_, parser, kNoThrow);
  if (!error) co_return co_await ServeParsed(parser, bytes);
  if (!IsParseError(error)) co_return false;
  // The header is complete if only the declared length is refused.
  const bool has_header = error == beast_http::error::body_limit;
  Response refused =
      Refuse(FaultOfParse(parser, error, Unparsed(), context_.options.body_bytes, context_.options),
             has_header ? RequestOf(parser.get()) : Request());
  Asked asked{.request_id = NewRequestId()};
  if (co_await Answer(std::move(refused), std::move(asked))) co_await Linger();
  co_return false;
}

asio::awaitable<bool> Http1Connection::ServeParsed(Parser& parser, size_t head_bytes) {
  Request request = RequestOf(parser.get());
  Asked asked{.request_id = request.request_id,
              .head = request.method == "HEAD",
              .version = parser.get().version(),
              .keep_alive = parser.get().keep_alive()};
  std::optional<Admission::Ticket> ticket = context_.admission.Enter();
  std::optional<Response> refused;
  if (const std::optional<Fault> framing = CheckFraming(parser)) {
    refused = Refuse(*framing, request);
    asked.keep_alive = false;
  } else if (const auto too_large = CheckHeadSize(request, head_bytes, context_.options)) {
    refused = Refuse(*too_large, request);
  } else if (!ticket.has_value()) {
    refused = Refuse(TooBusy("requests in flight"), request);
  } else {
    refused = co_await RefuseFromHeader(parser, request, *ticket);
  }
  if (!refused.has_value() && !parser.is_done()) {
    if (beast::iequals(request.headers.Get("Expect"), "100-continue")) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      if (!co_await Write(asio::buffer(kContinue))) co_return false;
    }
    bool gone = false;
    refused = co_await ReadBody(parser, request, *ticket, gone);
    if (gone) co_return false;
  }
  if (refused.has_value()) {
    const bool complete = parser.is_done();
    asked.keep_alive = asked.keep_alive && complete;
    const bool sent = co_await Answer(*std::move(refused), asked);
    if (sent && !complete) co_await Linger();
    co_return sent&& asked.keep_alive && !context_.draining;
  }
  request.body = std::move(parser.get().body());
  request.hold = [&ticket = *ticket](uint64_t bytes) { return ticket.Hold(bytes); };
  Response response = co_await Handle(std::move(request));
  ticket->HoldNothing();
  asked.keep_alive =
      asked.keep_alive && !context_.draining && !(response.stream != nullptr && asked.version < 11);
  const bool sent = co_await Answer(std::move(response), asked);
  co_return sent&& asked.keep_alive;
}

asio::awaitable<std::optional<Response>> Http1Connection::RefuseFromHeader(
    const Parser& parser, Request& request, Admission::Ticket& ticket) {
  const uint64_t declared = parser.content_length().value_or(0);
  if (const auto fault = CheckHeader(request, declared, context_.options)) {
    co_return Refuse(*fault, request);
  }
  if (parser.is_done()) co_return std::nullopt;
  if (!ticket.Hold(declared)) {
    co_return Refuse(TooBusy("request bodies"), request);
  }
  co_return co_await asio::co_spawn(
      context_.workers,
      [&]() -> asio::awaitable<std::optional<Response>> {
        co_return context_.handler.RefuseEarly(request);
      },
      asio::use_awaitable);
}

asio::awaitable<std::optional<Response>> Http1Connection::ReadBody(Parser& parser,
                                                                   const Request& request,
                                                                   Admission::Ticket& ticket,
                                                                   bool& gone) {
  const uint64_t declared = parser.content_length_remaining().value_or(kLargeBody);
  const size_t body_limit = BodyLimit(request, context_.options);
  parser.body_limit(body_limit);
  buffer_.reserve(declared >= kLargeBody ? kLargeRead : kSmallRead);
  while (!parser.is_done()) {
    socket_.ExpireAfter(context_.options.read_timeout);
    const size_t body_bytes = parser.get().body().size();
    const auto [error, bytes] =
        co_await beast_http::async_read_some(socket_, buffer_, parser, kNoThrow);
    if (error) {
      gone = !IsParseError(error);
      if (gone) co_return std::nullopt;
      co_return Refuse(FaultOfParse(parser, error, Unparsed(), body_limit, context_.options),
                       request);
    }
    // Each step reads either a part of the body, or one chunk's head and, after
    // the last chunk, the trailers.
    if (parser.chunked() && parser.get().body().size() == body_bytes &&
        bytes > context_.options.header_bytes) {
      co_return Refuse(HeaderTooLarge(context_.options.header_bytes), request);
    }
    // The length of a chunked body is not known in advance.
    if (parser.chunked() && !ticket.Hold(parser.get().body().capacity())) {
      co_return Refuse(TooBusy("request bodies"), request);
    }
  }
  co_return std::nullopt;
}

asio::awaitable<Response> Http1Connection::Handle(Request request) {
  co_return co_await asio::co_spawn(
      context_.workers,
      [&]() -> asio::awaitable<Response> {
        co_return DecodeAndHandle(std::move(request), context_.options, context_.handler);
      },
      asio::use_awaitable);
}

// Returns false if the client has disconnected, or if the connection must be
// closed to show that the answer is incomplete.
asio::awaitable<bool> Http1Connection::Answer(Response response, Asked asked) {
  const bool streamed = response.stream != nullptr;
  const bool chunked = streamed && asked.version >= 11;
  beast_http::response<beast_http::empty_body> header(
      static_cast<beast_http::status>(response.status), asked.version);
  for (const auto& [name, value] : response.headers.all()) header.insert(name, value);
  header.set(beast_http::field::server, "OpenZeroTouch");
  header.set(beast_http::field::date, HttpDate(absl::Now()));
  header.set("X-Request-Id", asked.request_id);
  header.keep_alive(asked.keep_alive && !context_.draining);
  if (chunked) header.chunked(true);
  if (!streamed) header.content_length(response.body.size());

  if (streamed && !asked.head) {
    co_return co_await AnswerStream(std::move(header), std::move(response.stream), chunked);
  }
  if (!co_await WriteHeader(std::move(header))) co_return false;
  if (asked.head || response.body.empty()) co_return true;
  co_return co_await Write(asio::buffer(response.body));
}

asio::awaitable<bool> Http1Connection::AnswerStream(
    beast_http::response<beast_http::empty_body> header, std::unique_ptr<BodySource> source,
    bool chunked) {
  if (!co_await WriteHeader(std::move(header))) co_return false;
  std::string piece;
  bool more = true;
  while (more) {
    piece.clear();
    const absl::StatusOr<bool> next = co_await asio::co_spawn(
        context_.workers,
        [&]() -> asio::awaitable<absl::StatusOr<bool>> { co_return source->Next(piece); },
        asio::use_awaitable);
    if (!next.ok()) {
      log::Error("cannot finish an answer; closing the connection",
                 {{"error", next.status().ToString()}});
      co_return false;
    }
    more = *next;
    if (piece.empty()) continue;
    if (!chunked) {
      if (!co_await Write(asio::buffer(piece))) co_return false;
      continue;
    }
    socket_.ExpireAfter(context_.options.write_timeout);
    const auto [error, bytes] =
        co_await asio::async_write(socket_, beast_http::make_chunk(asio::buffer(piece)), kNoThrow);
    if (error) co_return false;
  }
  if (!chunked) co_return true;
  socket_.ExpireAfter(context_.options.write_timeout);
  const auto [error, bytes] =
      co_await asio::async_write(socket_, beast_http::make_chunk_last(), kNoThrow);
  co_return !error;
}

asio::awaitable<bool> Http1Connection::WriteHeader(
    beast_http::response<beast_http::empty_body> header) {
  beast_http::response_serializer<beast_http::empty_body> serializer(header);
  socket_.ExpireAfter(context_.options.write_timeout);
  const auto [error, bytes] =
      co_await beast_http::async_write_header(socket_, serializer, kNoThrow);
  co_return !error;
}

asio::awaitable<bool> Http1Connection::Write(asio::const_buffer bytes) {
  socket_.ExpireAfter(context_.options.write_timeout);
  const auto [error, written] = co_await asio::async_write(socket_, bytes, kNoThrow);
  co_return !error;
}

asio::awaitable<void> Http1Connection::Linger() {
  co_await socket_.FinishSending();
  socket_.ExpireAfter(kLingerTime);
  co_await socket_.DiscardRest();
}

}  // namespace

std::unique_ptr<Connection> MakeConnection(const ServerContext& context, Socket& socket,
                                           beast::flat_buffer read) {
  return std::make_unique<Http1Connection>(context, socket, std::move(read));
}

}  // namespace zerotouch::http::http1
