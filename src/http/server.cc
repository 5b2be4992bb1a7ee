// SPDX-License-Identifier: Apache-2.0
// One thread runs the event loop, on which every connection is a coroutine;
// handlers are synchronous and run on worker threads, so a slow one keeps
// nobody else waiting. This file accepts, limits and drains; what is spoken on
// a connection is in http1/ and http2/.

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
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

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

// What a client that speaks HTTP/2 sends first (RFC 9113 section 3.4).
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum class Protocol { kHttp1, kHttp2 };

// How a TLS record with a client's first message begins (RFC 8446 section 5.1).
constexpr char kTlsHandshake = 22;

// While draining: how long connections that were begun before may take to come
// about, and how long those that have said nothing yet may take to do so.
constexpr absl::Duration kTcpHandshake = absl::Milliseconds(100);
constexpr absl::Duration kFirstWord = absl::Seconds(2);

// Drops the packets that begin a connection, so that none comes about in the
// moment in which the socket is closed: it would be reset with its request on
// the way. Whoever sent one sends it again, and is refused then. Where the
// system cannot do this, that moment stays.
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

// A client from accept to close. On the loop's thread alone.
class Client {
 public:
  // `tls` is null for clear text; clients that speak it though there is TLS are
  // served by `plain`.
  Client(const Serving& serving, const Serving& plain, tcp::socket socket,
         std::shared_ptr<const TlsContext> tls)
      : serving_(serving), plain_(plain), tls_(std::move(tls)), socket_(std::move(socket)) {}

  asio::awaitable<void> Run();
  // Whoever has said nothing yet is still heard.
  void Drain();
  // Closes it if it has said nothing yet.
  void CloseSilent();
  void Close() { connection_ != nullptr ? connection_->Close() : socket_.Close(); }

 private:
  // Goes on under TLS, if the client speaks it. Null if it is gone; otherwise how
  // it is to be served.
  asio::awaitable<const Serving*> Greet();
  // What the client speaks, by its first bytes, which are left in `read_`.
  // nullopt if it is gone, or takes too long to tell.
  asio::awaitable<std::optional<Protocol>> TellProtocol();
  asio::awaitable<bool> ReadMore();

  std::string_view begin() const {
    return {static_cast<const char*>(read_.data().data()), read_.size()};
  }

  const Serving& serving_;
  const Serving& plain_;
  const std::shared_ptr<const TlsContext> tls_;
  Socket socket_;
  beast::flat_buffer read_;
  std::unique_ptr<Connection> connection_;  // once the protocol is known
};

asio::awaitable<void> Client::Run() {
  const Serving* serving = &serving_;
  if (tls_ != nullptr) serving = co_await Greet();
  if (serving == nullptr) co_return;
  std::optional<Protocol> protocol = Protocol::kHttp2;
  if (!socket_.AgreedOnHttp2()) protocol = co_await TellProtocol();
  if (!protocol.has_value()) {
    co_await socket_.FinishSending();
    co_return;
  }
  if (*protocol == Protocol::kHttp1) {
    connection_ = http1::MakeConnection(*serving, socket_, std::move(read_));
  } else {
    connection_ = http2::MakeConnection(*serving, socket_, std::string(begin()));
    read_ = beast::flat_buffer();
  }
  co_await connection_->Run();
}

asio::awaitable<const Serving*> Client::Greet() {
  socket_.ExpireAfter(serving_.options.handshake_timeout);
  if (!co_await ReadMore()) co_return nullptr;
  if (begin().front() != kTlsHandshake) co_return &plain_;
  const beast::flat_buffer first = std::exchange(read_, {});
  const bool agreed = co_await socket_.Handshake(
      *tls_, {static_cast<const char*>(first.data().data()), first.size()});
  co_return agreed ? &serving_ : nullptr;
}

