// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_FUZZ_ENGINE_H_
#define ZEROTOUCH_TEST_FUZZ_ENGINE_H_

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/ascii.h"
#include "base/log.h"
#include "fuzz/input.h"
#include "http/client.h"
#include "support/scripted_handler.h"

// Feeds a client's bytes to the HTTP engine, on one thread and without a server.
namespace zerotouch::http::fuzz {

// Runs what would block on the loop, at once and in order.
class LoopExecutors final : public Executors {
 public:
  explicit LoopExecutors(boost::asio::io_context& loop) : loop_(loop) {}
  void Post(Task task) override { boost::asio::post(loop_, std::move(task)); }
  void After(absl::Duration, Task task) override { Post(std::move(task)); }

 private:
  boost::asio::io_context& loop_;
};

// Returns what it gets, and ends with the request.
class EchoCall final : public StreamingCall {
 public:
  Headers Header() const override { return {}; }
  bool Next(const Input& input, std::string& out) override {
    out += input.bytes;
    return !input.ended && !input.stopping;
  }
  Headers Trailers() override {
    Headers trailers;
    trailers.Add("x-end", "1");
    return trailers;
  }
};

// Answers in all ways there are, by the first letter of the path, and checks that
// requests are what a handler may rely on.
class CheckingHandler final : public Handler {
 public:
  explicit CheckingHandler(const ServerOptions& options) : options_(options) {}

  std::optional<Response> RefuseEarly(Request& header) override {
    CheckHead(header);
    if (Way(header) == 'u') return Unauthorized();
    if (Way(header) == 'l') header.body_limit = 3;
    return std::nullopt;
  }
  Response Handle(Request& request) override {
    CheckHead(request);
    test::Expect(request.body.size() <= options_.body_bytes, "a body has its limit");
    Response response = TextResponse(200, request.body);
    if (Way(request) == 's') {
      response.stream = std::make_unique<Pieces>(std::vector<std::string>{"one", "", request.body});
    }
    if (Way(request) == 'f') {
      response.stream =
          std::make_unique<Pieces>(std::vector<std::string>{"one"}, absl::UnavailableError("end"));
    }
    if (Way(request) == 't') response.trailers.Add("x-end", "1");
    return response;
  }
  void Serve(Request request, Executors& executors, Done done) override {
    if (Way(request) != 'n') return Handler::Serve(std::move(request), executors, std::move(done));
    std::move(done)(Handle(request));  // now
  }
  std::unique_ptr<StreamingCall> Open(const Request& header) override {
    return Way(header) == 'c' ? std::make_unique<EchoCall>() : nullptr;
  }
  absl::Duration TimeLimit(const Request& header) override {
    return Way(header) == 'd' ? absl::ZeroDuration() : absl::InfiniteDuration();
  }
  Response RenderFault(const Fault& fault, const Request&) override {
    return TextResponse(StatusOf(fault), std::string(fault.text));
  }

 private:
  static char Way(const Request& request) {
    return request.target.size() > 1 ? request.target[1] : '\0';
  }
  static bool HasControl(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
      return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 0x7F;
    });
  }
  void CheckHead(const Request& request) const {
    using test::Expect;
    Expect(!request.method.empty() && request.method.find(' ') == std::string::npos &&
               !HasControl(request.method),
           "a method is a token", request.method);
    Expect(!HasControl(request.target) && request.target.find(' ') == std::string::npos,
           "a target has no space and no control character", request.target);
    Expect(request.target.size() <= options_.url_bytes, "a target has its limit");
    size_t bytes = 0;
    int hosts = 0;
    for (const auto& [name, value] : request.headers) {
      Expect(!name.empty() && name.find_first_of(" :\t") == std::string::npos && !HasControl(name),
             "a name is a token", std::string(name));
      Expect(!HasControl(value), "a value has no control character", std::string(value));
      bytes += name.size() + value.size();
      hosts += EqualIgnoringCase(name, "host") ? 1 : 0;
    }
    Expect(bytes <= options_.header_bytes, "a head has its limit");
    Expect(hosts <= 1, "a request has one host");
  }

  const ServerOptions& options_;
};

// The engine without its server: one loop on this thread. Reused for all inputs.
class Engine {
 public:
  Engine() {
    log::SetLevel(log::Level::kOff);
    options_.body_bytes = 2'000;
    options_.header_bytes = 1'000;
    options_.url_bytes = 100;
  }

