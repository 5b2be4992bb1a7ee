// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CONNECTION_H_
#define ZEROTOUCH_ZEROTOUCH_CONNECTION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/curl_transport.h"

namespace zerotouch::cli {

// How to reach the API, and as which account.
struct ConnectionFlags {
  std::string endpoint;                               // root URL; empty: from the key file
  std::string credentials;                            // path of a key file
  std::string ca_certificate;                         // path of a PEM file; empty: the system's
  absl::Duration timeout = absl::InfiniteDuration();  // for the whole command
};

// A client, for one command.
struct Connection {
  std::unique_ptr<client::CurlTransport> transport;
  std::unique_ptr<client::Client> client;
  std::string email;    // of the account
  absl::Time begin;     // of the command
  absl::Time deadline;  // of the command
};

// Reads the key file that the flags name. The error says how to give one.
absl::StatusOr<client::Credentials> ReadKeyFile(const ConnectionFlags& flags);

// Returns a transport that trusts the CA certificate of the flags.
// INVALID_ARGUMENT if the certificate cannot be read.
absl::StatusOr<std::unique_ptr<client::CurlTransport>> OpenTransport(const ConnectionFlags& flags);

// Reads the key file and returns a client; sends nothing yet. Calls `on_retry`
// before each retry.
absl::StatusOr<Connection> Connect(const ConnectionFlags& flags, client::OnRetry on_retry);

// Returns the flags that a second command needs as well, for a shell, each
// after a space.
std::string RepeatedFlags(const ConnectionFlags& flags);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CONNECTION_H_
