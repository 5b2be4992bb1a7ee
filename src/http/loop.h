// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_LOOP_H_
#define ZEROTOUCH_HTTP_LOOP_H_

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <set>
#include <thread>

#include "http/asio.h"
#include "http/client.h"
#include "http/http.h"

namespace zerotouch::http {

// An event loop on a thread of its own, and the clients that it serves.
class Loop {
 public:
  explicit Loop(std::chrono::nanoseconds tick) : tick_(tick), timer_(context_) {}

  boost::asio::io_context& context() { return context_; }
  void Start();
  // Waits until the loop has no work left.
  void Join() {
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

  // Used on this loop's thread.
  std::set<Client*>& clients() { return clients_; }
  void Add(Client* client);
  void Remove(Client* client);

  // The number of clients, also of those on their way here. Any thread.
  std::atomic<int> open = 0;

 private:
  void ArmTimer();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<Executor> work_{context_.get_executor()};  // until Join
  const std::chrono::nanoseconds tick_;
  Timer timer_;  // runs while there are clients
  std::set<Client*> clients_;
  std::thread thread_;
};

// Runs tasks on the worker threads and on the first loop.
class ServerExecutors final : public Executors {
 public:
  ServerExecutors(size_t workers, boost::asio::io_context& loop, const std::atomic<bool>& draining)
      : workers_(workers), loop_(loop), draining_(draining) {}

  void Post(Task task) override;

  void After(absl::Duration delay, Task task) override;

  // Makes the tasks that wait run now. Called on the loop, after `draining` was set.
  void WakeAll() {
    for (Timer* timer : timers_) timer->cancel();
  }

  // Waits until every task has run.
  void Join() { workers_.join(); }

 private:
  boost::asio::thread_pool workers_;
  boost::asio::io_context& loop_;
  const std::atomic<bool>& draining_;
  std::set<Timer*> timers_;  // on the loop's thread only
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_LOOP_H_
