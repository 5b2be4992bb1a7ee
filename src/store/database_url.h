// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DATABASE_URL_H_
#define ZEROTOUCH_STORE_DATABASE_URL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace zerotouch::store {

// Returns the path in `sqlite:///absolute/path` or `sqlite:relative/path`; nullopt
// if the URL is of another kind or has no path.
std::optional<std::string> SqlitePath(const std::string& url);

// Returns true for `postgresql://…` and `postgres://…`, which libpq accepts too.
bool IsPostgresUrl(const std::string& url);

// Returns INVALID_ARGUMENT that says what to write; it does not repeat the rest of
// the URL, which may contain a password.
absl::Status UnknownDatabase(const std::string& url);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DATABASE_URL_H_
