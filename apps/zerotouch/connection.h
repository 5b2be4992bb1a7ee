// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CONNECTION_H_
#define ZEROTOUCH_ZEROTOUCH_CONNECTION_H_

#include <cstdint>
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
  bool is_customer = false;                           // asks for the scope of customer methods
  std::string scope;                                  // another scope; empty: that of the side
  int64_t customer = 0;                               // the customer to act for; 0: not known
  bool is_anonymous = false;                          // needs no account, only an endpoint
  // The key file was named by a variable, not for this command.
  bool has_default_credentials = false;
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

// Returns the key file to use. The variables that `zerotouch env` sets name a reseller's;
// beside it a sandbox lists the key of `customer`, which is used for the customer's side.
std::string KeyFileFor(const ConnectionFlags& flags);

// Reads the key file and returns a client; sends nothing yet. Calls `on_retry`
// before each retry.
absl::StatusOr<Connection> Connect(const ConnectionFlags& flags, client::OnRetry on_retry);

// Returns the flags that a second command needs as well, for a shell, each
// after a space.
std::string RepeatedFlags(const ConnectionFlags& flags);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CONNECTION_H_
