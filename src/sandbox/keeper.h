// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_KEEPER_H_
#define ZEROTOUCH_SANDBOX_KEEPER_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "sandbox/fault_rules.h"
#include "sandbox/sandbox_clock.h"

namespace zerotouch::sandbox {

// Keeps the fault rules and the clock in a file over restarts. Thread-safe.
class Keeper {
 public:
  // Replaces the content of the file. With `durable` it survives a power failure, else at
  // least the end of this process.
  using Write = std::function<absl::Status(std::string_view text, bool durable)>;

  // Both must outlive it.
  Keeper(FaultRules& rules, SandboxClock& clock) : rules_(rules), clock_(clock) {}
  ~Keeper() { Stop(); }

  // Continues from `text`, which Write wrote; empty: from nothing. Returns
  // INVALID_ARGUMENT with the reason if the text is damaged.
  absl::Status Load(std::string text);
  // Begins to keep changes by `write`, until Stop. Without it nothing is kept.
  void Start(Write write);
  // Keeps what is left. Idempotent.
  void Stop();

  // Writes the file, unless it has all changes already. An error is logged: the control has
  // acted.
  void KeepNow();
  // Keeps the hits of rules, so that a rule that has acted does not act again after this
  // process was killed. They survive a power failure a moment later. While the file is
  // larger than 256 KiB, that is so for its end, too.
  void KeepHits();

 private:
  void Loop();
  // Writes the text, unless it is what was written last.
  void WriteText(bool durable) ZT_REQUIRES(mutex_);
  std::string Text() const;

  FaultRules& rules_;
  SandboxClock& clock_;
  Mutex mutex_;
  std::condition_variable changed_;
  Write write_ ZT_GUARDED_BY(mutex_);
  // FaultRules::changes of what was written, and of what is also durable.
  std::atomic<int64_t> kept_ = 0;
  int64_t durable_ ZT_GUARDED_BY(mutex_) = 0;
  std::string text_ ZT_GUARDED_BY(mutex_);  // what was written; empty: nothing yet
  bool is_text_durable_ ZT_GUARDED_BY(mutex_) = false;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_KEEPER_H_
