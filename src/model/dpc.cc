// SPDX-License-Identifier: Apache-2.0
#include "model/dpc.h"

#include <algorithm>

#include "base/limits.h"
#include "model/dpc_extras.h"

namespace zerotouch {

std::string_view DpcIdFault(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (!id.empty() && id.size() <= limits::kDpcIdBytes && std::all_of(id.begin(), id.end(), fits)) {
    return "";
  }
  return "use 1 to 64 letters, digits, '-', '_' or '.'";
}

std::string_view ComponentFault(std::string_view component) {
  if (component.empty()) return "";
  return component.size() <= limits::kDpcFieldBytes && IsComponentName(component)
             ? ""
             : "use package/class, such as com.example.dpc/.AdminReceiver";
}

std::string_view DownloadLocationFault(std::string_view url) {
  if (url.empty()) return "";
  const bool fits = url.size() <= limits::kDpcFieldBytes &&
                    (url.starts_with("https://") || url.starts_with("http://")) &&
                    url.find("//") + 2 < url.size() &&
                    std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return fits ? "" : "use a URL, such as https://example.com/dpc.apk";
}

std::string_view SignatureChecksumFault(std::string_view checksum) {
  return checksum.empty() || IsUrlSafeSha256(checksum)
             ? ""
             : "use the URL-safe base64 form of a SHA-256 digest of 32 bytes";
}

}  // namespace zerotouch
