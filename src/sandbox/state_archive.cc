// SPDX-License-Identifier: Apache-2.0
#include "sandbox/state_archive.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "store/archive/writer.h"
#include "store/transfer.h"

namespace zerotouch::sandbox {
namespace {

constexpr size_t kPieceBytes = size_t{32} << 10;

absl::Status ExportArchive(const std::string& url, store::archive::WriteBytes write) {
  store::archive::Writer writer(std::move(write));
  absl::Status status = store::Export(url, writer);
  return status.ok() ? writer.End() : status;
}

}  // namespace

StateArchive::StateArchive(std::string url, std::unique_ptr<const Place> place)
    : url_(std::move(url)), place_(std::move(place)) {
  writer_ = std::thread([this] {
    End(ExportArchive(url_, [this](std::string_view bytes) { return Write(bytes); }));
  });
}

StateArchive::~StateArchive() {
  {
    const MutexLock lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

absl::Status StateArchive::Write(std::string_view bytes) {
  MutexLock lock(mutex_);
  while (!abandoned_ && waiting_.size() >= limits::kExportBufferBytes) lock.Wait(changed_);
  if (abandoned_) return absl::CancelledError("nobody reads the archive");
  waiting_ += bytes;
  changed_.notify_all();
  return absl::OkStatus();
}

void StateArchive::End(absl::Status status) {
  {
    const MutexLock lock(mutex_);
    ended_ = true;
    status_ = std::move(status);
  }
  changed_.notify_all();
}

absl::StatusOr<bool> StateArchive::Next(std::string& out) {
  MutexLock lock(mutex_);
  while (waiting_.empty() && !ended_) lock.Wait(changed_);
  if (waiting_.empty()) {
    if (!status_.ok()) return status_;
    return false;
  }
  const size_t piece = std::min(waiting_.size(), kPieceBytes);
  out.append(waiting_, 0, piece);
  waiting_.erase(0, piece);
  changed_.notify_all();
  return true;
}

}  // namespace zerotouch::sandbox
