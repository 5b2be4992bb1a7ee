// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DATABASE_URL_H_
#define ZEROTOUCH_STORE_DATABASE_URL_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace zerotouch::store {

// Returns the path of `sqlite:///absolute/path` or `sqlite:relative/path`. nullopt
// if the URL is of another kind, or has no path.
std::optional<std::string> SqlitePath(const std::string& url);

// Returns true for `postgresql://…` and `postgres://…`.
bool IsPostgresUrl(const std::string& url);

// Returns true if libpq and RFC 3986 agree on which part of a `postgresql://` URL
// is the password. False if the password has characters that must be encoded, or
// if a port is not a number: then libpq may repeat a piece of the password in its
// errors, as the name of a host, a port or a database.
bool IsPlainPostgresUrl(std::string_view url);

// Returns true if `url` is a `postgresql://` URL with a password, also as a parameter.
bool HasPassword(const std::string& url);

// Returns the error of a connection to `url` that failed; `reason` is the first
// line of libpq's message. Leaves the reason out if `url` is malformed, because
// libpq then repeats pieces of it, which may be a password: INVALID_ARGUMENT if
// libpq cannot parse the URL, else UNAVAILABLE.
absl::Status PostgresConnectionError(const std::string& url, std::string_view reason);

// Returns INVALID_ARGUMENT that says which URLs are supported. Shows no part of
// `url` but its scheme: the rest may hold a password.
absl::Status UnknownDatabase(const std::string& url);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DATABASE_URL_H_
