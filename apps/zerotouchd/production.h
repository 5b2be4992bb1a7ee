// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_PRODUCTION_H_
#define ZEROTOUCH_ZEROTOUCHD_PRODUCTION_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "zerotouchd/settings.h"

// Checks of `serve` beside those of the settings. Errors are one line that says what to do.
namespace zerotouch::daemon {

// Returns FAILED_PRECONDITION if other machines can reach the listener, it has no TLS, and
// `insecure` is not set.
absl::Status CheckListener(const Settings& settings);

// Returns INVALID_ARGUMENT if metrics-listen is the address of listen.
absl::Status CheckMetricsListener(const Settings& settings);

// Returns the error of a server without a database.
absl::Status NoDatabase();

// A file that decides who may do what, and the setting that names it.
struct SecretFile {
  std::string_view setting;
  std::string path;
  bool is_secret = true;  // false: others may read it, but not write
};

// Returns the files with secrets: the TLS key, the registry file with its log, the settings
// file if it holds a password, the secret of the client at the OpenID provider; and the files of
// issuers and of certificate authorities, which decide who is who. They need not exist.
std::vector<SecretFile> SecretFilesOf(const Settings& settings);

// Returns FAILED_PRECONDITION, which names file, mode and command, if users other than the
// owner and the group can write the file, or read it if it is secret. OK if it does not exist.
absl::Status CheckPrivate(const SecretFile& file);

// Check the files of SecretFilesOf: those of the settings, and those of a SQLite registry.
absl::Status CheckSettingsFiles(const Settings& settings);
absl::Status CheckRegistryFiles(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_PRODUCTION_H_
