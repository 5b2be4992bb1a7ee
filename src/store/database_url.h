// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_DATABASE_URL_H_
#define ZEROTOUCH_STORE_DATABASE_URL_H_

#include <optional>
#include <string>

#include "absl/status/status.h"

namespace zerotouch::store {

// The path in `sqlite:///absolute/path` or `sqlite:relative/path`; nullopt if
// the URL is of another kind, or has none.
std::optional<std::string> SqlitePath(const std::string& url);

// Whether it is `postgresql://…` (or `postgres://…`, as libpq takes it too).
bool IsPostgresUrl(const std::string& url);

// INVALID_ARGUMENT that says what to write, without what may be a password.
absl::Status UnknownDatabase(const std::string& url);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_DATABASE_URL_H_
