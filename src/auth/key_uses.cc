// SPDX-License-Identifier: Apache-2.0
#include "auth/key_uses.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_text.h"
#include "store/store.h"

namespace zerotouch::auth {
namespace {

// The uses of one write, and the time between two of them: when an hour begins, many keys
// are used for the first time.
constexpr size_t kUsesAtOnce = 500;
constexpr std::chrono::milliseconds kBetweenWrites(200);
constexpr std::chrono::seconds kAfterFailure(30);

}  // namespace

KeyUses::KeyUses(store::Store& store) : store_(store), thread_([this] { Loop(); }) {}

KeyUses::~KeyUses() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void KeyUses::Note(std::string_view email, std::string_view key_id, int64_t hour) {
  std::string name(email);
  name.append(1, '\0').append(key_id);
  const MutexLock lock(mutex_);
  const auto noted = noted_.find(name);
  if (noted != noted_.end() && noted->second >= hour) return;
  if (waiting_.size() >= limits::kKeyUses) return;  // the registry cannot be written
  if (noted == noted_.end() && noted_.size() >= limits::kKeyUses) noted_.clear();
  noted_[std::move(name)] = hour;
  waiting_.push_back({.email = std::string(email),
                      .key_id = std::string(key_id),
                      .used = absl::FromUnixSeconds(hour * absl::ToInt64Seconds(absl::Hours(1)))});
  changed_.notify_all();
}

void KeyUses::Loop() {
  MutexLock lock(mutex_);
  for (;;) {
    while (!stopping_ && waiting_.empty()) lock.Wait(changed_);
    if (waiting_.empty()) return;
    const size_t count = std::min(waiting_.size(), kUsesAtOnce);
    const auto end = waiting_.begin() + static_cast<ptrdiff_t>(count);
    const std::vector<store::KeyUse> uses(std::make_move_iterator(waiting_.begin()),
                                          std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    lock.Unlock();
    const bool written = Write(uses);
    lock.Lock();
    if (!written && stopping_) return;
    if (!written) waiting_.insert(waiting_.end(), uses.begin(), uses.end());
    const std::chrono::milliseconds pause = written ? kBetweenWrites : kAfterFailure;
    const auto until = std::chrono::steady_clock::now() + pause;
    while (!stopping_ && lock.WaitUntil(changed_, until)) {
    }
  }
}

bool KeyUses::Write(const std::vector<store::KeyUse>& uses) {
  const absl::Status status = store_.Write(
      [&uses](store::Transaction& transaction) { return transaction.NoteKeyUses(uses); });
  if (status.ok()) return true;
  log::Debug("cannot note the last uses of keys; retrying", {{"error", MessageOf(status)}});
  return false;
}

}  // namespace zerotouch::auth
