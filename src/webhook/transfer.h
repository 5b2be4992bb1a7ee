// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WEBHOOK_TRANSFER_H_
#define ZEROTOUCH_WEBHOOK_TRANSFER_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "webhook/policy.h"

namespace zerotouch::webhook {

// A POST to a receiver.
struct Post {
  std::string url;
  std::vector<std::string> headers;  // lines without their ends
  std::string body;
};

// The end of a POST.
struct PostResult {
  int http_status = 0;  // 0: no answer came
  std::string error;    // why not, or why the answer does not count; else empty
};

// POSTs that run at the same time on one thread, within the policy: every address is checked
// after its name was resolved, directly before the connection; redirects and proxies are not
// used. Each ends within limits::kWebhookTimeout. For one thread, but for Wake.
class Transfers {
 public:
  using Done = std::function<void(PostResult)>;

  // The policy must outlive it.
  explicit Transfers(const Policy& policy);
  // Gives up what runs, without calling `done`.
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  // Begins a POST. `done` is called by Run, once.
  void Begin(Post post, Done done);
  size_t running() const { return running_.size(); }
  // Waits up to `timeout` for something to happen, and calls `done` of what ended.
  void Run(absl::Duration timeout);
  // Ends a running Run. Thread-safe.
  void Wake();

 private:
  struct Transfer;

  void Finish(void* easy, int code);

  const Policy& policy_;
  void* const multi_;  // libcurl's CURLM
  std::vector<std::unique_ptr<Transfer>> running_;
};

}  // namespace zerotouch::webhook

#endif  // ZEROTOUCH_WEBHOOK_TRANSFER_H_
