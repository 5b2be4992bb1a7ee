// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_PROMISED_H_
#define ZEROTOUCH_HTTP_PROMISED_H_

#include <atomic>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "http/asio.h"
#include "http/http.h"

namespace zerotouch::http {

// A value that any thread sets once, and for which one coroutine waits. Shared by
// both sides.
template <class T>
class Promised {
 public:
  explicit Promised(const Executor& executor) : executor_(executor) {}

  void Set(T value) {
    value_ = std::move(value);
    if (state_.exchange(State::kSet) == State::kAwaited) {
      boost::asio::post(executor_, std::move(resume_));
    }
  }

  // Returns the value; does not suspend if it was set already. Called on the loop.
  Awaitable<T> Get() {
    if (state_.load() != State::kSet) {
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(
          [this](auto handler) {
            resume_ = std::move(handler);
            work_.emplace(executor_);
            State unset = State::kUnset;
            if (!state_.compare_exchange_strong(unset, State::kAwaited)) {
              boost::asio::post(executor_, std::move(resume_));
            }
          },
          kAwait);
      work_.reset();
    }
    co_return std::move(*value_);
  }

 private:
  enum class State { kUnset, kAwaited, kSet };

  const Executor executor_;
  std::atomic<State> state_ = State::kUnset;
  absl::AnyInvocable<void()> resume_;
  // Keeps the loop running until the value is set, even if nothing else is left.
  std::optional<boost::asio::executor_work_guard<Executor>> work_;
  std::optional<T> value_;
};

// Runs `function` on a worker thread and returns its result, or nullopt if it throws.
template <class Function>
auto RunOnWorker(Executors& executors, const Executor& executor, Function function)
    -> Awaitable<std::optional<decltype(function())>> {
  using Result = std::optional<decltype(function())>;
  auto promised = std::make_shared<Promised<Result>>(executor);
  executors.Post([promised, function = std::move(function)]() mutable {
    Result result;
    try {
      result = function();
    } catch (const std::exception&) {
      // The caller handles the lack of a result.
    }
    promised->Set(std::move(result));
  });
  co_return co_await promised->Get();
}

// Appends the next piece of `source` to `piece`: on the loop, after whatever waits there, if the
// source is ready, else on a worker thread. Returns nullopt if that throws.
inline auto ReadPiece(BodySource& source, Executors& executors, const Executor& executor,
                      std::string& piece) -> Awaitable<std::optional<absl::StatusOr<bool>>> {
  if (!source.IsReady()) {
    co_return co_await RunOnWorker(executors, executor, [&] { return source.Next(piece); });
  }
  co_await boost::asio::post(executor, kAwait);
  try {
    co_return source.Next(piece);
  } catch (const std::exception&) {
    co_return std::nullopt;
  }
}

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_PROMISED_H_
