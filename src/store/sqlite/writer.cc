// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/writer.h"

#include <utility>

#include "base/status_macros.h"

namespace zerotouch::store::sqlite {

Writer::Writer(std::unique_ptr<Database> db, FileLock& lock, const Clock& clock)
    : groups_(std::move(db), lock, queue_, clock), thread_([this] { groups_.Run(); }) {}

Writer::~Writer() {
  queue_.Close();
  thread_.join();
}

absl::Status Writer::Write(const QueuedWrite::Mutation& mutation) {
  if (groups_.OnThisThread()) return groups_.WriteInside(mutation);
  const auto write = std::make_shared<QueuedWrite>(mutation);
  ZT_RETURN_IF_ERROR(queue_.Add(write));
  return write->AwaitAnswer();
}

void Writer::WriteInGroup(Store::Work work, Store::WorkDone done) {
  const auto write = std::make_shared<QueuedWrite>(std::move(work), std::move(done));
  absl::Status status = queue_.Add(write);
  if (!status.ok()) write->Answer(std::move(status));
}

}  // namespace zerotouch::store::sqlite
