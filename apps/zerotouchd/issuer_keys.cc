// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/issuer_keys.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "zerotouchd/files.h"

namespace zerotouch::daemon {
namespace {

using Transfer = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

size_t KeepKeySet(char* data, size_t size, size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  if (body.size() + size * count > limits::kKeySetBytes) return CURL_WRITEFUNC_ERROR;
  body.append(data, size * count);
  return size * count;
}

void Prepare(CURL* curl, const auth::Issuer& issuer, std::string& body, char* detail) {
  curl_easy_setopt(curl, CURLOPT_URL, issuer.jwks_uri.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(limits::kKeySetTimeout)));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "zerotouchd");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, KeepKeySet);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  if (!issuer.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, issuer.ca_file.c_str());
}

}  // namespace

absl::StatusOr<std::vector<auth::Issuer>> ReadIssuers(const Settings& settings) {
  if (settings.oidc_issuers.empty()) return std::vector<auth::Issuer>();
  const absl::StatusOr<std::string> text =
      ReadWholeFile(settings.oidc_issuers, limits::kIssuersFileBytes);
  if (!text.ok()) {
    return absl::InvalidArgumentError(fmt::format("oidc-issuers: {}", MessageOf(text.status())));
  }
  absl::StatusOr<std::vector<auth::Issuer>> issuers = auth::ParseIssuers(*text);
  if (issuers.ok()) return issuers;
  return absl::InvalidArgumentError(
      fmt::format("oidc-issuers: {}: {}", settings.oidc_issuers, MessageOf(issuers.status())));
}

absl::StatusOr<std::string> FetchKeySet(const auth::Issuer& issuer) {
  const Transfer curl(curl_easy_init(), curl_easy_cleanup);
  if (curl == nullptr) return absl::ResourceExhaustedError("out of memory");
  std::string body;
  char detail[CURL_ERROR_SIZE] = "";
  Prepare(curl.get(), issuer, body, detail);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code == CURLE_WRITE_ERROR) {
    return absl::InvalidArgumentError(
        fmt::format("{}: more than {} bytes", issuer.jwks_uri, limits::kKeySetBytes));
  }
  if (code != CURLE_OK) {
    return absl::UnavailableError(fmt::format("{}: {}", issuer.jwks_uri,
                                              *detail != '\0' ? detail : curl_easy_strerror(code)));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status == 200) return body;
  return absl::UnavailableError(fmt::format("{}: HTTP status {}", issuer.jwks_uri, status));
}

}  // namespace zerotouch::daemon
