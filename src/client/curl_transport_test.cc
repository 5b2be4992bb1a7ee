// SPDX-License-Identifier: Apache-2.0
#include "client/curl_transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/status_text.h"

namespace zerotouch::client {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// A server on loopback that answers each request by a script: with a text, by closing
// the connection if the text is empty, or not at all.
class LoopbackServer {
 public:
  // `answer` returns the text for a request by its number, from 1; nullopt: no answer.
  explicit LoopbackServer(std::function<std::optional<std::string>(int)> answer)
      : answer_(std::move(answer)), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    listen(listener_, 8);
    socklen_t size = sizeof(address);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    url_ = fmt::format("http://127.0.0.1:{}", ntohs(address.sin_port));
    thread_ = std::thread([this] { Accept(); });
  }
  ~LoopbackServer() { Stop(); }

  void Stop() {
    if (!thread_.joinable()) return;
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  const std::string& url() const { return url_; }
  // Returns a URL that does not name loopback, and leads there (Linux, ip(7), INADDR_ANY).
  std::string UrlOfElsewhere() const {
    return "http://0.0.0.0" + url_.substr(std::string("http://127.0.0.1").size());
  }
  int requests() const { return requests_; }
  // Returns header and body of the last request.
  std::string last() const ZT_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return last_;
  }

 private:
  void Accept() {
    std::vector<int> clients;
    std::vector<std::thread> threads;
    for (int client = 0; (client = accept(listener_, nullptr, nullptr)) >= 0;) {
      clients.push_back(client);
      threads.emplace_back([this, client] { Serve(client); });
    }
    for (const int client : clients) shutdown(client, SHUT_RDWR);
    for (std::thread& thread : threads) thread.join();
    for (const int client : clients) close(client);
  }

  void Serve(int client) {
    while (std::optional<std::string> request = Read(client)) {
      {
        MutexLock lock(mutex_);
        last_ = *std::move(request);
      }
      const std::optional<std::string> text = answer_(++requests_);
      if (!text.has_value()) continue;
      send(client, text->data(), text->size(), MSG_NOSIGNAL);
      if (text->empty() || text->find("Connection: close") != std::string::npos) break;
    }
    shutdown(client, SHUT_RDWR);
  }

  static std::optional<std::string> Read(int client) {
    std::string request;
    size_t wanted = std::string::npos;
    char piece[65536];
    while (request.size() < wanted) {
      const ssize_t got = recv(client, piece, sizeof(piece), 0);
      if (got <= 0) return std::nullopt;
      request.append(piece, static_cast<size_t>(got));
      const size_t end = request.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const size_t length = request.find("Content-Length: ");
      wanted = end + 4 + (length < end ? std::stoul(request.substr(length + 16)) : 0);
    }
    return request;
  }

  const std::function<std::optional<std::string>(int)> answer_;
  const int listener_;
  std::string url_;
  std::atomic<int> requests_ = 0;
  mutable Mutex mutex_;
  std::string last_ ZT_GUARDED_BY(mutex_);
  std::thread thread_;
};

constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

TEST(CurlTransportTest, Request_GoesOut_AnswerComesIn) {
  LoopbackServer server([](int) {
    return "HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\nRetry-After: 7\r\n"
           "WWW-Authenticate: Bearer realm=\"r\", error=\"invalid_token\"\r\n\r\nwrong";
  });
  CurlTransport transport("test/1.0");
  const std::string body(1 << 20, 'x');
  const auto answer = transport.Send({.method = "POST",
                                      .url = server.UrlOfElsewhere() + "/v1/x:y",
                                      .headers = {"Authorization: Bearer t"},
                                      .body = body});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(answer->body, "wrong");
  EXPECT_EQ(answer->retry_after, absl::Seconds(7));
  EXPECT_THAT(answer->challenge, HasSubstr("invalid_token"));
  server.Stop();
  EXPECT_THAT(server.last(), StartsWith("POST /v1/x:y HTTP/1.1\r\n"));
  for (const char* header : {"\r\nAuthorization: Bearer t\r\n", "\r\nAccept-Encoding: gzip\r\n",
                             "\r\nUser-Agent: test/1.0 (gzip)\r\n"}) {
    EXPECT_THAT(server.last(), HasSubstr(header));
  }
  EXPECT_THAT(server.last(), Not(HasSubstr("Expect:")));
  EXPECT_THAT(server.last(), EndsWith("\r\n\r\n" + body));
}

