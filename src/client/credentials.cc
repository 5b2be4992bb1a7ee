// SPDX-License-Identifier: Apache-2.0
#include "client/credentials.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "crypto/key_file.h"

namespace zerotouch::client {
namespace {

constexpr size_t kKeyFileBytes = size_t{1} << 20;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
  std::string text(kKeyFileBytes, '\0');
  if (file != nullptr) {
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) == 0) return text;
  }
  return absl::NotFoundError(
      fmt::format("cannot read the key file {}: {}; use the path of a service account's JSON key",
                  path, std::strerror(errno)));
}

std::string_view HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/:?#"));
}

}  // namespace

std::string Credentials::DefaultEndpoint() const {
  const std::string_view host = HostOf(token_uri);
  if (host.ends_with(".googleapis.com") || host.ends_with(".google.com")) {
    return std::string(kGoogleEndpoint);
  }
  return token_uri.substr(0, token_uri.find('/', token_uri.find("://") + 3));
}

absl::StatusOr<Credentials> ReadCredentials(const std::string& path) {
  ZT_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const absl::StatusOr<crypto::KeyFile> file = crypto::ParseKeyFile(text);
  if (!file.ok()) {
    return absl::InvalidArgumentError(fmt::format("{}: {}", path, MessageOf(file.status())));
  }
  if (HostOf(file->token_uri).empty()) {
    return absl::InvalidArgumentError(fmt::format("{}: \"token_uri\" is not a URL", path));
  }
  ZT_ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::FromPem(file->private_key));
  return Credentials{.email = file->client_email,
                     .key_id = file->private_key_id,
                     .key = std::move(key),
                     .token_uri = file->token_uri};
}

}  // namespace zerotouch::client
