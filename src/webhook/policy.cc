// SPDX-License-Identifier: Apache-2.0
#include "webhook/policy.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/limits.h"

namespace zerotouch::webhook {
namespace {

using ParsedUrl = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

// Returns a part of the URL; empty if it is absent.
std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool IsVisibleAscii(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

bool Policy::Permits(const Address& address) const {
  if (any_url || IsPublic(address)) return true;
  return std::any_of(allowed.begin(), allowed.end(),
                     [&](const AddressBlock& block) { return block.Contains(address); });
}

std::optional<std::string> Policy::Refuse(const std::string& url) const {
  if (url.empty()) return "give the URL to post events to";
  if (url.size() > limits::kWebhookUrlBytes) {
    return fmt::format("use at most {} bytes", limits::kWebhookUrlBytes);
  }
  const char* const schemes = any_url ? "use an http or https URL" : "use an https URL";
  // libcurl takes one slash or three, and then finds another host than readers do.
  const size_t slashes = url.find("://");
  if (slashes == std::string::npos || url.substr(slashes + 3).starts_with('/')) return schemes;
  // libcurl sends the request, so it also says what the URL means.
  const ParsedUrl parsed(curl_url(), curl_url_cleanup);
  if (!IsVisibleAscii(url) || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(),
                                           CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return schemes;
  }
  const std::string scheme = PartOf(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "https" && !(any_url && scheme == "http")) return schemes;
  if (!PartOf(parsed.get(), CURLUPART_USER).empty() ||
      !PartOf(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return "leave out the user name and password: deliveries are signed";
  }
  if (!PartOf(parsed.get(), CURLUPART_FRAGMENT).empty()) return "leave out the part after #";
  // No server listens on port 0, which libcurl takes.
  const std::string port = PartOf(parsed.get(), CURLUPART_PORT);
  if (!port.empty() && port.find_first_not_of('0') == std::string::npos) {
    return "use a port from 1 to 65535";
  }
  std::string host = PartOf(parsed.get(), CURLUPART_HOST);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const std::optional<Address> address = Address::Parse(host);
  if (address.has_value() && !Permits(*address)) {
    return "use an address of the Internet; the operator of the server can allow others "
           "(webhook-allow)";
  }
  return std::nullopt;
}

}  // namespace zerotouch::webhook
