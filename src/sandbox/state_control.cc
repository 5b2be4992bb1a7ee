// SPDX-License-Identifier: Apache-2.0
#include "sandbox/state_control.h"

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "errors/errors.h"
#include "sandbox/state_archive.h"

namespace zerotouch::sandbox {
namespace {

constexpr std::string_view kSnapshots = "snapshots/";

bool IsSnapshotId(std::string_view id) {
  constexpr size_t kLongest = 63;
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
  return !id.empty() && id.size() <= kLongest && id.front() != '-' &&
         id.find_first_not_of(kAllowed) == std::string_view::npos;
}

// Returns the id in `snapshots/ID`; empty if it cannot be one.
std::string IdIn(std::string_view name) {
  if (!name.starts_with(kSnapshots)) return "";
  name.remove_prefix(kSnapshots.size());
  return IsSnapshotId(name) ? std::string(name) : "";
}

absl::Status UnknownSnapshot() {
  return errors::UnknownResource("Snapshot", "GET /sandbox/v1/snapshots");
}

void SetTime(absl::Time time, google::protobuf::Timestamp& out) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  out.set_seconds(seconds);
  out.set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

// The clock's state as the note of a saved state.
std::string NoteOf(const SandboxClock::State& state) {
  return fmt::format("clock_ns {} {} {}", absl::ToInt64Nanoseconds(state.ahead),
                     state.frozen ? 1 : 0, absl::ToUnixNanos(state.stopped_at));
}

SandboxClock::State ClockIn(const std::string& note) {
  long long ahead_ns = 0, stopped_ns = 0;
  int frozen = 0;
  SandboxClock::State state;
  if (std::sscanf(note.c_str(), "clock_ns %lld %d %lld", &ahead_ns, &frozen, &stopped_ns) != 3) {
    return state;
  }
  state.ahead = absl::Nanoseconds(ahead_ns);
  state.frozen = frozen != 0;
  state.stopped_at = absl::FromUnixNanos(stopped_ns);
  return state;
}

// Returns `status` as the error of a control.
absl::Status PublicOf(const absl::Status& status) {
  if (absl::IsNotFound(status)) return UnknownSnapshot();
  if (absl::IsResourceExhausted(status) || absl::IsFailedPrecondition(status)) {
    return errors::InvalidOperation(fmt::format("{}.", MessageOf(status)));
  }
  return status;
}

}  // namespace

absl::StatusOr<Empty> StateControl::Reset(const Anyone&, const proto::ResetStateRequest&) {
  absl::StatusOr<std::string> note = store_.saved_states()->Restore(kSeedState);
  if (!note.ok()) return PublicOf(note.status());
  clock_.Restore({});
  ZT_RETURN_IF_ERROR(hooks_.reset(*note));
  ZT_RETURN_IF_ERROR(hooks_.registry_replaced());
  return Empty();
}

absl::StatusOr<service::BytesAnswer> StateControl::Export(const Anyone&,
                                                          const proto::ExportStateRequest&) {
  auto place = std::make_unique<const Place>(exports_, limits::kExports);
  if (!place->is_free()) return errors::TooBusy("exports", absl::Seconds(1));
  return service::BytesAnswer{std::make_unique<StateArchive>(url_, std::move(place))};
}

absl::StatusOr<proto::Snapshot> StateControl::Create(const Anyone&,
                                                     const proto::CreateSnapshotRequest& request) {
  const std::string& id = request.snapshot_id();
  if (!IsSnapshotId(id)) {
    return errors::InvalidParameter(
        "snapshot_id", "use a letter or digit, then up to 62 of a-z, 0-9 and '-', such as before");
  }
  // As precise as it is stored.
  const absl::Time now = absl::FromUnixMicros(absl::ToUnixMicros(clock_.Now()));
  const absl::Status status =
      store_.saved_states()->Save({.id = id, .created = now, .note = NoteOf(clock_.state())});
  if (absl::IsAlreadyExists(status)) return errors::ResourceExists(fmt::format("snapshots/{}", id));
  if (!status.ok()) return PublicOf(status);
  proto::Snapshot snapshot;
  snapshot.set_name(fmt::format("{}{}", kSnapshots, id));
  SetTime(now, *snapshot.mutable_create_time());
  return snapshot;
}

absl::StatusOr<proto::ListSnapshotsResponse> StateControl::List(
    const Anyone&, const proto::ListSnapshotsRequest&) {
  ZT_ASSIGN_OR_RETURN(const std::vector<store::SavedState> states, store_.saved_states()->List());
  proto::ListSnapshotsResponse response;
  for (const store::SavedState& state : states) {
    if (!IsSnapshotId(state.id)) continue;
    proto::Snapshot& snapshot = *response.add_snapshots();
    snapshot.set_name(fmt::format("{}{}", kSnapshots, state.id));
    SetTime(state.created, *snapshot.mutable_create_time());
  }
  return response;
}

absl::StatusOr<Empty> StateControl::Restore(const Anyone&,
                                            const proto::RestoreSnapshotRequest& request) {
  const std::string id = IdIn(request.name());
  if (id.empty()) return UnknownSnapshot();
  absl::StatusOr<std::string> note = store_.saved_states()->Restore(id);
  if (!note.ok()) return PublicOf(note.status());
  clock_.Restore(ClockIn(*note));
  ZT_RETURN_IF_ERROR(hooks_.registry_replaced());
  return Empty();
}

absl::StatusOr<Empty> StateControl::Delete(const Anyone&,
                                           const proto::DeleteSnapshotRequest& request) {
  const std::string id = IdIn(request.name());
  if (id.empty()) return UnknownSnapshot();
  const absl::Status status = store_.saved_states()->Remove(id);
  if (!status.ok()) return PublicOf(status);
  return Empty();
}

}  // namespace zerotouch::sandbox
