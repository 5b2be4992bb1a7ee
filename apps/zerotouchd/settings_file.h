// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_
#define ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Returns the settings of a TOML file (toml.io, version 1.0); `source` is
// `path:line`. INVALID_ARGUMENT, one line, if the file is missing or not TOML, a key
// is unknown, or a value is not text, a number, a boolean or a list of texts.
absl::StatusOr<GivenTexts> ReadSettingsFile(const std::string& path);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_
