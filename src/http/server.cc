// SPDX-License-Identifier: Apache-2.0
// Each thread runs one event loop, on which each connection is a coroutine. A
// connection stays on its loop. A handler answers there what cannot block; the rest
// runs on worker threads, so a slow call does not delay other connections. This file
// accepts, limits and drains; client.h detects the protocols, which are in http1/ and
// http2/.

#include "http/server.h"

#include <fmt/format.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <map>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "base/mutex.h"
#include "base/rejections.h"
#include "http/asio.h"
#include "http/client.h"
#include "http/connection.h"
#include "http/https_only.h"
#include "http/loop.h"
#include "http/promised.h"
#include "http/socket.h"
#include "http/tls.h"

namespace zerotouch::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

// Timeouts while draining: for TCP handshakes that have begun, and for the first
// byte on connections that are still silent.
constexpr absl::Duration kTcpHandshakeTimeout = absl::Milliseconds(100);
constexpr absl::Duration kFirstByteTimeout = absl::Seconds(2);

// How often a server whose connections are all busy looks for an idle one to close.
constexpr auto kSlotRetry = std::chrono::milliseconds(50);

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

// Returns the interval at which timeouts are checked: a quarter of the shortest.
std::chrono::nanoseconds TickOf(const ServerOptions& options) {
  const absl::Duration shortest =
      std::min({options.read_timeout, options.write_timeout, options.idle_timeout,
                options.first_request_timeout, options.handshake_timeout});
  return Chrono(std::clamp(shortest / 4, absl::Milliseconds(5), absl::Milliseconds(250)));
}

