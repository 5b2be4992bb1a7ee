// SPDX-License-Identifier: Apache-2.0
#include "sandbox/clock_control.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "errors/errors.h"

namespace zerotouch::sandbox {

proto::Clock ClockControl::State() const {
  proto::Clock out;
  const SandboxClock::State state = clock_.state();
  const absl::Time now = clock_.Now();
  const int64_t seconds = absl::ToUnixSeconds(now);
  out.mutable_now()->set_seconds(seconds);
  out.mutable_now()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(now - absl::FromUnixSeconds(seconds))));
  out.set_frozen(state.frozen);
  return out;
}

proto::Clock ClockControl::Changed() {
  keeper_.KeepNow();
  return State();
}

absl::StatusOr<proto::Clock> ClockControl::Get(const Anyone&, const proto::GetClockRequest&) {
  return State();
}

absl::StatusOr<proto::Clock> ClockControl::Advance(const Anyone&,
                                                   const proto::AdvanceClockRequest& request) {
  const auto& duration = request.duration();
  const absl::Duration by = absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  if (!request.has_duration() || by < absl::ZeroDuration()) {
    return errors::InvalidParameter("duration", "use a duration of 0s or more, such as 3600s");
  }
  if (catch_up_) catch_up_();
  if (!clock_.Advance(by).ok()) {
    return errors::InvalidParameter(
        "duration",
        fmt::format("use a duration that ends before {}",
                    absl::FormatTime("%Y-%m-%d", limits::kLatestSandboxTime, absl::UTCTimeZone())));
  }
  proto::Clock state = Changed();
  if (catch_up_) catch_up_();
  return state;
}

absl::StatusOr<proto::Clock> ClockControl::Freeze(const Anyone&, const proto::FreezeClockRequest&) {
  clock_.Freeze();
  return Changed();
}

absl::StatusOr<proto::Clock> ClockControl::Resume(const Anyone&, const proto::ResumeClockRequest&) {
  clock_.Resume();
  return Changed();
}

}  // namespace zerotouch::sandbox
