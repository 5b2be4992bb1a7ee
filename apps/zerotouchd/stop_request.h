// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_
#define ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_

namespace zerotouch::daemon {

// While it lives, Ctrl-C (SIGINT) or SIGTERM is a request that a long command
// looks for, so that it can undo what it has begun; a second one ends the
// process. Undoes BlockStopSignals() for this thread. One at a time.
class StopRequest {
 public:
  StopRequest();
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  // Whether it came. Calls that wait then end with EINTR.
  static bool Came();
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_STOP_REQUEST_H_
