// SPDX-License-Identifier: Apache-2.0
#include "replicas/load.h"

#include <fmt/format.h>

#include "replicas/replicas_test_base.h"
#include "support/wait.h"

namespace zerotouch::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Numbers of IMEIs: each client has its own, and none is in a batch.
constexpr int kFirstNumber = 10'000'000;
constexpr int kNumbersOfClient = 1'000'000;

// The pause between two calls of a client.
constexpr milliseconds kThinking(3);

}  // namespace

Load::Load(std::vector<std::string> endpoints, std::string token, Sandbox::Reseller reseller,
           int clients)
    : endpoints_(std::move(endpoints)), token_(std::move(token)), reseller_(std::move(reseller)) {
  for (int i = 0; i < clients; ++i) threads_.emplace_back([this, i] { Run(i); });
}

Load::~Load() { Stop(); }

Tally Load::Stop() {
  over_ = true;
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  const MutexLock lock(mutex_);
  tally_.answered = answered_;
  tally_.unavailable = unavailable_;
  return tally_;
}

void Load::Run(int client) {
  for (int i = 0; !over_; ++i) ChangeOne(kFirstNumber + client * kNumbersOfClient + i);
}

void Load::ChangeOne(int number) {
  const Answer claim = Call(
      "POST", reseller_.Devices() + ":claim",
      fmt::format(R"({{"deviceIdentifier":{{"imei":"{}"}},"sectionType":"SECTION_TYPE_ZERO_TOUCH",)"
                  R"("customerId":"{}"}})",
                  ImeiOf(number), reseller_.customer));
  if (claim.status != 200) return;
  const std::string id = FieldIn(claim.body, "deviceId");
  {
    const MutexLock lock(mutex_);
    tally_.claimed.insert(id);
  }
  Call("GET", reseller_.Devices() + "/" + id, "");
  if (number % 3 != 0) return;
  const Answer unclaim =
      Call("POST", reseller_.Devices() + ":unclaim",
           fmt::format(R"({{"deviceId":"{}","sectionType":"SECTION_TYPE_ZERO_TOUCH"}})", id));
  const MutexLock lock(mutex_);
  tally_.claimed.erase(id);
  if (unclaim.status == 200) tally_.unclaimed.insert(id);
}

Answer Load::Call(const std::string& method, const std::string& path, const std::string& body) {
  LetRun(kThinking);
  const auto start = steady_clock::now();
  Answer answer;
  // Tries each endpoint once, even if other clients take turns meanwhile.
  const size_t first = turn_++;
  for (size_t i = 0; i < endpoints_.size(); ++i) {
    answer = CallUrl(method, endpoints_[(first + i) % endpoints_.size()] + path, body, token_);
    if (!answer.refused) break;
  }
  const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - start);
  const MutexLock lock(mutex_);
  tally_.longest = std::max(tally_.longest, took);
  if (answer.status == 200) {
    ++answered_;
  } else if (answer.status == 503 && !answer.Header("Retry-After").empty()) {
    ++unavailable_;
  } else if (method == "POST" && answer.status == 500 && answer.Header("Retry-After").empty() &&
             answer.body.find(R"("status": "UNKNOWN")") != std::string::npos) {
    ++tally_.unknown;
  } else {
    tally_.wrong.push_back(
        fmt::format("{} {}: {} after {} ms: {}", method, path,
                    answer.status == 0 ? "no answer" : std::to_string(answer.status), took.count(),
                    answer.body));
  }
  return answer;
}

}  // namespace zerotouch::test
