// SPDX-License-Identifier: Apache-2.0
#include "wire/dispatch.h"

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "absl/time/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/rejections.h"
#include "errors/errors.h"
#include "model/resource_name.h"

namespace zerotouch::wire {
namespace {

// The intervals at which a call that waits looks again. The first is short because a
// small batch takes milliseconds.
constexpr absl::Duration kFirstPoll = absl::Milliseconds(5);
constexpr absl::Duration kLongestPoll = absl::Milliseconds(200);

// A request with a longer body takes too long to parse for an event loop.
constexpr size_t kShortBodyBytes = size_t{16} << 10;

// Returns the device of a reseller or of a customer that `name` names; 0 if it is another name.
DeviceId DeviceNamed(std::string_view name) {
  if (const auto parsed = ParseDeviceName(name)) return parsed->device;
  if (const auto parsed = ParseCustomerDeviceName(name)) return parsed->device;
  return DeviceId();
}

http::Response AnswerSafely(Calls& calls, http::Request& request, absl::Duration& may_wait) {
  try {
    return calls.AnswerCall(request, may_wait);
  } catch (const std::bad_alloc&) {
    CountRejection(Rejection::kMemory);
    return calls.RefuseCall(errors::TooBusy("memory", absl::Seconds(1)), request);
  } catch (const std::exception& error) {
    log::Error("a call failed unexpectedly", {{"error", error.what()}});
    return calls.RefuseCall(absl::InternalError("exception"), request);
  }
}

}  // namespace

struct Dispatch::Call {
  void Finish() {
    calls.LogCall(request, response, metrics::SteadyNow() - arrived);
    std::move(done)(std::move(response));
  }

