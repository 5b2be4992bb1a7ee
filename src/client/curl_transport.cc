// SPDX-License-Identifier: Apache-2.0
#include "client/curl_transport.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace zerotouch::client {
namespace {

constexpr long kConnectTimeoutMs = 10'000;

// A server that has not sent or read a byte for this long is taken for lost.
constexpr long kStallSeconds = 120;

// More than any answer of this API: 100,000 results have about 40 MB.
constexpr size_t kAnswerBytes = size_t{512} << 20;

using HeaderList = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;

// The answer that is being received.
struct Receiving {
  CURL* curl;
  HttpResponse& response;
  const HttpRequest& request;
};

size_t OnBody(char* data, size_t size, size_t count, void* user) {
  auto& [curl, response, request] = *static_cast<Receiving*>(user);
  std::string& body = response.body;
  if (request.on_piece) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status <= 299) {
      return request.on_piece({data, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
    }
  }
  if (body.empty()) {
    curl_off_t length = -1;
    curl_easy_getinfo(curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (length > 0) body.reserve(std::min(static_cast<size_t>(length), kAnswerBytes));
  }
  if (body.size() + size * count > kAnswerBytes) return CURL_WRITEFUNC_ERROR;
  body.append(data, size * count);
  return size * count;
}

// Returns true if the server cannot have seen the request.
bool IsUnsent(CURLcode code, CURL* curl) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return true;
    default:
      break;
  }
  // While connecting, no byte of the request was sent.
  curl_off_t before_sending_us = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &before_sending_us);
  return before_sending_us == 0;
}

bool IsPermanent(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return true;
    default:
      return false;
  }
}

// Returns scheme, host and port of a URL, without a user name and password.
std::string Origin(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  std::string_view authority = url.substr(begin);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  return fmt::format("{}{}", url.substr(0, begin), authority);
}

// Returns true if no trusted authority issued the server's certificate.
bool IsUnknownAuthority(CURLcode code, CURL* curl) {
  constexpr long kFirst = 18;  // X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT of OpenSSL
  constexpr long kLast = 21;   // X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE
  long verified = 0;
  curl_easy_getinfo(curl, CURLINFO_SSL_VERIFYRESULT, &verified);
  return code == CURLE_PEER_FAILED_VERIFICATION && verified >= kFirst && verified <= kLast;
}

absl::Status Failure(CURLcode code, CURL* curl, const char* detail, const std::string& url) {
  std::string message =
      fmt::format("{}: {}", Origin(url), *detail != '\0' ? detail : curl_easy_strerror(code));
  if (IsUnknownAuthority(code, curl)) {
    message += "; for a private certificate authority, give its CA certificate";
  }
  // OpenSSL reports an answer that is not TLS like this.
  if (code == CURLE_SSL_CONNECT_ERROR && message.ends_with("wrong version number")) {
    return absl::InvalidArgumentError(message + " (Does the server speak http:// without TLS?)");
  }
  if (code == CURLE_COULDNT_CONNECT)
    message += " (Is the server running, and is this its address?)";
  if (IsPermanent(code)) return absl::InvalidArgumentError(message);
  if (IsUnsent(code, curl)) return absl::UnavailableError(message);
  if (code == CURLE_OPERATION_TIMEDOUT) return absl::DeadlineExceededError(message);
  return absl::AbortedError(message);
}

// Returns true if the server is on this machine, where compressing an answer costs more
// than sending it.
bool IsOnLoopback(const std::string& url) {
  std::string host = Origin(url);
  host.erase(0, host.find("://") + 3);
  return host.starts_with("127.") || host.starts_with("localhost:") || host == "localhost" ||
         host.starts_with("[::1]");
}

// Returns a field of the answer's head; empty if it is absent.
std::string HeaderOf(CURL* curl, const char* name) {
  curl_header* header = nullptr;
  const CURLHcode code = curl_easy_header(curl, name, 0, CURLH_HEADER, -1, &header);
  return code == CURLHE_OK ? header->value : "";
}

HeaderList MakeHeaders(const std::vector<std::string>& lines) {
  // Without it libcurl waits up to a second for "100 Continue", which some servers
  // do not send.
  HeaderList list(curl_slist_append(nullptr, "Expect:"), curl_slist_free_all);
  for (const std::string& line : lines) curl_slist_append(list.get(), line.c_str());
  return list;
}

void SetMethod(CURL* curl, const HttpRequest& request) {
  if (request.method == "GET") {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    return;
  }
  curl_easy_setopt(curl, CURLOPT_POST, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  // Not copied; null would make curl read standard input.
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
}

}  // namespace

struct CurlTransport::Handle {
  Handle() : curl(curl_easy_init()) {}
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  CURL* const curl;
};

CurlTransport::CurlTransport(std::string_view user_agent, std::string ca_certificate)
    : user_agent_(fmt::format("{} (gzip)", user_agent)),
      ca_certificate_(std::move(ca_certificate)) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(initialised);
}

CurlTransport::~CurlTransport() = default;

std::unique_ptr<CurlTransport::Handle> CurlTransport::Take() {
  const MutexLock lock(mutex_);
  if (idle_.empty()) return std::make_unique<Handle>();
  std::unique_ptr<Handle> handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

absl::StatusOr<HttpResponse> CurlTransport::Send(const HttpRequest& request) {
  std::unique_ptr<Handle> handle = Take();
  CURL* const curl = handle->curl;
  if (curl == nullptr) return absl::InvalidArgumentError("cannot use libcurl");
  char detail[CURL_ERROR_SIZE] = "";
  HttpResponse response;
  Receiving receiving{curl, response, request};
  const HeaderList headers = MakeHeaders(request.headers);
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  if (!ca_certificate_.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca_certificate_.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_USERAGENT, user_agent_.c_str());
  if (!IsOnLoopback(request.url)) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(
      curl, CURLOPT_TIMEOUT_MS,
      request.timeout == absl::InfiniteDuration()
          ? 0L  // none
          : std::max<long>(1, static_cast<long>(absl::ToInt64Milliseconds(request.timeout))));
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request.only_once ? 1L : 0L);
  // A stream may pause.
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, request.on_piece ? 0L : 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &receiving);
  SetMethod(curl, request);

  const CURLcode code = curl_easy_perform(curl);
  absl::StatusOr<HttpResponse> result = absl::UnknownError("");
  if (code == CURLE_OK) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    curl_off_t retry_after_seconds = 0;
    curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &retry_after_seconds);
    if (retry_after_seconds > 0) response.retry_after = absl::Seconds(retry_after_seconds);
    response.challenge = HeaderOf(curl, "WWW-Authenticate");
    response.request_id = HeaderOf(curl, "X-Request-Id");
    result = std::move(response);
  } else {
    result = Failure(code, curl, detail, request.url);
  }
  curl_easy_reset(curl);  // keeps the connections, drops the secrets
  const MutexLock lock(mutex_);
  idle_.push_back(std::move(handle));
  return result;
}

}  // namespace zerotouch::client
