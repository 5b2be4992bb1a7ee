// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_REPLICAS_LOAD_H_
#define ZEROTOUCH_TEST_REPLICAS_LOAD_H_

#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/server_process.h"

namespace zerotouch::test {

// What became of the calls of a load.
struct Tally {
  int answered = 0;                // 200
  int unavailable = 0;             // 503 that says when to come again
  std::vector<std::string> wrong;  // any other answer, or none
  std::chrono::milliseconds longest{0};
  // Devices whose claim, and those whose giving up, was acknowledged last.
  std::set<std::string> claimed, given_up;
};

// Clients of a reseller that claim a device, get it, give every third up, and
// so on, one call after the other, at one replica after the other: where nobody
// listens they go to the next.
class Load {
 public:
  // `endpoints` are the replicas; the token is good at all of them. Devices are
  // for the reseller's first customer.
  Load(std::vector<std::string> endpoints, std::string token, Sandbox::Reseller reseller,
       int clients);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // How many calls were answered by 200, or by 503, so far.
  int answered() const { return answered_; }
  int unavailable() const { return unavailable_; }
  // Ends it.
  const Tally& Stop();

 private:
  void Run(int client);
  void ChangeOne(int number);
  // The answer, which is tallied; its status is 200 or nothing is known.
  Answer Call(const std::string& method, const std::string& path, const std::string& body);

  const std::vector<std::string> endpoints_;
  const std::string token_;
  const Sandbox::Reseller reseller_;
  std::atomic<bool> over_ = false;
  std::atomic<int> answered_ = 0, unavailable_ = 0;
  std::atomic<size_t> turn_ = 0;
  std::mutex mutex_;
  Tally tally_;
  std::vector<std::thread> threads_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_REPLICAS_LOAD_H_
