// SPDX-License-Identifier: Apache-2.0
#include "http/loop.h"

#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <utility>

#include "base/log.h"

namespace zerotouch::http {

namespace asio = boost::asio;
using boost::system::error_code;

void Loop::Start() {
  thread_ = std::thread([this] {
    while (true) {
      try {
        context_.run();
        return;
      } catch (const std::exception& error) {
        // Whatever threw has left its connection, which is closed.
        log::Error("a connection failed unexpectedly", {{"error", error.what()}});
      }
    }
  });
}

void Loop::Add(Client* client) {
  clients_.insert(client);
  if (clients_.size() == 1) ArmTimer();
}

void Loop::Remove(Client* client) {
  clients_.erase(client);
  if (clients_.empty()) timer_.cancel();
}

void Loop::ArmTimer() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](const error_code& error) {
    if (error) return;
    const SteadyTime now = std::chrono::steady_clock::now();
    // A client that is closed stays in the set until its coroutine ends.
    for (Client* client : clients_) client->CheckTimeouts(now);
    if (!clients_.empty()) ArmTimer();
  });
}

void ServerExecutors::Post(Task task) { asio::post(workers_, std::move(task)); }

void ServerExecutors::After(absl::Duration delay, Task task) {
  asio::post(loop_, [this, delay, task = std::move(task)]() mutable {
    if (draining_) return std::move(task)();
    auto timer = std::make_shared<Timer>(loop_, Chrono(delay));
    timers_.insert(timer.get());
    timer->async_wait([this, timer, task = std::move(task)](const error_code&) mutable {
      timers_.erase(timer.get());
      std::move(task)();
    });
  });
}

}  // namespace zerotouch::http
