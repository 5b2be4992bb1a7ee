// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_SCRIPTED_TRANSPORT_H_
#define ZEROTOUCH_TEST_SUPPORT_SCRIPTED_TRANSPORT_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "client/pacer.h"
#include "client/transport.h"

namespace zerotouch::test {

// A clock that moves only when Sleep is called, and records the pauses.
class FakePacer final : public client::Pacer {
 public:
  absl::Time Now() const override { return now; }
  void Sleep(absl::Duration duration) override {
    now += duration;
    slept.push_back(duration);
  }
  double Random() override { return dice; }

  absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  std::vector<absl::Duration> slept;
  double dice = 0.5;
};

// A server that returns the answers of a script in order and records the requests.
// After the last answer it is unreachable.
class ScriptedTransport final : public client::Transport {
 public:
  struct Request {
    std::string method, url, body;
    std::vector<std::string> headers;
    absl::Duration timeout;
    bool only_once;
  };

  absl::StatusOr<client::HttpResponse> Send(const client::HttpRequest& request) override {
    requests.push_back({request.method, request.url, std::string(request.body), request.headers,
                        request.timeout, request.only_once});
    if (answers.empty()) return absl::UnavailableError("the script has ended");
    absl::StatusOr<client::HttpResponse> answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  void Answer(int status, std::string body = "{}") {
    answers.emplace_back(client::HttpResponse{.status = status, .body = std::move(body)});
  }
  void Fail(absl::Status status) { answers.emplace_back(std::move(status)); }

  std::deque<absl::StatusOr<client::HttpResponse>> answers;
  std::vector<Request> requests;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_SCRIPTED_TRANSPORT_H_
