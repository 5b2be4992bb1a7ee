// SPDX-License-Identifier: Apache-2.0
#include "webhook/transfer.h"

#include <curl/curl.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace zerotouch::webhook {

struct Transfers::Transfer {
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  Post post;
  Done done;
  const Policy* policy = nullptr;
  bool was_refused = false;  // an address was
  size_t answer_bytes = 0;
  char error[CURL_ERROR_SIZE] = {};

  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

namespace {

// Connections that are kept for the next delivery to the same receiver.
constexpr long kIdleConnections = 64;

// Opens a socket for the address that a name led to, unless the policy refuses it.
curl_socket_t OpenSocket(const Policy& policy, const curl_sockaddr& address, bool& was_refused) {
  const std::optional<Address> target = Address::Of(address.addr);
  if (!target.has_value() || !policy.Permits(*target)) {
    was_refused = true;
    return CURL_SOCKET_BAD;
  }
  return socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
}

}  // namespace

Transfers::Transfers(const Policy& policy)
    : policy_(policy), multi_([] {
        static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
        ZT_CHECK(initialised == CURLE_OK, "cannot initialise libcurl");
        return curl_multi_init();
      }()) {
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kIdleConnections);
}

Transfers::~Transfers() {
  for (const std::unique_ptr<Transfer>& each : running_) {
    curl_multi_remove_handle(multi_, each->easy);
  }
  running_.clear();
  curl_multi_cleanup(multi_);
}

void Transfers::Begin(Post post, Done done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->post = std::move(post);
  transfer->done = std::move(done);
  transfer->policy = &policy_;
  CURL* const easy = transfer->easy = curl_easy_init();
  // Without it libcurl waits for "100 Continue", which some servers do not send.
  transfer->headers = curl_slist_append(nullptr, "Expect:");
  for (const std::string& line : transfer->post.headers) {
    transfer->headers = curl_slist_append(transfer->headers, line.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_URL, transfer->post.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, policy_.any_url ? "http,https" : "https");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, transfer->post.body.data());
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(transfer->post.body.size()));
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  // A proxy would connect to addresses that nobody checks.
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // A name server that does not answer must not hold up the thread.
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(limits::kWebhookTimeout)));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error);
  if (!policy_.ca_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_CAINFO, policy_.ca_file.c_str());
  }
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transfer.get());
  curl_easy_setopt(
      easy, CURLOPT_OPENSOCKETFUNCTION,
      +[](void* user, curlsocktype, curl_sockaddr* address) -> curl_socket_t {
        auto& self = *static_cast<Transfer*>(user);
        return OpenSocket(*self.policy, *address, self.was_refused);
      });
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(
      easy, CURLOPT_WRITEFUNCTION, +[](char*, size_t size, size_t count, void* user) -> size_t {
        auto& self = *static_cast<Transfer*>(user);
        self.answer_bytes += size * count;
        return self.answer_bytes <= limits::kWebhookAnswerBytes ? size * count
                                                                : CURL_WRITEFUNC_ERROR;
      });
  curl_multi_add_handle(multi_, easy);
  running_.push_back(std::move(transfer));
}

void Transfers::Finish(void* easy, int code) {
  const auto found =
      std::find_if(running_.begin(), running_.end(),
                   [&](const std::unique_ptr<Transfer>& each) { return each->easy == easy; });
  const std::unique_ptr<Transfer> transfer = std::move(*found);
  running_.erase(found);
  curl_multi_remove_handle(multi_, easy);
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  PostResult result;
  // An answer whose body is too long is an answer.
  const bool is_answered =
      code == CURLE_OK ||
      (code == CURLE_WRITE_ERROR && transfer->answer_bytes > limits::kWebhookAnswerBytes);
  if (is_answered) {
    result.http_status = static_cast<int>(status);
    if (status >= 300 && status <= 399) result.error = "redirects are not followed";
  } else if (transfer->was_refused) {
    result.error = "the URL's host has an address outside the Internet, which is not allowed";
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    result.error = "no answer within 10 seconds";
  } else {
    result.error = *transfer->error != '\0' ? transfer->error
                                            : curl_easy_strerror(static_cast<CURLcode>(code));
  }
  transfer->done(std::move(result));
}

void Transfers::Run(absl::Duration timeout) {
  int running = 0;
  curl_multi_perform(multi_, &running);
  if (running == static_cast<int>(running_.size())) {
    curl_multi_poll(multi_, nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(timeout)),
                    nullptr);
    curl_multi_perform(multi_, &running);
  }
  int left = 0;
  while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
    // Removing the handle frees the message.
    CURL* const easy = message->easy_handle;
    const CURLcode code = message->data.result;
    if (message->msg == CURLMSG_DONE) Finish(easy, code);
  }
}

void Transfers::Wake() { curl_multi_wakeup(multi_); }

}  // namespace zerotouch::webhook
