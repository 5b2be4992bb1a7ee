// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
#define ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_

#include <memory>

#include "absl/status/statusor.h"
#include "http/tls.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// Returns the TLS context of the certificate and key of the settings, and of the
// authorities of client certificates if they are given; null if there is no certificate.
// An error, also if only some of the files are given, is one line that names the file and
// says what to do.
absl::StatusOr<std::shared_ptr<const http::TlsContext>> LoadTls(const Settings& settings);

// The same, and logs the end of the certificate's validity; warns if it is not valid now,
// or only for limits::kCertificateWarning.
absl::StatusOr<std::shared_ptr<const http::TlsContext>> ReadTls(const Settings& settings);

// Checks the files of authorities that libcurl reads at each connection: webhook-ca and oidc-ca.
// An error is one line that names the file and says what to do.
absl::Status CheckAuthorityFiles(const Settings& settings);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_TLS_FILES_H_
