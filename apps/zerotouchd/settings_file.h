// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_
#define ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_

#include <string>

#include "absl/status/statusor.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// The settings in a TOML file (toml.io, version 1.0), `source` being
// `path:line`. INVALID_ARGUMENT, one line, if there is no such file, it is not
// TOML, a key is no setting, or a value is no text, number, boolean or list.
absl::StatusOr<GivenTexts> ReadSettingsFile(const std::string& path);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SETTINGS_FILE_H_