asio::awaitable<std::optional<Protocol>> Client::TellProtocol() {
  socket_.ExpireAfter(serving_.options.idle_timeout);
  bool first = true;
  while (true) {
    const size_t told = std::min(begin().size(), kHttp2Preface.size());
    if (begin().substr(0, told) != kHttp2Preface.substr(0, told)) co_return Protocol::kHttp1;
    if (told == kHttp2Preface.size()) co_return Protocol::kHttp2;
    if (!co_await ReadMore()) co_return std::nullopt;
    if (std::exchange(first, false)) socket_.ExpireAfter(serving_.options.read_timeout);
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
        patience_(loop_),
        workers_(static_cast<size_t>(options.worker_threads)),
        serving_{options_, handler, admission_, workers_, draining_},
        https_only_(handler),
        plain_{options_, https_only_, admission_, workers_, draining_},
        tls_(options.tls) {}

  ~LoopServer() override;

  absl::Status Listen();
  uint16_t port() const override { return port_; }
  void UseTls(std::shared_ptr<const TlsContext> tls) override;
  void Drain(absl::Duration patience) override;

 private:
  asio::awaitable<void> Accept();
  void Admit(tcp::socket socket);
  asio::awaitable<void> Serve(tcp::socket socket);
  // Stops accepting, in such a way that nobody's request is lost.
  asio::awaitable<void> StopAccepting(absl::Duration patience);
  void CloseAll();

  const ServerOptions options_;
  Admission admission_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer slot_freed_;  // never expires: cancelled when a client leaves
  asio::steady_timer patience_;    // with silent clients; cancelled when all have left
  asio::thread_pool workers_;
  std::atomic<bool> draining_ = false;
  const Serving serving_;
  HttpsOnly https_only_;
  const Serving plain_;  // clear text, though there is TLS
  std::thread thread_;
  uint16_t port_ = 0;

  std::shared_ptr<const TlsContext> tls_;  // on the loop's thread alone
  std::set<Client*> clients_;              // on the loop's thread alone
  std::mutex mutex_;
  std::condition_variable all_closed_;
  int open_ = 0;            // clients; changed on the loop's thread alone, guarded by mutex_
  bool accepting_ = false;  // the same
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
      // Out of file descriptors, say: let some go before trying again.
      asio::steady_timer pause(loop_, std::chrono::milliseconds(50));
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    Admit(std::move(socket));
  }
  const std::lock_guard lock(mutex_);
  accepting_ = false;
  all_closed_.notify_all();
}

void LoopServer::Admit(tcp::socket socket) {
  beast::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  {
    const std::lock_guard lock(mutex_);
    ++open_;
  }
  asio::co_spawn(loop_, Serve(std::move(socket)), asio::detached);
}

asio::awaitable<void> LoopServer::Serve(tcp::socket socket) {
  {
    Client client(serving_, plain_, std::move(socket), tls_);
    clients_.insert(&client);
    co_await client.Run();
    clients_.erase(&client);
  }
  slot_freed_.cancel();
  const std::lock_guard lock(mutex_);
  if (--open_ > 0) co_return;
  patience_.cancel();
  all_closed_.notify_all();
}

asio::awaitable<void> LoopServer::StopAccepting(absl::Duration patience) {
  beast::error_code ignored;
  if (acceptor_.is_open()) {
    IgnoreNewConnections(acceptor_.native_handle());
    asio::steady_timer handshake(loop_, Chrono(std::min(patience, kTcpHandshake)));
    co_await handshake.async_wait(kNoThrow);
    // Those that have queued up meanwhile, if this thread was late.
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
  patience_.expires_after(Chrono(std::min(patience, kFirstWord)));
  co_await patience_.async_wait(kNoThrow);
  for (Client* client : clients_) client->CloseSilent();
}

void LoopServer::UseTls(std::shared_ptr<const TlsContext> tls) {
  asio::post(loop_, [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void LoopServer::CloseAll() {
  for (Client* client : clients_) client->Close();
}

void LoopServer::Drain(absl::Duration patience) {
  draining_ = true;
  asio::post(loop_, [this, patience] {
    for (Client* client : clients_) client->Drain();
    asio::co_spawn(loop_, StopAccepting(patience), asio::detached);
  });
  std::unique_lock lock(mutex_);
  const auto closed = [this] { return open_ == 0 && !accepting_; };
  if (all_closed_.wait_for(lock, Chrono(patience), closed)) return;
  asio::post(loop_, [this] { CloseAll(); });
  // Those in a handler end with it.
  all_closed_.wait_for(lock, std::chrono::seconds(5), closed);
}

LoopServer::~LoopServer() {
  if (!thread_.joinable()) return;
  Drain(absl::ZeroDuration());
  // Without acceptor and clients the loop has nothing left to wait for.
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
