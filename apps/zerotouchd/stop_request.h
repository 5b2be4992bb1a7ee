// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_
#define ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_

namespace zerotouch::daemon {

// Turns Ctrl-C (SIGINT) and SIGTERM into a request that a long command checks, so
// that it can undo its work; a second signal ends the process. Undoes
// BlockStopSignals() for this thread. At most one object may exist at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  // Returns true after a signal. System calls that block fail with EINTR then.
  static bool Came();
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_
