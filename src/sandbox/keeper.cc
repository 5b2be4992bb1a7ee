// SPDX-License-Identifier: Apache-2.0
#include "sandbox/keeper.h"

#include <chrono>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/status_text.h"
#include "json/json.h"

namespace zerotouch::sandbox {
namespace {

// Within this time hits of rules survive a power failure.
constexpr std::chrono::milliseconds kHitsDurable(100);

// The size of the file up to which it is written at each hit, before the call is answered:
// less than a millisecond of writing.
constexpr size_t kHitsFileBytes = size_t{256} << 10;

}  // namespace

absl::Status Keeper::Load(std::string text) {
  proto::SavedControls saved;
  const std::vector<Violation> wrong = json::Parse(text, saved);
  if (!wrong.empty()) return absl::InvalidArgumentError(wrong.front().description);
  rules_.Load(saved);
  SandboxClock::State state;
  const auto& ahead = saved.clock_ahead();
  state.ahead = absl::Seconds(ahead.seconds()) + absl::Nanoseconds(ahead.nanos());
  state.frozen = saved.has_clock_stopped();
  state.stopped_at = absl::FromUnixSeconds(saved.clock_stopped().seconds()) +
                     absl::Nanoseconds(saved.clock_stopped().nanos());
  clock_.Restore(state);
  return absl::OkStatus();
}

void Keeper::Start(Write write) {
  {
    const MutexLock lock(mutex_);
    write_ = std::move(write);
    kept_ = rules_.changes();
    durable_ = kept_;
  }
  thread_ = std::thread([this] { Loop(); });
}

void Keeper::Stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::string Keeper::Text() const {
  proto::SavedControls saved;
  rules_.Save(saved);
  const SandboxClock::State state = clock_.state();
  absl::Duration rest = state.ahead;
  saved.mutable_clock_ahead()->set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  saved.mutable_clock_ahead()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
  if (state.frozen) {
    const int64_t seconds = absl::ToUnixSeconds(state.stopped_at);
    saved.mutable_clock_stopped()->set_seconds(seconds);
    saved.mutable_clock_stopped()->set_nanos(static_cast<int32_t>(
        absl::ToInt64Nanoseconds(state.stopped_at - absl::FromUnixSeconds(seconds))));
  }
  std::string text;
  json::Append(saved, {}, text);
  return text + "\n";
}

void Keeper::WriteText(bool durable) {
  kept_ = rules_.changes();
  if (durable) durable_ = kept_;
  std::string text = Text();
  // Another thread may have been faster than the call that made the change.
  if (text == text_ && (is_text_durable_ || !durable)) return;
  const absl::Status status = write_(text, durable);
  if (status.ok()) {
    text_ = std::move(text);
    is_text_durable_ = durable;
  } else {
    log::Error("cannot keep the controls of the sandbox", {{"error", MessageOf(status)}});
  }
}

void Keeper::KeepNow() {
  const MutexLock lock(mutex_);
  if (write_) WriteText(/*durable=*/true);
}

void Keeper::KeepHits() {
  if (kept_ == rules_.changes()) return;
  const MutexLock lock(mutex_);
  if (!write_ || kept_ == rules_.changes() || text_.size() > kHitsFileBytes) return;
  WriteText(/*durable=*/false);
}

void Keeper::Loop() {
  bool stopping = false;
  while (!stopping) {
    MutexLock lock(mutex_);
    if (!stopping_) lock.WaitFor(changed_, kHitsDurable);
    stopping = stopping_;
    if (durable_ != rules_.changes()) WriteText(/*durable=*/true);
  }
}

}  // namespace zerotouch::sandbox
