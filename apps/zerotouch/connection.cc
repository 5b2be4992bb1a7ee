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
#include "zerotouch/sandbox_env.h"
#include "zerotouch/shell_word.h"

namespace zerotouch::cli {

absl::StatusOr<client::Credentials> ReadKeyFile(const ConnectionFlags& flags) {
  if (flags.credentials.empty()) {
    return absl::InvalidArgumentError(
        "no credentials; give a service account's key file by --credentials FILE, "
        "ZEROTOUCH_CREDENTIALS or GOOGLE_APPLICATION_CREDENTIALS");
  }
  return client::ReadCredentials(KeyFileFor(flags));
}

std::string KeyFileFor(const ConnectionFlags& flags) {
  const size_t slash = flags.credentials.rfind('/');
  if (!flags.is_customer || flags.customer == 0 || !flags.has_default_credentials ||
      slash == std::string::npos) {
    return flags.credentials;
  }
  const std::string found = CustomerKeyFile(flags.credentials.substr(0, slash), flags.customer);
  return found.empty() ? flags.credentials : found;
}

namespace {

// Returns the endpoint of a command that needs no account.
absl::StatusOr<std::string> AnonymousEndpoint(const ConnectionFlags& flags) {
  if (!flags.endpoint.empty()) return flags.endpoint;
  if (!flags.credentials.empty()) {
    ZT_ASSIGN_OR_RETURN(const client::Credentials credentials, ReadKeyFile(flags));
    return credentials.DefaultEndpoint();
  }
  return absl::InvalidArgumentError(
      "no sandbox; give its URL by --endpoint URL or ZEROTOUCH_ENDPOINT, or run: eval "
      "\"$(zerotouch env)\"");
}

}  // namespace

absl::StatusOr<std::unique_ptr<client::CurlTransport>> OpenTransport(const ConnectionFlags& flags) {
  if (!flags.ca_certificate.empty() && access(flags.ca_certificate.c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(
        fmt::format("cannot read {}: {}; give a CA certificate as a PEM file by --ca-certificate, "
                    "ZEROTOUCH_CA_CERTIFICATE or SSL_CERT_FILE",
                    flags.ca_certificate, strerror(errno)));
  }
  return std::make_unique<client::CurlTransport>("zerotouch/" ZEROTOUCH_VERSION,
                                                 flags.ca_certificate);
}

absl::StatusOr<Connection> Connect(const ConnectionFlags& flags, client::OnRetry on_retry) {
  if (!flags.endpoint.empty() && !flags.endpoint.starts_with("http://") &&
      !flags.endpoint.starts_with("https://")) {
    return absl::InvalidArgumentError(fmt::format(
        "Invalid endpoint \"{}\": use a URL such as http://127.0.0.1:8080", flags.endpoint));
  }
  Connection connection;
  connection.begin = absl::Now();
  connection.deadline = connection.begin + flags.timeout;
  ZT_ASSIGN_OR_RETURN(connection.transport, OpenTransport(flags));
  client::ClientOptions options;
  options.endpoint = flags.endpoint;
  if (flags.is_customer) options.scope = client::kCustomerScope;
  if (!flags.scope.empty()) options.scope = flags.scope;
  options.retry.deadline = connection.deadline;
  options.on_retry = std::move(on_retry);
  if (flags.is_anonymous) {
    ZT_ASSIGN_OR_RETURN(options.endpoint, AnonymousEndpoint(flags));
    connection.client = std::make_unique<client::Client>(*connection.transport, std::move(options));
    return connection;
  }
  ZT_ASSIGN_OR_RETURN(client::Credentials credentials, ReadKeyFile(flags));
  connection.email = credentials.email;
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
