// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "http/tls.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Returns the TLS context of the certificate and key of the settings; null if there
// is neither. Logs the end of the certificate's validity, and warns if it is not valid
// now. An error, also if only one of the two is given, is one line that names the file
// and says what to do.
absl::StatusOr<std::shared_ptr<const http::TlsContext>> ReadTls(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
