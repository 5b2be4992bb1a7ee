// One thread runs the event loop, on which every connection is a coroutine;
// handlers are synchronous and run on worker threads, so a slow one keeps
// nobody else waiting. This file accepts, limits and drains; what is spoken on
// a connection is in http1/ and http2/.

#include "wire/server.h"

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "wire/connection.h"
#include "wire/http1/connection.h"
#include "wire/http2/connection.h"

namespace zerotouch::wire {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;

// What a client that speaks HTTP/2 sends first (RFC 9113 section 3.4).
constexpr std::string_view kHttp2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

enum class Protocol { kHttp1, kHttp2 };

// A client from accept to close. On the loop's thread alone.
class Client {
 public:
  Client(const Serving& serving, tcp::socket socket)
      : serving_(serving), stream_(std::move(socket)) {}

  asio::awaitable<void> Run();
  void Drain();
  void Close();

 private:
  // What the client speaks, by its first bytes, which are left in `read_`.
  // nullopt if it is gone, or takes too long to tell.
  asio::awaitable<std::optional<Protocol>> TellProtocol();

  const Serving& serving_;
  beast::tcp_stream stream_;
  beast::flat_buffer read_;
  std::unique_ptr<Connection> connection_;  // once the protocol is known
};

asio::awaitable<void> Client::Run() {
  const std::optional<Protocol> protocol = co_await TellProtocol();
  if (!protocol.has_value()) co_return;
  if (*protocol == Protocol::kHttp1) {
    connection_ = http1::MakeConnection(serving_, std::move(stream_), std::move(read_));
  } else {
    stream_.expires_never();
    std::string begin(static_cast<const char*>(read_.data().data()), read_.size());
    connection_ = http2::MakeConnection(serving_, stream_.release_socket(), std::move(begin));
  }
  co_await connection_->Run();
}

asio::awaitable<std::optional<Protocol>> Client::TellProtocol() {
  if (serving_.draining) co_return std::nullopt;
  stream_.expires_after(Chrono(serving_.options.idle_timeout));
  while (true) {
    const bool first = read_.size() == 0;
    const auto [error, bytes] =
        co_await stream_.async_read_some(read_.prepare(kSmallRead), kNoThrow);
    if (error) co_return std::nullopt;
    read_.commit(bytes);
    if (first) stream_.expires_after(Chrono(serving_.options.read_timeout));
    const std::string_view begin(static_cast<const char*>(read_.data().data()), read_.size());
    const size_t told = std::min(begin.size(), kHttp2Preface.size());
    if (begin.substr(0, told) != kHttp2Preface.substr(0, told)) co_return Protocol::kHttp1;
    if (told == kHttp2Preface.size()) co_return Protocol::kHttp2;
  }
}

void Client::Drain() {
  if (connection_ != nullptr) {
    connection_->Drain();
  } else if (read_.size() == 0) {
    Close();
  }
}

void Client::Close() {
  if (connection_ != nullptr) {
    connection_->Close();
    return;
  }
  beast::error_code ignored;
  stream_.socket().close(ignored);
}

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, HttpHandler& handler)
      : options_(options),
        admission_(options.queued_requests, options.body_bytes_in_flight),
        acceptor_(loop_),
        slot_freed_(loop_, std::chrono::steady_clock::time_point::max()),
        workers_(static_cast<size_t>(options.worker_threads)),
        serving_{options_, handler, admission_, workers_, draining_} {}

  ~LoopServer() override;

  absl::Status Listen();
  uint16_t port() const override { return port_; }
  void Drain(absl::Duration patience) override;

 private:
  asio::awaitable<void> Accept();
  asio::awaitable<void> Serve(tcp::socket socket);
  void CloseAll();

  const ServerOptions options_;
  Admission admission_;
  asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  asio::steady_timer slot_freed_;  // never expires: cancelled when a client leaves
  asio::thread_pool workers_;
  std::atomic<bool> draining_ = false;
  const Serving serving_;
  std::thread thread_;
  uint16_t port_ = 0;

  std::set<Client*> clients_;  // on the loop's thread alone
  std::mutex mutex_;
  std::condition_variable all_closed_;
  int open_ = 0;  // clients; changed on the loop's thread alone, guarded by mutex_
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
  asio::co_spawn(loop_, Accept(), asio::detached);
  thread_ = std::thread([this] { loop_.run(); });
  return absl::OkStatus();
}

asio::awaitable<void> LoopServer::Accept() {
  while (!draining_) {
    if (open_ >= options_.connections) {
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
    asio::co_spawn(loop_, Serve(std::move(socket)), asio::detached);
  }
}

asio::awaitable<void> LoopServer::Serve(tcp::socket socket) {
  {
    Client client(serving_, std::move(socket));
    clients_.insert(&client);
    co_await client.Run();
    clients_.erase(&client);
  }
  slot_freed_.cancel();
  const std::lock_guard lock(mutex_);
  if (--open_ == 0) all_closed_.notify_all();
}

void LoopServer::CloseAll() {
  for (Client* client : clients_) client->Close();
}

void LoopServer::Drain(absl::Duration patience) {
  draining_ = true;
  asio::post(loop_, [this] {
    beast::error_code ignored;
    acceptor_.close(ignored);
    slot_freed_.cancel();
    for (Client* client : clients_) client->Drain();
  });
  std::unique_lock lock(mutex_);
  const auto closed = [this] { return open_ == 0; };
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
                                                      HttpHandler& handler) {
  auto server = std::make_unique<LoopServer>(options, handler);
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace zerotouch::wire
