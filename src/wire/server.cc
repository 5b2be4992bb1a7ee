// HTTP/1.1 on one port. One thread runs the event loop, on which every
// connection is a coroutine; handlers are synchronous and run on worker
// threads, so a slow one keeps nobody else waiting.

#include "wire/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "absl/time/clock.h"
#include "base/log.h"
#include "crypto/random.h"
#include "model/errors.h"
#include "wire/gzip.h"
#include "wire/http.h"

namespace zerotouch::wire {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using Parser = http::request_parser<http::string_body>;

constexpr auto kNoThrow = asio::as_tuple(asio::use_awaitable);

// Bytes read at once. Small reads make a 12 MB body 20 times slower; what an
// idle connection holds is the small one.
constexpr size_t kSmallBuffer = size_t{4} << 10;
constexpr size_t kLargeBuffer = size_t{512} << 10;
constexpr uint64_t kLargeBody = size_t{64} << 10;

// What is read of a request that was refused before its body came, so that the
// client reads the answer instead of a reset (RFC 9112 section 9.6).
constexpr size_t kLingerBytes = size_t{1} << 20;
constexpr auto kLingerTime = std::chrono::seconds(1);

std::chrono::nanoseconds Chrono(absl::Duration duration) {
  return absl::ToChronoNanoseconds(duration);
}

std::string NewRequestId() {
  std::string id;
  for (const char byte : crypto::RandomBytes(8)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return id;
}

HttpRequest RequestOf(const Parser::value_type& message) {
  HttpRequest request;
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  for (const auto& field : message) {
    request.headers.Add(std::string(field.name_string()), std::string(field.value()));
  }
  request.request_id = NewRequestId();
  return request;
}

bool IsGzip(std::string_view coding) {
  return beast::iequals(coding, "gzip") || beast::iequals(coding, "x-gzip");
}

// The error for what the parser did not take.
absl::Status StatusOfParse(const beast::error_code& error, const ServerOptions& options) {
  if (error == http::error::header_limit) return errors::HeaderTooLarge(options.header_bytes);
  if (error == http::error::body_limit) return errors::BodyTooLarge(options.body_bytes);
  return errors::BadRequest({{"", "The request is not well-formed HTTP/1.1."}});
}

bool IsParseError(const beast::error_code& error) {
  return error.category() == make_error_code(http::error::bad_method).category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

class Http1Server;

// One client's connection.
class Connection {
 public:
  Connection(Http1Server& server, tcp::socket socket)
      : server_(server), stream_(std::move(socket)) {}

  asio::awaitable<void> Run();
  // Of an idle connection: nothing of a request has come.
  bool idle() const { return idle_; }
  void Close() {
    beast::error_code ignored;
    stream_.socket().close(ignored);
  }

 private:
  // Waits for the first bytes of a request. False at the end.
  asio::awaitable<bool> AwaitRequest();
  // Reads, handles and answers one request. False if the connection is over.
  asio::awaitable<bool> ServeOne();
  // An answer that refuses the request from its header alone.
  asio::awaitable<std::optional<HttpResponse>> RefuseFromHeader(const HttpRequest& request,
                                                                uint64_t declared);
  // The answer if the body cannot be taken; nullopt with `failed` set if the
  // client is gone.
  asio::awaitable<std::optional<HttpResponse>> ReadBody(Parser& parser, bool& failed);
  asio::awaitable<HttpResponse> Handle(HttpRequest request);
  asio::awaitable<bool> Answer(HttpResponse response, const HttpRequest& request, unsigned version,
                               bool keep_alive);
  asio::awaitable<bool> AnswerStream(http::response<http::empty_body> header,
                                     std::unique_ptr<BodySource> source, bool chunked);
  asio::awaitable<void> Linger();

  Http1Server& server_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  bool idle_ = true;
};

class Http1Server final : public Server {
 public:
  Http1Server(const ServerOptions& options, HttpHandler& handler)
      : options_(options),
        handler_(handler),
        acceptor_(loop_),
        slot_freed_(loop_, std::chrono::steady_clock::time_point::max()),
        workers_(static_cast<size_t>(options.worker_threads)) {}

  ~Http1Server() override {
    Drain(absl::ZeroDuration());
    workers_.join();
    loop_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen();
  uint16_t port() const override { return port_; }
  void Drain(absl::Duration patience) override;

  const ServerOptions& options() const { return options_; }
  HttpHandler& handler() { return handler_; }
  asio::thread_pool& workers() { return workers_; }
  bool draining() const { return draining_; }

  // Counts a request in; false if too many are in flight already.
  bool Enter() { return ++in_flight_ <= options_.queued_requests || (--in_flight_, false); }
  void Leave() { --in_flight_; }
  bool TakeBodyBytes(uint64_t bytes) {
    return (body_bytes_ += bytes) <= options_.body_bytes_in_flight || (body_bytes_ -= bytes, false);
  }
  void GiveBodyBytes(uint64_t bytes) { body_bytes_ -= bytes; }

 private:
  asio::awaitable<void> Accept();
  asio::awaitable<void> RunConnection(tcp::socket socket);

  const ServerOptions options_;
  HttpHandler& handler_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer slot_freed_;
  asio::thread_pool workers_;
  std::thread thread_;
  uint16_t port_ = 0;

  std::atomic<bool> draining_ = false;
  std::atomic<int> in_flight_ = 0;
  std::atomic<uint64_t> body_bytes_ = 0;

  std::set<Connection*> connections_;  // on the loop's thread alone
  std::mutex mutex_;
  std::condition_variable all_closed_;
  size_t open_ = 0;  // guarded by mutex_
};

asio::awaitable<void> Connection::Run() {
  // The seam for HTTP/2: a connection that opens with its preface goes there.
  bool first = true;
  while (co_await AwaitRequest()) {
    const auto data = buffer_.data();
    const std::string_view begin(static_cast<const char*>(data.data()), data.size());
    if (first && begin.starts_with("PRI ")) {
      HttpResponse response = server_.handler().RenderError(
          errors::Unimplemented("HTTP/2; send HTTP/1.1 to this server"));
      response.status = 505;
      co_await Answer(std::move(response), HttpRequest(), 11, /*keep_alive=*/false);
      break;
    }
    first = false;
    if (!co_await ServeOne()) break;
    if (buffer_.size() == 0 && buffer_.capacity() > kLargeBody) buffer_ = beast::flat_buffer();
  }
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

asio::awaitable<bool> Connection::AwaitRequest() {
  if (buffer_.size() > 0) co_return true;
  if (server_.draining()) co_return false;
  idle_ = true;
  stream_.expires_after(Chrono(server_.options().idle_timeout));
  const auto [error, bytes] =
      co_await stream_.async_read_some(buffer_.prepare(kSmallBuffer), kNoThrow);
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(bytes);
  co_return true;
}

asio::awaitable<std::optional<HttpResponse>> Connection::RefuseFromHeader(
    const HttpRequest& request, uint64_t declared) {
  HttpHandler& handler = server_.handler();
  if (request.target.size() > server_.options().url_bytes) {
    co_return handler.RenderError(errors::UrlTooLong(server_.options().url_bytes));
  }
  const std::string_view coding = request.headers.Get("Content-Encoding");
  if (!coding.empty() && !IsGzip(coding) && !beast::iequals(coding, "identity")) {
    HttpResponse response = handler.RenderError(
        errors::BadRequest({{"", "The body's Content-Encoding must be gzip or identity."}}));
    response.status = 415;
    co_return response;
  }
  if (declared > server_.options().body_bytes) {
    co_return handler.RenderError(errors::BodyTooLarge(server_.options().body_bytes));
  }
  if (declared == 0) co_return std::nullopt;
  co_return co_await asio::co_spawn(
      server_.workers(),
      [&]() -> asio::awaitable<std::optional<HttpResponse>> {
        co_return handler.RefuseEarly(request);
      },
      asio::use_awaitable);
}

asio::awaitable<std::optional<HttpResponse>> Connection::ReadBody(Parser& parser, bool& failed) {
  const uint64_t declared = parser.content_length_remaining().value_or(kLargeBody);
  buffer_.reserve(declared >= kLargeBody ? kLargeBuffer : kSmallBuffer);
  while (!parser.is_done()) {
    stream_.expires_after(Chrono(server_.options().read_timeout));
    const auto [error, bytes] = co_await http::async_read_some(stream_, buffer_, parser, kNoThrow);
    if (!error) continue;
    failed = !IsParseError(error);
    if (failed) co_return std::nullopt;
    co_return server_.handler().RenderError(StatusOfParse(error, server_.options()));
  }
  co_return std::nullopt;
}

asio::awaitable<HttpResponse> Connection::Handle(HttpRequest request) {
  HttpHandler& handler = server_.handler();
  const size_t limit = server_.options().body_bytes;
  co_return co_await asio::co_spawn(
      server_.workers(),
      [&handler, limit, &request]() -> asio::awaitable<HttpResponse> {
        if (IsGzip(request.headers.Get("Content-Encoding"))) {
          absl::StatusOr<std::string> body = Gunzip(request.body, limit);
          if (!body.ok()) co_return handler.RenderError(body.status());
          request.body = *std::move(body);
        }
        co_return handler.Handle(std::move(request));
      },
      asio::use_awaitable);
}

// Counts a request and its body in, until it goes.
class InFlight {
 public:
  InFlight(Http1Server& server, uint64_t bytes) : server_(server), bytes_(bytes) {
    entered_ = server_.Enter();
    if (entered_ && !server_.TakeBodyBytes(bytes_)) {
      server_.Leave();
      entered_ = false;
    }
  }
  ~InFlight() {
    if (!entered_) return;
    server_.GiveBodyBytes(bytes_);
    server_.Leave();
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;
  bool entered() const { return entered_; }

 private:
  Http1Server& server_;
  const uint64_t bytes_;
  bool entered_ = false;
};

asio::awaitable<bool> Connection::ServeOne() {
  Parser parser;
  parser.header_limit(static_cast<uint32_t>(server_.options().header_bytes));
  parser.body_limit(server_.options().body_bytes);
  stream_.expires_after(Chrono(server_.options().read_timeout));
  {
    const auto [error, bytes] =
        co_await http::async_read_header(stream_, buffer_, parser, kNoThrow);
    if (error && !IsParseError(error)) co_return false;
    if (error) {
      co_await Answer(server_.handler().RenderError(StatusOfParse(error, server_.options())),
                      HttpRequest(), 11, /*keep_alive=*/false);
      co_await Linger();
      co_return false;
    }
  }
  HttpRequest request = RequestOf(parser.get());
  const unsigned version = parser.get().version();
  const bool keep_alive = parser.get().keep_alive();
  const bool chunked = parser.chunked();
  const uint64_t declared = chunked ? kLargeBody : parser.content_length().value_or(0);

  std::optional<HttpResponse> refused;
  const InFlight in_flight(server_, declared);
  if (!in_flight.entered()) {
    refused =
        server_.handler().RenderError(errors::TooBusy("requests in flight", absl::Seconds(1)));
  } else {
    refused = co_await RefuseFromHeader(request, declared);
  }
  if (!refused.has_value() && !parser.is_done()) {
    if (beast::iequals(request.headers.Get("Expect"), "100-continue")) {
      constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
      co_await asio::async_write(stream_, asio::buffer(kContinue), kNoThrow);
    }
    bool failed = false;
    refused = co_await ReadBody(parser, failed);
    if (failed) co_return false;
  }
  if (refused.has_value()) {
    const bool complete = parser.is_done();
    const bool open =
        co_await Answer(*std::move(refused), request, version, keep_alive && complete);
    if (!complete) co_await Linger();
    co_return open&& complete;
  }
  request.body = std::move(parser.get().body());
  const HttpRequest shape{.method = request.method, .request_id = request.request_id};
  HttpResponse response = co_await Handle(std::move(request));
  co_return co_await Answer(std::move(response), shape, version, keep_alive);
}

asio::awaitable<bool> Connection::Answer(HttpResponse response, const HttpRequest& request,
                                         unsigned version, bool keep_alive) {
  keep_alive = keep_alive && !server_.draining();
  const bool streamed = response.stream != nullptr;
  const bool chunked = streamed && version >= 11;
  if (streamed && !chunked) keep_alive = false;
  http::response<http::empty_body> header(static_cast<http::status>(response.status), version);
  for (const auto& [name, value] : response.headers.all()) header.insert(name, value);
  header.set(http::field::server, "OpenZeroTouch");
  header.set(http::field::date,
             absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", absl::Now(), absl::UTCTimeZone()));
  if (!request.request_id.empty()) header.set("X-Request-Id", request.request_id);
  header.keep_alive(keep_alive);
  if (chunked) header.chunked(true);
  if (!streamed) header.content_length(response.body.size());

  const bool bodyless = request.method == "HEAD";
  if (streamed && !bodyless) {
    const bool whole =
        co_await AnswerStream(std::move(header), std::move(response.stream), chunked);
    co_return whole&& keep_alive;
  }
  http::response_serializer<http::empty_body> serializer(header);
  stream_.expires_after(Chrono(server_.options().write_timeout));
  {
    const auto [error, bytes] = co_await http::async_write_header(stream_, serializer, kNoThrow);
    if (error) co_return false;
  }
  if (!bodyless && !response.body.empty()) {
    stream_.expires_after(Chrono(server_.options().write_timeout));
    const auto [error, bytes] =
        co_await asio::async_write(stream_, asio::buffer(response.body), kNoThrow);
    if (error) co_return false;
  }
  co_return keep_alive;
}

asio::awaitable<bool> Connection::AnswerStream(http::response<http::empty_body> header,
                                               std::unique_ptr<BodySource> source, bool chunked) {
  http::response_serializer<http::empty_body> serializer(header);
  stream_.expires_after(Chrono(server_.options().write_timeout));
  {
    const auto [error, bytes] = co_await http::async_write_header(stream_, serializer, kNoThrow);
    if (error) co_return false;
  }
  std::string piece;
  bool more = true;
  while (more) {
    piece.clear();
    const absl::StatusOr<bool> next = co_await asio::co_spawn(
        server_.workers(),
        [&]() -> asio::awaitable<absl::StatusOr<bool>> { co_return source->Next(piece); },
        asio::use_awaitable);
    if (!next.ok()) {
      log::Error("an answer was cut", {{"error", next.status().ToString()}});
      co_return false;
    }
    more = *next;
    if (piece.empty()) continue;
    stream_.expires_after(Chrono(server_.options().write_timeout));
    if (chunked) {
      const auto [error, bytes] =
          co_await asio::async_write(stream_, http::make_chunk(asio::buffer(piece)), kNoThrow);
      if (error) co_return false;
    } else {
      const auto [error, bytes] =
          co_await asio::async_write(stream_, asio::buffer(piece), kNoThrow);
      if (error) co_return false;
    }
  }
  if (!chunked) co_return true;
  const auto [error, bytes] =
      co_await asio::async_write(stream_, http::make_chunk_last(), kNoThrow);
  co_return !error;
}

asio::awaitable<void> Connection::Linger() {
  beast::error_code ignored;
  stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  stream_.expires_after(kLingerTime);
  std::string rest(size_t{64} << 10, '\0');
  for (size_t read = 0; read < kLingerBytes;) {
    const auto [error, bytes] = co_await stream_.async_read_some(asio::buffer(rest), kNoThrow);
    if (error) co_return;
    read += bytes;
  }
}

absl::Status Http1Server::Listen() {
  const size_t colon = options_.listen.rfind(':');
  std::string host = options_.listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  beast::error_code error;
  const asio::ip::address address =
      asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  const int port = colon == std::string::npos ? -1 : std::atoi(options_.listen.c_str() + colon + 1);
  if (error || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(fmt::format(
        "cannot listen on {}: write it as ADDRESS:PORT, like 127.0.0.1:8080", options_.listen));
  }
  const tcp::endpoint endpoint(address, static_cast<uint16_t>(port));
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return absl::FailedPreconditionError(fmt::format(
        "cannot listen on {}: {}; stop the other program or choose another port with --listen",
        options_.listen, error.message()));
  }
  port_ = acceptor_.local_endpoint().port();
  asio::co_spawn(loop_, Accept(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
  return absl::OkStatus();
}

asio::awaitable<void> Http1Server::Accept() {
  while (!draining_) {
    if (connections_.size() >= static_cast<size_t>(options_.connections)) {
      co_await slot_freed_.async_wait(kNoThrow);
      continue;
    }
    auto [error, socket] = co_await acceptor_.async_accept(kNoThrow);
    if (error == asio::error::operation_aborted || draining_) co_return;
    if (error) {
      // Out of file descriptors, say: let some go before trying again.
      asio::steady_timer pause(loop_, std::chrono::milliseconds(50));
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    beast::error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    {
      const std::lock_guard lock(mutex_);
      ++open_;
    }
    asio::co_spawn(loop_, RunConnection(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> Http1Server::RunConnection(tcp::socket socket) {
  {
    Connection connection(*this, std::move(socket));
    connections_.insert(&connection);
    co_await connection.Run();
    connections_.erase(&connection);
  }
  slot_freed_.cancel();
  const std::lock_guard lock(mutex_);
  if (--open_ == 0) all_closed_.notify_all();
}

void Http1Server::Drain(absl::Duration patience) {
  draining_ = true;
  asio::post(loop_, [this] {
    beast::error_code ignored;
    acceptor_.close(ignored);
    slot_freed_.cancel();
    for (Connection* connection : connections_) {
      if (connection->idle()) connection->Close();
    }
  });
  std::unique_lock lock(mutex_);
  const auto closed = [this] { return open_ == 0; };
  if (all_closed_.wait_for(lock, Chrono(patience), closed)) return;
  lock.unlock();
  asio::post(loop_, [this] {
    for (Connection* connection : connections_) connection->Close();
  });
  lock.lock();
  // Those in a handler end with it.
  all_closed_.wait_for(lock, std::chrono::seconds(5), closed);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      HttpHandler& handler) {
  auto server = std::make_unique<Http1Server>(options, handler);
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace zerotouch::wire
