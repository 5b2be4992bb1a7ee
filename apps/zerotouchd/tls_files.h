// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "http/tls.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// What the settings' certificate and key say; null if there are none. Logs until
// when it is valid, and warns if it is not. An error, also for one of the two alone,
// is one line that names the file and says what to do.
absl::StatusOr<std::shared_ptr<const http::TlsContext>> ReadTls(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
