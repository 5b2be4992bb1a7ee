// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_STATE_ARCHIVE_H_
#define ZEROTOUCH_SANDBOX_STATE_ARCHIVE_H_

#include <condition_variable>
#include <memory>
#include <string>
#include <thread>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "sandbox/place.h"
#include "service/bytes_answer.h"

namespace zerotouch::sandbox {

// The archive of a registry (store::Export), which a thread of its own writes while it is
// read: a few pieces are in memory. The destructor ends the export.
class StateArchive final : public service::BytePieces {
 public:
  // `url` is that of the registry, as for store::Open. `place` is given back at the end.
  StateArchive(std::string url, std::unique_ptr<const Place> place);
  ~StateArchive() override;

  absl::StatusOr<bool> Next(std::string& out) override;

 private:
  absl::Status Write(std::string_view bytes);
  void End(absl::Status status);

  const std::string url_;
  const std::unique_ptr<const Place> place_;
  Mutex mutex_;
  std::condition_variable changed_;
  std::string waiting_ ZT_GUARDED_BY(mutex_);  // bytes that were not read yet
  bool ended_ ZT_GUARDED_BY(mutex_) = false;
  bool abandoned_ ZT_GUARDED_BY(mutex_) = false;
  absl::Status status_ ZT_GUARDED_BY(mutex_);
  std::thread writer_;  // last: it uses all of them
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_STATE_ARCHIVE_H_
