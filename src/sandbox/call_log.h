// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_CALL_LOG_H_
#define ZEROTOUCH_SANDBOX_CALL_LOG_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/mutex.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/sandbox/v1/calls.pb.h"
#include "sandbox/anyone.h"
#include "sandbox/logged_call.h"

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
  absl::StatusOr<google::protobuf::Empty> Delete(const Anyone& caller,
                                                 const proto::DeleteCallsRequest& request);

 private:
  CallLog& log_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_CALL_LOG_H_
