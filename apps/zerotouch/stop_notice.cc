// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/stop_notice.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <list>
#include <utility>

namespace zerotouch::cli {
namespace {

// The text that the signal handler prints. The handler may run while another
// text is set, so texts are never freed; there is one for each operation.
std::atomic<const std::string*> current_text{nullptr};

void OnSignal(int signal) {
  if (const std::string* text = current_text.load()) {
    // A failed write cannot be reported anywhere.
    [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text->data(), text->size());
  }
  _exit(128 + signal);
}

}  // namespace

void SetStopNotice(std::string text) {
  static std::list<std::string> kept;
  kept.push_back(std::move(text));
  current_text.store(&kept.back());
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace zerotouch::cli
