// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_KEY_USES_H_
#define ZEROTOUCH_AUTH_KEY_USES_H_

#include <condition_variable>
#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "store/accounts.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::auth {

// Notes in the registry in which hour each key was used last: one write an hour for each
// key at most, many keys together, on a thread of its own, so no call waits for it. A use
// is lost if the server is killed before it is written, or if the registry cannot be
// written for long. Thread-safe.
class KeyUses {
 public:
  // `store` must outlive it.
  explicit KeyUses(store::Store& store);
  // Writes what is not written yet.
  ~KeyUses();
  KeyUses(const KeyUses&) = delete;
  KeyUses& operator=(const KeyUses&) = delete;

  // Returns the number of the hour that `time` is in.
  static int64_t HourOf(absl::Time time) {
    return absl::ToUnixSeconds(time) / absl::ToInt64Seconds(absl::Hours(1));
  }

  // Notes that the account's key was used in this hour (HourOf). Does not wait.
  void Note(std::string_view email, std::string_view key_id, int64_t hour);

 private:
  void Loop();
  // Writes these uses. Returns false if they must be written again.
  bool Write(const std::vector<store::KeyUse>& uses);

  store::Store& store_;
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  // The last hour of each key that was noted, by e-mail address and key id.
  std::unordered_map<std::string, int64_t> noted_ ZT_GUARDED_BY(mutex_);
  std::vector<store::KeyUse> waiting_ ZT_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_KEY_USES_H_
