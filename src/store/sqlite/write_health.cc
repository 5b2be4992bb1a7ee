// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/write_health.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_text.h"
#include "errors/errors.h"

namespace zerotouch::store::sqlite {

void WriteHealth::Begin(const char* step) {
  since_ = SteadyClock::now();
  step_ = step;
}

void WriteHealth::BeginIdle() { step_ = nullptr; }

void WriteHealth::Failed(std::string_view reason, const absl::Status& why) {
  bool is_new = false;
  {
    const MutexLock lock(mutex_);
    is_new = !failing_ || reason_ != reason;
    reason_ = reason;
    failing_ = true;
  }
  if (is_new) log::Error("cannot write to the registry", {{"error", MessageOf(why)}});
}

void WriteHealth::Succeeded() {
  if (!failing_) return;
  failing_ = false;
  log::Info("can write to the registry again");
}

absl::Status WriteHealth::Check() const {
  if (failing_) {
    const MutexLock lock(mutex_);
    return errors::Unavailable(fmt::format("writes fail: {}", reason_));
  }
  const char* const step = step_;
  if (step == nullptr) return absl::OkStatus();
  if (SteadyClock::now() - since_.load() < absl::ToChronoSeconds(limits::kWriteStall)) {
    return absl::OkStatus();
  }
  return errors::Unavailable(fmt::format("the store has been {} for more than {} seconds", step,
                                         absl::ToInt64Seconds(limits::kWriteStall)));
}

}  // namespace zerotouch::store::sqlite