// Returns whose share a connection from this address is of.
std::string PeerAddress(const TcpSocket& socket) {
  error_code error;
  asio::ip::address address = socket.remote_endpoint(error).address();
  if (error) return "";
  if (address.is_v4()) return address.to_string();
  if (address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  auto bytes = address.to_v6().to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string() + "/64";
}

size_t LoopsOf(const ServerOptions& options) {
  if (options.threads > 0) return static_cast<size_t>(options.threads);
  return std::max(1U, std::thread::hardware_concurrency());
}

class LoopServer final : public Server {
 public:
  LoopServer(const ServerOptions& options, Handler& handler)
      : options_(options),
        admission_(options.admission),
        loops_(MakeLoops(options)),
        acceptor_(loops_.front()->context()),
        slot_freed_(loops_.front()->context()),
        silent_timeout_(loops_.front()->context()),
        executors_(static_cast<size_t>(options.worker_threads), loops_.front()->context(),
                   draining_),
        context_{options_, handler, admission_, executors_, draining_, connections_},
        https_only_(handler),
        plain_{options_, https_only_, admission_, executors_, draining_, connections_},
        tls_(options.tls) {}

  ~LoopServer() override;

  absl::Status Listen();
  uint16_t port() const override { return port_; }
  ServerLoad load() const override;
  void UseTls(std::shared_ptr<const TlsContext> tls) override;
  void Drain(absl::Duration timeout) override;

 private:
  static std::vector<std::unique_ptr<Loop>> MakeLoops(const ServerOptions& options) {
    std::vector<std::unique_ptr<Loop>> loops(LoopsOf(options));
    for (auto& loop : loops) loop = std::make_unique<Loop>(TickOf(options));
    return loops;
  }

  asio::io_context& first() { return loops_.front()->context(); }
  Loop& LeastBusy();
  // Runs `function` for each client, on the thread of its loop.
  template <class Function>
  void ForEachClient(Function function);

  Awaitable<void> Accept();
  void Admit(TcpSocket socket, Loop& loop);
  // Serves a client of a peer that has its share of connections instead of its oldest
  // idle one. Closes the connection if none is idle.
  Awaitable<void> Replace(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer);
  void Begin(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer);
  Awaitable<void> Serve(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer,
                        std::shared_ptr<const TlsContext> tls);
  void Left(Loop& loop);
  std::shared_ptr<Peer> PeerOf(const std::string& address);
  // Closes the client that has been idle longest, of all or of one peer address.
  // Returns false if none is idle.
  Awaitable<bool> CloseOldestIdle(const Peer* peer);
  // Stops accepting without losing requests on connections that were established.
  Awaitable<void> StopAccepting(absl::Duration timeout);
  // Publishes to WaitUntilClosed. Must follow each change of open_ or accepting_.
  void UpdateClosed() ZT_EXCLUDES(mutex_);
  // Returns false if something is still open after `timeout`.
  bool WaitUntilClosed(absl::Duration timeout) ZT_EXCLUDES(mutex_);

  const ServerOptions options_;
  Admission admission_;
  std::vector<std::unique_ptr<Loop>> loops_;  // the first one accepts
  asio::basic_socket_acceptor<tcp, Executor> acceptor_;
  Timer slot_freed_;      // cancelled when a client leaves
  Timer silent_timeout_;  // cancelled when all clients have left
  std::atomic<bool> draining_ = false;
  ConnectionCounts connections_;
  ServerExecutors executors_;
  const ServerContext context_;
  HttpsOnly https_only_;
  const ServerContext plain_;  // for clear text on a server with TLS
  uint16_t port_ = 0;

  // Used on the first loop's thread only.
  std::shared_ptr<const TlsContext> tls_;
  std::map<std::string, std::weak_ptr<Peer>> peers_;
  int open_ = 0;  // connections, including those whose Client is not created yet
  bool accepting_ = false;

  Mutex mutex_;
  std::condition_variable all_closed_;
  bool closed_ ZT_GUARDED_BY(mutex_) = true;  // nothing is open, and nothing accepts
};

ServerLoad LoopServer::load() const {
  const uint64_t held = admission_.large_bytes();
  // They are read one after the other.
  const uint64_t strangers = std::min(admission_.stranger_bytes(), held);
  return {.requests = admission_.requests(),
          .http1_connections = connections_.http1,
          .http2_connections = connections_.http2,
          .small_bytes = admission_.small_bytes(),
          .stranger_bytes = strangers,
          .account_bytes = held - strangers};
}

absl::Status LoopServer::Listen() {
  const size_t colon = options_.listen.rfind(':');
  std::string host = options_.listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  error_code error;
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
  asio::co_spawn(first(), Accept(), asio::detached);
  for (const auto& loop : loops_) loop->Start();
  return absl::OkStatus();
}

Loop& LoopServer::LeastBusy() {
  return **std::min_element(loops_.begin(), loops_.end(), [](const auto& a, const auto& b) {
    return a->open.load() < b->open.load();
  });
}

template <class Function>
void LoopServer::ForEachClient(Function function) {
  for (const auto& loop : loops_) {
    asio::post(loop->context(), [&clients = loop->clients(), function] {
      for (Client* client : clients) function(*client);
    });
  }
}

Awaitable<void> LoopServer::Accept() {
  while (acceptor_.is_open()) {
    if (open_ >= options_.connections) {
      // Only a client that waits takes the place of another.
      co_await acceptor_.async_wait(tcp::acceptor::wait_read, kNoThrow);
      if (open_ >= options_.connections) {
        const bool closed = co_await CloseOldestIdle(nullptr);
        if (closed) CountRejection(Rejection::kConnections);
      }
      if (open_ < options_.connections || !acceptor_.is_open()) continue;
      slot_freed_.expires_after(kSlotRetry);
      co_await slot_freed_.async_wait(kNoThrow);
      continue;
    }
    Loop& loop = LeastBusy();
    auto [error, socket] = co_await acceptor_.async_accept(loop.context().get_executor(), kNoThrow);
    if (error == asio::error::operation_aborted) break;
    if (error) {
      // For example out of file descriptors: wait before the retry.
      Timer pause(first(), std::chrono::milliseconds(50));
      co_await pause.async_wait(kNoThrow);
      continue;
    }
    Admit(std::move(socket), loop);
  }
  accepting_ = false;
  UpdateClosed();
}

std::shared_ptr<Peer> LoopServer::PeerOf(const std::string& address) {
  std::weak_ptr<Peer>& known = peers_[address];
  std::shared_ptr<Peer> peer = known.lock();
  if (peer != nullptr) return peer;
  peer = std::make_shared<Peer>(address);
  known = peer;
  if (peers_.size() > 2 * static_cast<size_t>(options_.connections)) {
    std::erase_if(peers_, [](const auto& entry) { return entry.second.expired(); });
  }
  return peer;
}

void LoopServer::Admit(TcpSocket socket, Loop& loop) {
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  std::shared_ptr<Peer> peer = PeerOf(PeerAddress(socket));
  if (peer->connections >= options_.peer_connections) {
    asio::co_spawn(first(), Replace(std::move(socket), loop, std::move(peer)), asio::detached);
  } else {
    Begin(std::move(socket), loop, std::move(peer));
  }
}

Awaitable<void> LoopServer::Replace(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer) {
  const bool closed = co_await CloseOldestIdle(peer.get());
  CountRejection(Rejection::kConnections);
  if (closed && !draining_) Begin(std::move(socket), loop, std::move(peer));
}

void LoopServer::Begin(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer) {
  ++open_;
  ++loop.open;
  UpdateClosed();
  asio::co_spawn(loop.context(), Serve(std::move(socket), loop, std::move(peer), tls_),
                 asio::detached);
}

Awaitable<void> LoopServer::Serve(TcpSocket socket, Loop& loop, std::shared_ptr<Peer> peer,
                                  std::shared_ptr<const TlsContext> tls) {
  // Whatever ends this coroutine, its connection is forgotten.
  const absl::Cleanup left = [this, &loop] { Left(loop); };
  Client client(context_, plain_, std::move(socket), std::move(peer), std::move(tls));
  loop.Add(&client);
  const absl::Cleanup removed = [&loop, &client] { loop.Remove(&client); };
  co_await client.Run();
}

void LoopServer::Left(Loop& loop) {
  --loop.open;
  asio::post(first(), [this] {
    slot_freed_.cancel();
    if (--open_ == 0) silent_timeout_.cancel();
    UpdateClosed();
  });
}

// Asks each loop for its oldest idle client, and then closes the oldest of these.
Awaitable<bool> LoopServer::CloseOldestIdle(const Peer* peer) {
  Loop* oldest_loop = nullptr;
  SteadyTime oldest = SteadyTime::max();
  const auto find = [peer](Loop& loop) {
    std::pair<SteadyTime, Client*> found(SteadyTime::max(), nullptr);
    for (Client* client : loop.clients()) {
      if (peer != nullptr && &client->peer() != peer) continue;
      const std::optional<SteadyTime> since = client->IdleSince();
      if (since.has_value() && *since < found.first) found = {*since, client};
    }
    return found;
  };
  for (const auto& loop : loops_) {
    auto since = std::make_shared<Promised<SteadyTime>>(first().get_executor());
    asio::post(loop->context(), [&loop = *loop, find, since] { since->Set(find(loop).first); });
    const SteadyTime found = co_await since->Get();
    if (found >= oldest) continue;
    oldest = found;
    oldest_loop = loop.get();
  }
  if (oldest_loop == nullptr) co_return false;
  auto closed = std::make_shared<Promised<bool>>(first().get_executor());
  asio::post(oldest_loop->context(), [oldest_loop, find, closed] {
    Client* const client = find(*oldest_loop).second;
    if (client != nullptr) client->Close();
    closed->Set(client != nullptr);
  });
  co_return co_await closed->Get();
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

Awaitable<void> LoopServer::StopAccepting(absl::Duration timeout) {
  error_code ignored;
  if (acceptor_.is_open()) {
    IgnoreNewConnections(acceptor_.native_handle());
    Timer handshake(first(), Chrono(std::min(timeout, kTcpHandshakeTimeout)));
    co_await handshake.async_wait(kNoThrow);
    // Serve connections that were established in the meantime.
    acceptor_.non_blocking(true, ignored);
    while (open_ < options_.connections) {
      Loop& loop = LeastBusy();
      TcpSocket socket(loop.context().get_executor());
      if (acceptor_.accept(socket, ignored)) break;
      Admit(std::move(socket), loop);
    }
    acceptor_.close(ignored);
    slot_freed_.cancel();
  }
  if (open_ == 0) co_return;
  silent_timeout_.expires_after(Chrono(std::min(timeout, kFirstByteTimeout)));
  co_await silent_timeout_.async_wait(kNoThrow);
  ForEachClient([](Client& client) { client.CloseSilent(); });
}

void LoopServer::UseTls(std::shared_ptr<const TlsContext> tls) {
  asio::post(first(), [this, tls = std::move(tls)]() mutable { tls_ = std::move(tls); });
}

void LoopServer::Drain(absl::Duration timeout) {
  draining_ = true;
  ForEachClient([](Client& client) { client.Drain(); });
  asio::post(first(), [this, timeout] {
    executors_.WakeAll();
    asio::co_spawn(first(), StopAccepting(timeout), asio::detached);
  });
  if (WaitUntilClosed(timeout)) return;
  ForEachClient([](Client& client) { client.Close(); });
  // A connection whose handler runs closes when it returns.
  WaitUntilClosed(absl::Seconds(5));
}

LoopServer::~LoopServer() {
  if (port_ == 0) return;
  Drain(absl::ZeroDuration());
  // Without acceptor and clients the loops have no work left and return.
  for (const auto& loop : loops_) loop->Join();
  executors_.Join();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerOptions& options,
                                                      Handler& handler) {
  auto server = std::make_unique<LoopServer>(options, handler);
  if (absl::Status status = server->Listen(); !status.ok()) return status;
  return server;
}

}  // namespace zerotouch::http