  Calls& calls;
  http::Request request;
  http::Executors& executors;
  http::Done done;
  const absl::Time begun;
  const MethodKind kind;
  const absl::Duration arrived = metrics::SteadyNow();
  const log::CallIds ids = http::IdsOf(request);
  http::Response response = {};
  absl::Duration may_wait = absl::ZeroDuration();
  absl::Duration interval = kFirstPoll;
};

http::Response Dispatch::RunHere(Calls& calls, http::Request& request) {
  const log::RequestScope scope(http::IdsOf(request));
  const absl::Duration arrived = metrics::SteadyNow();
  absl::Duration may_wait;
  http::Response response = AnswerSafely(calls, request, may_wait);
  absl::Duration delay = calls.TakeDelay(request);
  while (delay > absl::ZeroDuration()) {
    WaitHere(delay);
    response = AnswerSafely(calls, request, may_wait);
    delay = calls.TakeDelay(request);
  }
  calls.LogCall(request, response, metrics::SteadyNow() - arrived);
  return response;
}

void Dispatch::WaitHere(absl::Duration length) {
  const absl::Time end = clock_.Real().Now() + length;
  for (absl::Duration left = length; left > absl::ZeroDuration() && !stopping_;
       left = end - clock_.Real().Now()) {
    absl::SleepFor(std::min(left, kLongestPoll));
  }
}

bool Dispatch::Delay(const std::shared_ptr<Call>& call, const http::Request& request) {
  const absl::Duration delay = call->calls.TakeDelay(request);
  if (delay <= absl::ZeroDuration()) return false;
  call->executors.After(delay, [this, call] {
    if (call->kind == MethodKind::kWait) return Poll(call);
    RunOnWorker(call);
  });
  return true;
}

void Dispatch::Run(Calls& calls, MethodKind kind, http::Request request, http::Executors& executors,
                   http::Done done) {
  const bool is_short = request.body.size() <= kShortBodyBytes;
  if (is_short &&
      (kind == MethodKind::kOther || (kind == MethodKind::kShortRead && !store_.ReadsWait()))) {
    return RunInline(calls, kind, std::move(request), executors, std::move(done));
  }
  auto call = std::shared_ptr<Call>(
      new Call{calls, std::move(request), executors, std::move(done), clock_.Now(), kind});
  if (is_short && kind == MethodKind::kShortWrite) return RunInGroup(call);
  if (is_short && kind == MethodKind::kShortRead) return RunWithReads(call);
  if (kind == MethodKind::kWait) return Poll(call);
  RunOnWorker(call);
}

void Dispatch::RunInline(Calls& calls, MethodKind kind, http::Request request,
                         http::Executors& executors, http::Done done) {
  const log::RequestScope scope(http::IdsOf(request));
  const absl::Time begun = clock_.Now();
  const absl::Duration arrived = metrics::SteadyNow();
  absl::Duration may_wait;
  http::Response response = AnswerSafely(calls, request, may_wait);
  const absl::Duration delay = calls.TakeDelay(request);
  if (delay <= absl::ZeroDuration()) {
    calls.LogCall(request, response, metrics::SteadyNow() - arrived);
    return std::move(done)(std::move(response));
  }
  auto call = std::shared_ptr<Call>(
      new Call{calls, std::move(request), executors, std::move(done), begun, kind, arrived});
  executors.After(delay, [this, call] { RunOnWorker(call); });
}

void Dispatch::RunOnWorker(const std::shared_ptr<Call>& call) {
  call->executors.Post([this, call] { Answer(call); });
}

void Dispatch::Answer(const std::shared_ptr<Call>& call) {
  const log::RequestScope scope(call->ids);
  call->response = AnswerSafely(call->calls, call->request, call->may_wait);
  if (Delay(call, call->request)) return;
  call->Finish();
}

bool Dispatch::Authenticate(const std::shared_ptr<Call>& call) {
  const log::RequestScope scope(call->ids);
  try {
    return call->calls.Authenticate(call->request);
  } catch (const std::exception&) {
    return false;  // AnswerCall tries again, and its failure is answered
  }
}

void Dispatch::RunWithReads(const std::shared_ptr<Call>& call) {
  // Others would wait for what else a call reads.
  const DeviceId device = DeviceNamed(call->calls.ResourceOf(call->request));
  const bool is_queued = device && store_.ReadInGroup(device, [this, call] {
    if (Authenticate(call)) return Answer(call);
    RunOnWorker(call);
  });
  if (!is_queued) RunOnWorker(call);
}

void Dispatch::RunInGroup(const std::shared_ptr<Call>& call) {
  const bool is_queued = store_.ReadInGroup(DeviceId(), [this, call] {
    Authenticate(call);
    Write(call);
  });
  if (!is_queued) Write(call);
}

void Dispatch::Write(const std::shared_ptr<Call>& call) {
  const bool queued = store_.WriteInGroup(
      [call] {
        const log::RequestScope scope(call->ids);
        // The store catches exceptions, and undoes what was written.
        call->response = call->calls.AnswerCall(call->request, call->may_wait);
      },
      [this, call](const absl::Status& status) {
        const log::RequestScope scope(call->ids);
        if (status.ok() && Delay(call, call->request)) return;
        if (!status.ok()) call->response = call->calls.RefuseCall(status, call->request);
        call->Finish();
      });
  if (!queued) RunOnWorker(call);
}

// Answers the call now, and again while it may wait.
void Dispatch::Poll(const std::shared_ptr<Call>& call) {
  const auto poll = [this, call] {
    const log::RequestScope scope(call->ids);
    http::Request attempt = call->request;  // an answer takes it apart
    call->may_wait = absl::ZeroDuration();
    call->response = AnswerSafely(call->calls, attempt, call->may_wait);
    if (Delay(call, attempt)) return;
    const absl::Duration left = call->begun + call->may_wait - clock_.Now();
    if (left <= absl::ZeroDuration() || stopping_) {
      call->request = std::move(attempt);
      return call->Finish();
    }
    call->executors.After(std::min(left, call->interval), [this, call] { Poll(call); });
    call->interval = std::min(call->interval * 2, kLongestPoll);
  };
  if (store_.ReadsWait()) {
    call->executors.Post(poll);
  } else {
    poll();
  }
}

}  // namespace zerotouch::wire
