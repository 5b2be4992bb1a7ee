// SPDX-License-Identifier: Apache-2.0
// One thread runs the event loop, on which each connection is a coroutine.
// Handlers are synchronous and run on worker threads, so a slow handler does not
// delay other connections. This file accepts, limits and drains; the protocols are
// in http1/ and http2/.

#include "http/server.h"

#include <fmt/format.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <condition_variable>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "http/connection.h"
#include "http/http1/connection.h"
#include "http/http2/connection.h"
#include "http/https_only.h"
#include "http/socket.h"
#include "http/tls.h"

namespace zerotouch::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

// The first bytes of an HTTP/2 connection (RFC 9113 section 3.4).
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

// The first byte of a TLS connection (RFC 8446 section 5.1).
constexpr char kTlsHandshake = 22;

// Timeouts while draining: for TCP handshakes that have begun, and for the first
// byte on connections that are still silent.
constexpr absl::Duration kTcpHandshakeTimeout = absl::Milliseconds(100);
constexpr absl::Duration kFirstByteTimeout = absl::Seconds(2);

// Drops SYN packets, so that no connection is established just before the socket
// is closed: it would be reset while its request is on the way. The client resends
// its SYN and is refused then. Best effort: ignores an error of the system.
void IgnoreNewConnections(int listening) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 13),  // the flags of the TCP header
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, ~0U),
  };
  const sock_fprog program = {.len = std::size(code), .filter = code};
  setsockopt(listening, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

// A client from accept to close. Used on the loop's thread only.
class Client {
 public:
  // `tls` is null for clear text. With TLS, clients that use clear text are served
  // with `plain`.
  Client(const ServerContext& context, const ServerContext& plain, tcp::socket socket,
         std::shared_ptr<const TlsContext> tls)
      : context_(context), plain_(plain), tls_(std::move(tls)), socket_(std::move(socket)) {}

  asio::awaitable<void> Run();
  // Finishes the requests in flight. A silent client may still send its first one.
  void Drain();
  // Closes the connection if the client has sent nothing yet.
  void CloseSilent();
  void Close() { connection_ != nullptr ? connection_->Close() : socket_.Close(); }

 private:
  // Starts TLS if the client uses it. Returns the context to serve the client with,
  // or null if the connection failed.
  asio::awaitable<const ServerContext*> StartTls();
  // Detects the protocol from the first bytes, which stay in `read_`. Returns
  // nullopt if the client disconnects or exceeds a timeout.
  asio::awaitable<std::optional<Protocol>> DetectProtocol();
  asio::awaitable<bool> ReadMore();

  std::string_view begin() const {
    return {static_cast<const char*>(read_.data().data()), read_.size()};
  }

  const ServerContext& context_;
  const ServerContext& plain_;
  const std::shared_ptr<const TlsContext> tls_;
  Socket socket_;
  beast::flat_buffer read_;
  std::unique_ptr<Connection> connection_;  // once the protocol is known
};

asio::awaitable<void> Client::Run() {
  const ServerContext* context = &context_;
  if (tls_ != nullptr) context = co_await StartTls();
  if (context == nullptr) co_return;
  std::optional<Protocol> protocol = Protocol::kHttp2;
  if (!socket_.AgreedOnHttp2()) protocol = co_await DetectProtocol();
  if (!protocol.has_value()) {
    co_await socket_.FinishSending();
    co_return;
  }
  if (*protocol == Protocol::kHttp1) {
    connection_ = http1::MakeConnection(*context, socket_, std::move(read_));
  } else {
    connection_ = http2::MakeConnection(*context, socket_, std::string(begin()));
    read_ = beast::flat_buffer();
  }
  co_await connection_->Run();
}

asio::awaitable<const ServerContext*> Client::StartTls() {
  socket_.ExpireAfter(context_.options.handshake_timeout);
  if (!co_await ReadMore()) co_return nullptr;
  if (begin().front() != kTlsHandshake) co_return &plain_;
  const beast::flat_buffer first = std::exchange(read_, {});
  const bool agreed = co_await socket_.Handshake(
      *tls_, {static_cast<const char*>(first.data().data()), first.size()});
  co_return agreed ? &context_ : nullptr;
}

asio::awaitable<std::optional<Protocol>> Client::DetectProtocol() {
  socket_.ExpireAfter(context_.options.idle_timeout);
  bool first = true;
  while (true) {
    const size_t told = std::min(begin().size(), kHttp2Preface.size());
    if (begin().substr(0, told) != kHttp2Preface.substr(0, told)) co_return Protocol::kHttp1;
    if (told == kHttp2Preface.size()) co_return Protocol::kHttp2;
    if (!co_await ReadMore()) co_return std::nullopt;
    if (std::exchange(first, false)) socket_.ExpireAfter(context_.options.read_timeout);
  }
}

asio::awaitable<bool> Client::ReadMore() {
  const auto [error, bytes] = co_await socket_.async_read_some(read_.prepare(kSmallRead), kNoThrow);
  if (!error) read_.commit(bytes);
  co_return !error;
}

void Client::Drain() {
  if (connection_ != nullptr) connection_->Drain();
}

void Client::CloseSilent() {
  if (connection_ == nullptr && read_.size() == 0) socket_.Cancel();
}

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, Handler& handler)
      : options_(options),
        admission_(options.queued_requests, options.body_bytes_in_flight),
        acceptor_(loop_),
        slot_freed_(loop_, std::chrono::steady_clock::time_point::max()),
        silent_timeout_(loop_),
        workers_(static_cast<size_t>(options.worker_threads)),
        context_{options_, handler, admission_, workers_, draining_},
        https_only_(handler),
        plain_{options_, https_only_, admission_, workers_, draining_},
        tls_(options.tls) {}

  ~LoopServer() override;

  absl::Status Listen();
  uint16_t port() const override { return port_; }
  void UseTls(std::shared_ptr<const TlsContext> tls) override;
  void Drain(absl::Duration timeout) override;

 private:
  asio::awaitable<void> Accept();
  void Admit(tcp::socket socket);
  asio::awaitable<void> Serve(tcp::socket socket);
  // Stops accepting without losing requests on connections that were established.
  asio::awaitable<void> StopAccepting(absl::Duration timeout);
  void CloseAll();
  // Publishes to WaitUntilClosed. Must follow each change of open_ or accepting_.
  void UpdateClosed() ZT_EXCLUDES(mutex_);
  // Returns false if something is still open after `timeout`.
  bool WaitUntilClosed(absl::Duration timeout) ZT_EXCLUDES(mutex_);

  const ServerOptions options_;
  Admission admission_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer slot_freed_;      // never expires: cancelled when a client leaves
  asio::steady_timer silent_timeout_;  // cancelled when all clients have left
  asio::thread_pool workers_;
  std::atomic<bool> draining_ = false;
  const ServerContext context_;
  HttpsOnly https_only_;
  const ServerContext plain_;  // for clear text on a server with TLS
  std::thread thread_;
  uint16_t port_ = 0;

  // Used on the loop's thread only.
  std::shared_ptr<const TlsContext> tls_;
  std::set<Client*> clients_;
  int open_ = 0;  // connections, including those whose Client is not created yet
  bool accepting_ = false;

  Mutex mutex_;
  std::condition_variable all_closed_;
  bool closed_ ZT_GUARDED_BY(mutex_) = true;  // nothing is open, and nothing accepts
};

