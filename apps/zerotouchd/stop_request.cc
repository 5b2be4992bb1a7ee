// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/stop_request.h"

#include <signal.h>

#include "zerotouchd/daemon.h"

namespace zerotouch::daemon {
namespace {

volatile sig_atomic_t came = 0;

// Restores the default action, so that a second signal ends the process.
void OnSignal(int signal) {
  came = 1;
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  sigaction(signal, &action, nullptr);
}

}  // namespace

StopRequest::StopRequest() {
  came = 0;
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM}) {
    struct sigaction action = {};
    action.sa_handler = OnSignal;  // without SA_RESTART
    sigaction(signal, &action, nullptr);
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

StopRequest::~StopRequest() { BlockStopSignals(); }

bool StopRequest::Came() { return came != 0; }

}  // namespace zerotouch::daemon