  // Sends `bytes` in pieces of `piece` bytes and then the end, and returns the answer.
  // Expects the connection to end, also if this needs a timeout, and its memory to be
  // free again.
  std::string Exchange(std::string_view bytes, size_t piece) {
    int sockets[2];
    test::Expect(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets) == 0, "sockets");
    TcpSocket socket(loop_, boost::asio::ip::tcp::v4(), sockets[0]);
    auto peer = std::make_shared<Peer>("peer");
    ended_ = false;
    answer_.clear();
    Client client(context_, context_, std::move(socket), peer, nullptr);
    boost::asio::co_spawn(loop_, client.Run(), [this](const std::exception_ptr& error) {
      test::Expect(error == nullptr, "a connection does not throw");
      ended_ = true;
    });
    while (!bytes.empty() && !ended_) {
      const ssize_t sent =
          send(sockets[1], bytes.data(), std::min(piece, bytes.size()), MSG_NOSIGNAL);
      if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
      Run(sockets[1]);
    }
    shutdown(sockets[1], SHUT_WR);
    Run(sockets[1]);
    auto now = std::chrono::steady_clock::now();
    for (int i = 0; i < 4 && !ended_; ++i) {
      now += std::chrono::minutes(5);
      client.CheckTimeouts(now);
      Run(sockets[1]);
    }
    test::Expect(ended_, "a connection ends by a timeout");
    close(sockets[1]);
    test::Expect(admission_.held_bytes() == 0, "memory is free after a connection");
    test::Expect(peer->requests == 0, "no request is in flight after a connection");
    return answer_;
  }

 private:
  // Runs what is ready and reads what was answered.
  void Run(int socket) {
    bool any = true;
    while (any) {
      loop_.restart();
      any = loop_.poll() > 0;
      char room[16'384];
      for (ssize_t got; (got = recv(socket, room, sizeof room, MSG_DONTWAIT)) > 0; any = true) {
        answer_.append(room, static_cast<size_t>(got));
      }
    }
  }

  boost::asio::io_context loop_{1};
  ServerOptions options_;
  CheckingHandler handler_{options_};
  Admission admission_{options_.admission};
  LoopExecutors executors_{loop_};
  const std::atomic<bool> draining_ = false;
  ConnectionCounts connections_;
  const ServerContext context_{options_, handler_, admission_, executors_, draining_, connections_};
  bool ended_ = false;
  std::string answer_;
};

// The first byte of an input says how its others are cut into pieces.
inline std::string ExchangeInput(std::string_view before, std::string_view input) {
  static Engine engine;
  if (input.empty()) return "";
  const size_t piece = static_cast<unsigned char>(input.front());
  const std::string bytes = std::string(before) + std::string(input.substr(1));
  return engine.Exchange(bytes, piece == 0 ? bytes.size() + 1 : piece);
}

// Expects the answers to HTTP/1.1 requests to be answers.
inline void FuzzHttp1(std::string_view input) {
  const std::string answer = ExchangeInput("", input);
  const bool is_http2 =
      input.substr(std::min<size_t>(1, input.size())).starts_with("PRI * HTTP/2.0");
  test::Expect(answer.empty() || answer.starts_with("HTTP/1.") || is_http2,
               "an answer begins as such", answer);
}

// Expects what answers HTTP/2 frames, after the preface, to be frames.
inline void FuzzHttp2(std::string_view input) {
  constexpr std::string_view kPreface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 24 + 9);
  std::string answer = ExchangeInput(kPreface, input);
  while (answer.size() >= 9) {
    const size_t size = (size_t{static_cast<unsigned char>(answer[0])} << 16) |
                        (size_t{static_cast<unsigned char>(answer[1])} << 8) |
                        static_cast<unsigned char>(answer[2]);
    test::Expect(static_cast<unsigned char>(answer[3]) <= 9 && answer.size() >= 9 + size,
                 "the server sends whole frames of known types");
    answer.erase(0, 9 + size);
  }
  test::Expect(answer.empty(), "the last frame is whole");
}

}  // namespace zerotouch::http::fuzz

#endif  // ZEROTOUCH_TEST_FUZZ_ENGINE_H_
