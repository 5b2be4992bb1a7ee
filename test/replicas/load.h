// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_REPLICAS_LOAD_H_
#define ZEROTOUCH_TEST_REPLICAS_LOAD_H_

#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "support/server_process.h"

namespace zerotouch::test {

// The results of the calls of a load.
struct Tally {
  int answered = 0;                // 200
  int unavailable = 0;             // 503 with Retry-After
  int unknown = 0;                 // changes with 500, UNKNOWN, without Retry-After
  std::vector<std::string> wrong;  // any other answer, or none
  std::chrono::milliseconds longest{0};
  // Devices by the last change that was acknowledged: a claim or an unclaim.
  std::set<std::string> claimed, unclaimed;
};

// Clients of a reseller, each of which repeats: claim a device, get it, unclaim
// every third. Each call goes to the next replica in turn, and to the one after
// it if nothing listens there.
class Load {
 public:
  // Starts the clients. `endpoints` are the replicas, which all accept the token.
  // Devices are claimed for the reseller's first customer.
  Load(std::vector<std::string> endpoints, std::string token, Sandbox::Reseller reseller,
       int clients);
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Returns how many calls were answered with 200, or with 503, so far.
  int answered() const { return answered_; }
  int unavailable() const { return unavailable_; }
  // Stops the clients and returns the results.
  Tally Stop();

 private:
  void Run(int client);
  void ChangeOne(int number);
  // Makes a call and tallies its answer.
  Answer Call(const std::string& method, const std::string& path, const std::string& body);

  const std::vector<std::string> endpoints_;
  const std::string token_;
  const Sandbox::Reseller reseller_;
  std::atomic<bool> over_ = false;
  std::atomic<int> answered_ = 0, unavailable_ = 0;
  std::atomic<size_t> turn_ = 0;
  Mutex mutex_;
  Tally tally_ ZT_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_REPLICAS_LOAD_H_