TEST(CurlTransportTest, Chunked_AndGzip_AreUndone) {
  // gzip of "hello".
  const std::string hello(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00"
      "\x00\x00",
      25);
  LoopbackServer server([&](int) {
    return fmt::format(
               "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: "
               "chunked\r\n\r\n{:x}\r\n",
               hello.size()) +
           hello + "\r\n0\r\n\r\n";
  });
  CurlTransport transport("test/1.0");
  const auto answer = transport.Send({.method = "GET", .url = server.UrlOfElsewhere()});
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "hello");
}

TEST(CurlTransportTest, OnLoopback_NoCompressionIsAskedFor) {
  LoopbackServer server([](int) { return kOk; });
  CurlTransport transport("test/1.0");
  ASSERT_TRUE(transport.Send({.method = "GET", .url = server.url()}).ok());
  server.Stop();
  EXPECT_THAT(server.last(), Not(HasSubstr("Accept-Encoding")));
}

TEST(CurlTransportTest, WhatTheServerCannotHaveSeen_IsUnavailable) {
  std::string url;
  {
    LoopbackServer gone([](int) { return kOk; });
    url = gone.url();
  }
  CurlTransport transport("test/1.0");
  const absl::Status status =
      transport.Send({.method = "POST", .url = url, .headers = {"Authorization: Bearer secret"}})
          .status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr(url));
  EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("is this its address?"));
  EXPECT_THAT(std::string(MessageOf(status)), Not(HasSubstr("secret")));
}

TEST(CurlTransportTest, LostAnswer_IsAborted_AndSentOnlyOnce) {
  LoopbackServer server([](int request) { return request == 1 ? kOk : ""; });
  CurlTransport transport("test/1.0");
  HttpRequest request{.method = "POST", .url = server.url(), .body = "{}", .only_once = true};
  ASSERT_TRUE(transport.Send(request).ok()) << "leaves a connection that could be used again";
  const absl::Status status = transport.Send(request).status();
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_EQ(server.requests(), 2);
}

TEST(CurlTransportTest, CutAnswer_IsAborted) {
  LoopbackServer server(
      [](int) { return "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabc"; });
  CurlTransport transport("test/1.0");
  const auto answer = transport.Send({.method = "GET", .url = server.url()});
  EXPECT_TRUE(absl::IsAborted(answer.status())) << answer.status();
}

TEST(CurlTransportTest, NoAnswerInTime_IsDeadlineExceeded) {
  LoopbackServer server([](int) { return std::nullopt; });
  CurlTransport transport("test/1.0");
  const auto answer = transport.Send(
      {.method = "POST", .url = server.url(), .body = "{}", .timeout = absl::Milliseconds(100)});
  EXPECT_TRUE(absl::IsDeadlineExceeded(answer.status())) << answer.status();
}

TEST(CurlTransportTest, UrlsThatCanNeverWork_AreInvalid) {
  CurlTransport transport("test/1.0");
  for (const char* url : {"ftp://127.0.0.1/x", "http://", "no url"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(transport.Send({.method = "GET", .url = url}).status()))
        << url << " " << transport.Send({.method = "GET", .url = url}).status();
  }
}

TEST(CurlTransport, Failure_NamesTheServerWithoutCredentialsOrQuery) {
  CurlTransport transport("test");
  for (const char* url :
       {"http://user:s3cr3t@127.0.0.1:1/x", "http://user:s3@cr3t@127.0.0.1:1",
        "http://127.0.0.1:1?access_token=s3cr3t", "http://127.0.0.1:1/x?access_token=s3cr3t"}) {
    const auto answer = transport.Send({.method = "GET", .url = url});
    const std::string text = answer.status().ToString();
    EXPECT_NE(text.find("http://127.0.0.1:1: "), std::string::npos) << text;
    EXPECT_EQ(text.find("cr3t"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace zerotouch::client
