// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CALL_LOG_H_
#define ZEROTOUCH_SANDBOX_CALL_LOG_H_

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/mutex.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/sandbox/v1/calls.pb.h"
#include "sandbox/anyone.h"
#include "sandbox/logged_call.h"
#include "service/event_answer.h"

namespace zerotouch::sandbox {

// The last limits::kLoggedCalls calls. Bodies are kept as far as limits::kLoggedBytes
// reach. Calls are kept as they came, and redacted when they are read. Thread-safe.
class CallLog {
 public:
  // Adds a call, and sets its number.
  void Add(std::shared_ptr<LoggedCall> call);
  void Clear();

  // Returns at most `size` calls that `fits` is true of, the newest first, of those
  // before the call number `before`; redacted.
  std::vector<proto::Call> Read(int64_t before, size_t size,
                                const std::function<bool(const LoggedCall&)>& fits) const;

  // Returns the number of the newest call that was ever added.
  int64_t Newest() const;
  // Returns the first call after the number `last`, redacted, or nullopt. Sets `last` to its
  // number, and adds the calls between that were dropped to `lost`.
  std::optional<proto::Call> Next(int64_t& last, int64_t& lost) const;

 private:
  struct Entry {
    int64_t number;
    std::shared_ptr<const LoggedCall> call;
  };

  // Drops bodies of the oldest calls while all together are too large.
  void DropBodies() ZT_REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::deque<Entry> entries_ ZT_GUARDED_BY(mutex_);
  int64_t next_ ZT_GUARDED_BY(mutex_) = 1;
  size_t bytes_ ZT_GUARDED_BY(mutex_) = 0;     // of all bodies
  size_t stripped_ ZT_GUARDED_BY(mutex_) = 0;  // entries at the front without bodies
  int64_t cleared_ ZT_GUARDED_BY(mutex_) = 0;  // the newest call that Clear has dropped
};

// Implements openzerotouch.sandbox.v1.CallService. Thread-safe.
class CallControl {
 public:
  // `log` must outlive it.
  explicit CallControl(CallLog& log) : log_(log) {}

  // Returns errors::InvalidParameter for a wrong filter or page size, or
  // errors::InvalidPageToken.
  absl::StatusOr<proto::ListCallsResponse> List(const Anyone& caller,
                                                const proto::ListCallsRequest& request);
  // Returns errors::TooBusy for more than limits::kCallWatchers watchers at a time. The
  // control must outlive the answer.
  absl::StatusOr<service::EventAnswer> Watch(const Anyone& caller,
                                             const proto::WatchCallsRequest& request);
  absl::StatusOr<google::protobuf::Empty> Delete(const Anyone& caller,
                                                 const proto::DeleteCallsRequest& request);

 private:
  CallLog& log_;
  std::atomic<int> watchers_ = 0;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CALL_LOG_H_
