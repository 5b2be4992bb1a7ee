// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/provider_call.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "base/limits.h"
#include "base/status_macros.h"

namespace zerotouch::daemon {
namespace {

constexpr absl::Duration kConnectTime = absl::Seconds(5);

size_t TakePiece(char* data, size_t size, size_t count, void* user) {
  std::string& body = *static_cast<std::string*>(user);
  if (body.size() + size * count > limits::kProviderAnswerBytes) return CURL_WRITEFUNC_ERROR;
  body.append(data, size * count);
  return size * count;
}

bool IsOnLoopback(std::string_view url) {
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!url.starts_with(host)) continue;
    const std::string_view rest = url.substr(host.size());
    if (rest.empty() || rest[0] == ':' || rest[0] == '/') return true;
  }
  return false;
}

}  // namespace

absl::Status CheckProviderUrl(std::string_view url) {
  const bool has_user =
      url.substr(0, url.find('/', url.find("://") + 3)).find('@') != std::string_view::npos;
  if (!has_user && (IsOnLoopback(url) || (url.starts_with("https://") && url.size() > 8))) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "URL: use https://, such as https://accounts.example.com; http:// only for loopback");
}

auth::ProviderCall CallProvider(const std::string& ca_file) {
  return [ca_file](const auth::ProviderRequest& request) -> absl::StatusOr<auth::ProviderAnswer> {
    // The addresses come from the provider too.
    ZT_RETURN_IF_ERROR(CheckProviderUrl(request.url));
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   curl_easy_cleanup);
    if (curl == nullptr) return absl::UnavailableError("curl_easy_init failed");
    auth::ProviderAnswer answer;
    char detail[CURL_ERROR_SIZE] = "";
    curl_easy_setopt(curl.get(), CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "zerotouchd");
    curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS,
                     static_cast<long>(absl::ToInt64Milliseconds(kConnectTime)));
    curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                     static_cast<long>(absl::ToInt64Milliseconds(limits::kProviderTimeout)));
    curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, TakePiece);
    curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
    curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, detail);
    if (!ca_file.empty()) curl_easy_setopt(curl.get(), CURLOPT_CAINFO, ca_file.c_str());
    if (!request.form.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
      curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, request.form.c_str());
    }
    if (!request.basic_auth.empty()) {
      curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt(curl.get(), CURLOPT_USERPWD, request.basic_auth.c_str());
    }
    const CURLcode code = curl_easy_perform(curl.get());
    if (code == CURLE_WRITE_ERROR) {
      return absl::InvalidArgumentError(
          fmt::format("{}: more than {} bytes", request.url, limits::kProviderAnswerBytes));
    }
    if (code != CURLE_OK) {
      return absl::UnavailableError(
          fmt::format("{}: {}", request.url, *detail != '\0' ? detail : curl_easy_strerror(code)));
    }
    long status = 0;
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    return answer;
  };
}

}  // namespace zerotouch::daemon
