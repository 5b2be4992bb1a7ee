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

// Where the API is, and who calls it.
struct ConnectionFlags {
  std::string endpoint;                               // empty: as the key file says
  std::string credentials;                            // path of a key file
  std::string ca_certificate;                         // path of a PEM file; empty: the system's
  absl::Duration timeout = absl::InfiniteDuration();  // of the whole command
};

// A client for one command.
struct Connection {
  std::unique_ptr<client::CurlTransport> transport;
  std::unique_ptr<client::Client> client;
  std::string email;    // of the account
  absl::Time begin;     // of the command
  absl::Time deadline;  // of the command
};

// Reads the key file. Nothing is sent yet. Attempts that fail are told by
// `on_retry`.
absl::StatusOr<Connection> Connect(const ConnectionFlags& flags, client::OnRetry on_retry);

// The flags of `flags` that a second command needs as well, each after a blank.
std::string RepeatedFlags(const ConnectionFlags& flags);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CONNECTION_H_