absl::Status LoopServer::Listen() {
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
  accepting_ = true;
  UpdateClosed();
  asio::co_spawn(loop_, Accept(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
  return absl::OkStatus();
}

asio::awaitable<void> LoopServer::Accept() {
  while (acceptor_.is_open()) {
    if (open_ >= options_.connections) {
      co_await slot_freed_.async_wait(kNoThrow);
      continue;
    }
    auto [error, socket] = co_await acceptor_.async_accept(kNoThrow);
    if (error == asio::error::operation_aborted) break;
    if (error) {
      // For example out of file descriptors: wait before the retry.
      asio::steady_timer pause(loop_, std::chrono::milliseconds(50));
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    Admit(std::move(socket));
  }
  accepting_ = false;
  UpdateClosed();
}

void LoopServer::Admit(tcp::socket socket) {
  beast::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  ++open_;
  UpdateClosed();
  asio::co_spawn(loop_, Serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> LoopServer::Serve(tcp::socket socket) {
  {
    Client client(context_, plain_, std::move(socket), tls_);
    clients_.insert(&client);
    co_await client.Run();
    clients_.erase(&client);
  }
  slot_freed_.cancel();
  if (--open_ == 0) silent_timeout_.cancel();
  UpdateClosed();
}

void LoopServer::UpdateClosed() {
  const MutexLock lock(mutex_);
  closed_ = open_ == 0 && !accepting_;
  if (closed_) all_closed_.notify_all();
}

bool LoopServer::WaitUntilClosed(absl::Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + Chrono(timeout);
  MutexLock lock(mutex_);
  while (!closed_) {
    if (!lock.WaitUntil(all_closed_, deadline)) break;
  }
  return closed_;
}

asio::awaitable<void> LoopServer::StopAccepting(absl::Duration timeout) {
  beast::error_code ignored;
  if (acceptor_.is_open()) {
    IgnoreNewConnections(acceptor_.native_handle());
    asio::steady_timer handshake(loop_, Chrono(std::min(timeout, kTcpHandshakeTimeout)));
    co_await handshake.async_wait(kNoThrow);
    // Serve connections that were established in the meantime.
    acceptor_.non_blocking(true, ignored);
    while (open_ < options_.connections) {
      tcp::socket socket(loop_);
      if (acceptor_.accept(socket, ignored)) break;
      Admit(std::move(socket));
    }
    acceptor_.close(ignored);
    slot_freed_.cancel();
  }
  if (open_ == 0) co_return;
  silent_timeout_.expires_after(Chrono(std::min(timeout, kFirstByteTimeout)));
  co_await silent_timeout_.async_wait(kNoThrow);
  for (Client* client : clients_) client->CloseSilent();
}

void LoopServer::UseTls(std::shared_ptr<const TlsContext> tls) {
  asio::post(loop_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void LoopServer::CloseAll() {
  for (Client* client : clients_) client->Close();
}

void LoopServer::Drain(absl::Duration timeout) {
  draining_ = true;
  asio::post(loop_, [this, timeout] {
    for (Client* client : clients_) client->Drain();
    asio::co_spawn(loop_, StopAccepting(timeout), asio::detached);
  });
  if (WaitUntilClosed(timeout)) return;
  asio::post(loop_, [this] { CloseAll(); });
  // A connection whose handler runs closes when it returns.
  WaitUntilClosed(absl::Seconds(5));
}

LoopServer::~LoopServer() {
  if (!thread_.joinable()) return;
  Drain(absl::ZeroDuration());
  // Without acceptor and clients the loop has no work left and returns.
  thread_.join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      Handler& handler) {
  auto server = std::make_unique<LoopServer>(options, handler);
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace zerotouch::http
