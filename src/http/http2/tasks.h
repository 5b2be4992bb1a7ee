// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_TASKS_H_
#define ZEROTOUCH_HTTP_HTTP2_TASKS_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "http/connection.h"

namespace zerotouch::http::http2 {

// Runs coroutines concurrently on one thread, and lets their owner wait until all
// have ended.
class Tasks {
 public:
  explicit Tasks(const boost::asio::any_io_executor& executor)
      : executor_(executor), all_ended_(executor, std::chrono::steady_clock::time_point::max()) {}

  void Spawn(boost::asio::awaitable<void> task) {
    ++running_;
    boost::asio::co_spawn(executor_, Counted(std::move(task)), boost::asio::detached);
  }

  boost::asio::awaitable<void> AllEnded() {
    while (running_ > 0) co_await all_ended_.async_wait(kNoThrow);
  }

 private:
  boost::asio::awaitable<void> Counted(boost::asio::awaitable<void> task) {
    co_await std::move(task);
    if (--running_ == 0) all_ended_.cancel();
  }

  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer all_ended_;  // never expires
  int running_ = 0;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_TASKS_H_
