// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_STATE_CONTROL_H_
#define ZEROTOUCH_SANDBOX_STATE_CONTROL_H_

#include <atomic>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "auth/authorized.h"
#include "google/protobuf/empty.pb.h"
#include "openzerotouch/sandbox/v1/state.pb.h"
#include "sandbox/sandbox_clock.h"
#include "service/bytes_answer.h"
#include "store/store.h"

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

using Anyone = auth::Authorized<auth::AnyoneInSandbox>;
using google::protobuf::Empty;

// The saved state that the seed made; no snapshot can have this id.
inline constexpr char kSeedState[] = "_seed";

// Holds the parts of a reset and a restore beside the registry and the clock.
struct StateHooks {
  // Called after the registry was replaced: its operations may run.
  std::function<absl::Status()> registry_replaced;
  // Makes the rest as it was at first: the faults of the seed, whose state has this note;
  // the keys of the key files good; full speed, not paused, no calls.
  std::function<absl::Status(const std::string& note)> reset;
};

// Implements openzerotouch.sandbox.v1.StateService. Thread-safe.
class StateControl {
 public:
  // The references must outlive it. `url` is that of the registry.
  StateControl(store::Store& store, std::string url, SandboxClock& clock, StateHooks hooks)
      : store_(store), url_(std::move(url)), clock_(clock), hooks_(std::move(hooks)) {}

  absl::StatusOr<Empty> Reset(const Anyone& caller, const proto::ResetStateRequest& request);
  absl::StatusOr<service::BytesAnswer> Export(const Anyone& caller,
                                              const proto::ExportStateRequest& request);
  absl::StatusOr<proto::Snapshot> Create(const Anyone& caller,
                                         const proto::CreateSnapshotRequest& request);
  absl::StatusOr<proto::ListSnapshotsResponse> List(const Anyone& caller,
                                                    const proto::ListSnapshotsRequest& request);
  absl::StatusOr<Empty> Restore(const Anyone& caller, const proto::RestoreSnapshotRequest& request);
  absl::StatusOr<Empty> Delete(const Anyone& caller, const proto::DeleteSnapshotRequest& request);

 private:
  store::Store& store_;
  const std::string url_;
  std::atomic<int> exports_ = 0;  // places that are taken
  SandboxClock& clock_;
  const StateHooks hooks_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_STATE_CONTROL_H_
