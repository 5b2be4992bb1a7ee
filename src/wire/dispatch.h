// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DISPATCH_H_
#define ZEROTOUCH_WIRE_DISPATCH_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "http/http.h"
#include "store/store.h"
#include "wire/call_meter.h"
#include "wire/methods.h"

namespace zerotouch::wire {

// Answers the calls of one protocol, for Dispatch. Thread-safe.
class Calls {
 public:
  virtual ~Calls() = default;
  // Answers the request. Sets `may_wait` if it asks to wait for a change, for at most
  // this long, that has not happened: the answer says so, and the request may be made
  // again. May throw.
  virtual http::Response AnswerCall(http::Request& request, absl::Duration& may_wait) = 0;
  // Authenticates the caller, if the call needs it; AnswerCall then does not do so again. Returns
  // false if AnswerCall has to wait for the caller's quota. May throw.
  virtual bool Authenticate(http::Request& request) = 0;
  // Returns the answer to a request that failed with `status`.
  virtual http::Response RefuseCall(const absl::Status& status, const http::Request& request) = 0;
  // Returns how long the request, which AnswerCall left as it was, is to wait before it
  // is made again; zero if it was answered. A fault rule of a sandbox says so.
  virtual absl::Duration TakeDelay(const http::Request&) { return absl::ZeroDuration(); }
  // Returns the name of the resource that the call is about, so that it can be read before;
  // empty if it has none.
  virtual std::string ResourceOf(const http::Request& request) = 0;
  // Counts the call and writes a line of the log. `request` is what AnswerCall or
  // RefuseCall left of it; `took` is the time since it was complete.
  virtual void LogCall(const http::Request& request, const http::Response& response,
                       absl::Duration took) = 0;
};

// Runs calls where they hold nobody up: on the event loop if they cannot block, a short change
// on a thread of the store for changes, a read of one device, if it may wait, on a thread of the
// store that reads for several calls, and else on a worker thread. Calls that wait for an operation
// use no thread meanwhile. Thread-safe.
class Dispatch {
 public:
  // Counts the calls of the methods of `services`. The others must outlive it.
  Dispatch(store::Store& store, const Clock& clock,
           const std::vector<const google::protobuf::ServiceDescriptor*>& services)
      : store_(store), clock_(clock), meter_(services) {}

  // Counts the calls of all protocols.
  CallMeter& meter() { return meter_; }

  // Answers the request by `calls` and calls `done`. `calls` must outlive that. Called
  // on an event loop or a worker thread.
  void Run(Calls& calls, MethodKind kind, http::Request request, http::Executors& executors,
           http::Done done);

  // Answers the request by `calls`, on this thread.
  http::Response RunHere(Calls& calls, http::Request& request);

  // Waits on this thread, for as long or until the server stops.
  void WaitHere(absl::Duration length);

  // Answers calls that wait now, and later ones without waiting.
  void StopWaiting() { stopping_ = true; }

 private:
  struct Call;  // a call on its way through threads

  // Makes the call again after a delay, if it has one. Returns false if it was answered.
  bool Delay(const std::shared_ptr<Call>& call, const http::Request& request);
  void RunInline(Calls& calls, MethodKind kind, http::Request request, http::Executors& executors,
                 http::Done done);
  void RunOnWorker(const std::shared_ptr<Call>& call);
  void RunWithReads(const std::shared_ptr<Call>& call);
  // Authenticates the caller on a thread on which other calls wait. Returns false if the call
  // has to go on elsewhere.
  static bool Authenticate(const std::shared_ptr<Call>& call);
  // Answers the call on this thread.
  void Answer(const std::shared_ptr<Call>& call);
  void Write(const std::shared_ptr<Call>& call);
  void RunInGroup(const std::shared_ptr<Call>& call);
  void Poll(const std::shared_ptr<Call>& call);

  store::Store& store_;
  const Clock& clock_;
  CallMeter meter_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DISPATCH_H_
