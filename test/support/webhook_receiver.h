// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_WEBHOOK_RECEIVER_H_
#define ZEROTOUCH_TEST_SUPPORT_WEBHOOK_RECEIVER_H_

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "crypto/encoding.h"
#include "http/server.h"
#include "support/scripted_handler.h"
#include "support/wait.h"

namespace zerotouch::test {

// A delivery as a receiver sees it.
struct Received {
  std::string path;
  std::string id;         // webhook-id
  std::string timestamp;  // webhook-timestamp
  std::string signature;  // webhook-signature
  std::string body;

  // Returns true if the signature is that of the secret (whsec_...).
  bool IsSignedBy(const std::string& secret) const {
    const std::string key = *crypto::Base64Decode(secret.substr(std::string("whsec_").size()));
    const std::string signed_text = fmt::format("{}.{}.{}", id, timestamp, body);
    return signature == "v1," + crypto::Base64Encode(crypto::HmacSha256(key, signed_text));
  }
};

// A receiver of webhooks on a port of this machine. Thread-safe.
class WebhookReceiver {
 public:
  // `port` 0 picks a free one. Without `tls` it speaks http.
  explicit WebhookReceiver(std::shared_ptr<const http::TlsContext> tls = nullptr, int port = 0) {
    handler_.handle = [this](http::Request request) {
      const int status = Note(request);
      http::Response response = http::TextResponse(status, "");
      if (status >= 300 && status <= 399) response.headers.Add("Location", "http://127.0.0.1:1/");
      return response;
    };
    http::ServerOptions options;
    is_tls_ = tls != nullptr;
    options.listen = fmt::format("127.0.0.1:{}", port);
    options.tls = std::move(tls);
    options.threads = 1;
    auto server = http::Server::Start(options, handler_);
    EXPECT_TRUE(server.ok()) << server.status();
    if (server.ok()) server_ = *std::move(server);
  }

  int port() const { return server_->port(); }
  std::string url(const std::string& path = "/hook") const {
    return fmt::format("{}://127.0.0.1:{}{}", is_tls_ ? "https" : "http", port(), path);
  }

  // Answers with these statuses one after the other, then with 200.
  void Answer(std::vector<int> statuses) {
    const MutexLock lock(mutex_);
    statuses_ = std::move(statuses);
  }
  // Answers with what the function says. It may block.
  void AnswerBy(std::function<int(const Received&)> answer) {
    const MutexLock lock(mutex_);
    answer_ = std::move(answer);
  }

  std::vector<Received> received() const {
    const MutexLock lock(mutex_);
    return received_;
  }
  // Waits until there are so many, and returns all.
  std::vector<Received> Await(size_t count) const {
    EXPECT_TRUE(WaitUntil([&] { return received().size() >= count; }))
        << received().size() << " of " << count;
    return received();
  }

 private:
  // Returns the status to answer with.
  int Note(const http::Request& request) {
    Received received{.path = request.target,
                      .id = std::string(request.headers.Get("webhook-id")),
                      .timestamp = std::string(request.headers.Get("webhook-timestamp")),
                      .signature = std::string(request.headers.Get("webhook-signature")),
                      .body = request.body};
    std::function<int(const Received&)> answer;
    int status = 200;
    {
      const MutexLock lock(mutex_);
      received_.push_back(received);
      answer = answer_;
      if (!statuses_.empty()) {
        status = statuses_.front();
        statuses_.erase(statuses_.begin());
      }
    }
    return answer ? answer(received) : status;
  }

  mutable Mutex mutex_;
  std::vector<Received> received_ ZT_GUARDED_BY(mutex_);
  std::vector<int> statuses_ ZT_GUARDED_BY(mutex_);
  std::function<int(const Received&)> answer_ ZT_GUARDED_BY(mutex_);
  bool is_tls_ = false;
  http::ScriptedHandler handler_;
  std::unique_ptr<http::Server> server_;  // last: it stops before what it uses
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_WEBHOOK_RECEIVER_H_
