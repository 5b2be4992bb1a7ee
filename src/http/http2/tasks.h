// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_TASKS_H_
#define ZEROTOUCH_HTTP_HTTP2_TASKS_H_

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "http/asio.h"

namespace zerotouch::http::http2 {

// Runs coroutines concurrently on one thread, and lets their owner wait until all
// have ended.
class Tasks {
 public:
  explicit Tasks(const Executor& executor)
      : executor_(executor), all_ended_(executor, SteadyTime::max()) {}

  void Spawn(Awaitable<void> task) {
    Begin();
    boost::asio::co_spawn(executor_, Counted(std::move(task)), boost::asio::detached);
  }

  // Counts work that is no coroutine, until End.
  void Begin() { ++running_; }
  void End() {
    if (--running_ == 0) all_ended_.cancel();
  }

  Awaitable<void> AllEnded() {
    while (running_ > 0) co_await all_ended_.async_wait(kNoThrow);
  }

 private:
  Awaitable<void> Counted(Awaitable<void> task) {
    const absl::Cleanup ended = [this] { End(); };
    co_await std::move(task);
  }

  const Executor executor_;
  Timer all_ended_;  // never expires
  int running_ = 0;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_TASKS_H_
