// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_CONTROL_GUARD_H_
#define ZEROTOUCH_WIRE_CONTROL_GUARD_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/mutex.h"
#include "http/http.h"

namespace zerotouch::wire {

// Keeps web pages away from the methods that need no credentials. A page can send a
// POST of another site without asking only with a few content types, none of which
// is JSON (the Fetch standard, "CORS-safelisted request-header"), and a name that
// leads to this server by a change of DNS ("DNS rebinding") has a dot. Thread-safe.
class ControlGuard {
 public:
  // Sets the URL under which clients reach this server: its host may have a dot.
  void SetRootUrl(std::string_view url);

  // Returns errors::ForeignHost if the host of the request is a name with a dot that
  // is not that of the root URL. IP addresses are no names.
  absl::Status CheckHost(const http::Request& request) const;

  // Checks the host, and that a POST says that its body is JSON, also without a
  // body: errors::NotJson. Checks the method that was sent, not one that
  // X-HTTP-Method-Override stands for.
  absl::Status Check(const http::Request& request) const;

 private:
  mutable Mutex mutex_;
  std::string root_host_ ZT_GUARDED_BY(mutex_);  // lower case
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_CONTROL_GUARD_H_
