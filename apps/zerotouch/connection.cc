// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/connection.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "client/credentials.h"

namespace zerotouch::cli {
namespace {

// As a shell reads it.
std::string ShellWord(const std::string& text) {
  if (text.find_first_of(" \t\n'\"\\$&;|<>()*?[]#~`!") == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += "'\\''";
    } else {
      word += c;
    }
  }
  return word + "'";
}

}  // namespace

absl::StatusOr<Connection> Connect(const ConnectionFlags& flags, client::OnRetry on_retry) {
  if (flags.credentials.empty()) {
    return absl::InvalidArgumentError(
        "no credentials; give a service account's key file by --credentials FILE, "
        "ZEROTOUCH_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS");
  }
  if (!flags.endpoint.empty() && !flags.endpoint.starts_with("http://") &&
      !flags.endpoint.starts_with("https://")) {
    return absl::InvalidArgumentError(fmt::format(
        "the endpoint {} is not a URL; write it as http://127.0.0.1:8080", flags.endpoint));
  }
  if (!flags.ca_certificate.empty() && access(flags.ca_certificate.c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(
        fmt::format("cannot read {}: {}; give a CA certificate as a PEM file by --ca-certificate, "
                    "ZEROTOUCH_CA_CERTIFICATE or SSL_CERT_FILE",
                    flags.ca_certificate, strerror(errno)));
  }
  ZT_ASSIGN_OR_RETURN(client::Credentials credentials, client::ReadCredentials(flags.credentials));
  Connection connection;
  connection.email = credentials.email;
  connection.begin = absl::Now();
  connection.deadline = connection.begin + flags.timeout;
  connection.transport =
      std::make_unique<client::CurlTransport>("zerotouch/" ZEROTOUCH_VERSION, flags.ca_certificate);
  client::ClientOptions options;
  options.endpoint = flags.endpoint;
  options.retry.deadline = connection.deadline;
  options.on_retry = std::move(on_retry);
  connection.client = std::make_unique<client::Client>(std::move(credentials),
                                                       *connection.transport, std::move(options));
  return connection;
}

std::string RepeatedFlags(const ConnectionFlags& flags) {
  std::string text;
  if (!flags.credentials.empty()) text += " --credentials " + ShellWord(flags.credentials);
  if (!flags.endpoint.empty()) text += " --endpoint " + ShellWord(flags.endpoint);
  if (!flags.ca_certificate.empty()) {
    text += " --ca-certificate " + ShellWord(flags.ca_certificate);
  }
  return text;
}

}  // namespace zerotouch::cli
