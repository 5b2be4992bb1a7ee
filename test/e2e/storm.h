// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_E2E_STORM_H_
#define ZEROTOUCH_E2E_STORM_H_

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "support/server_process.h"

// Clients that abuse a server all at once, others that use it well meanwhile, and
// a watch over its memory.
namespace zerotouch::test {

// Returns the resident memory of a process, in bytes.
int64_t ResidentBytes(pid_t pid);

// Watches the memory of a process while it lives.
class MemoryWatch {
 public:
  explicit MemoryWatch(pid_t pid);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;
  int64_t peak_bytes() const { return peak_bytes_; }

 private:
  std::atomic<int64_t> peak_bytes_ = 0;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

// The server of a storm, and the credentials that the attackers have.
struct StormTarget {
  uint16_t port = 0;
  std::string token;           // of a reseller
  std::string devices;         // the path of its devices
  std::string operation;       // the path of its operation with many results
  std::string customer_token;  // of a customer
  std::string configurations;  // the path of its configurations
  bool full = false;           // the full counts; else a tenth
};

// Attacks of strangers and of accounts, side by side, from another address than that of
// other clients. Each is repeated until Stop.
class Storm {
 public:
  explicit Storm(const StormTarget& target);
  ~Storm() { Stop(); }
  Storm(const Storm&) = delete;
  Storm& operator=(const Storm&) = delete;

  // Waits until every attack has been made once, and ends them.
  void Stop();
  // Returns how many answers of each status (0: the connection was closed or kept
  // waiting) each attack got.
  std::map<std::string, std::map<int, int>> Answers() const;

 private:
  using Attack = void (Storm::*)();

  void Repeat(const char* name, Attack attack);
  void Note(int status, int count = 1);
  // Returns the full count or, in the short form, a tenth, at least 1.
  int Scaled(int count) const { return target_.full ? count : (count + 9) / 10; }
  // Keeps what the attack holds open for a while.
  void Hold() const;

  void DeclareBodies();
  void OpenTokenRequests();
  void AskForDocumentsInBatches();
  void ReflectWithoutReading();
  void ListInBatch();
  void SendGzipBombs();
  void SendBodiesWithoutCredentials();
  void SendAnonymousBatches();
  void StallReaders();
  void Idle();
  void SendLargeBatches();
  void ForgeAssertions();
  void FloodFrames();

  const StormTarget target_;
  std::atomic<bool> over_ = false;
  mutable Mutex mutex_;
  std::map<std::string, std::map<int, int>> answers_ ZT_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

// The results of well-behaved clients.
struct WellBehaved {
  int calls = 0;
  std::vector<std::string> wrong;                // answers other than 200
  std::vector<std::chrono::microseconds> times;  // of each call
  // Returns the time that this part (0.99) of the calls took at most, in milliseconds.
  double Percentile(double part) const;
};

// Calls `make(client, i)` for i = 0, 1, ... on a thread for each client until Stop.
// `make` returns an error, or an empty text.
class Clients {
 public:
  Clients(int count, const std::function<std::string(int, int)>& make);
  ~Clients() { Stop(); }
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;
  WellBehaved Stop();

 private:
  std::atomic<bool> over_ = false;
  Mutex mutex_;
  WellBehaved result_ ZT_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_E2E_STORM_H_
