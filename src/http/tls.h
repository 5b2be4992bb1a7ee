// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_TLS_H_
#define ZEROTOUCH_HTTP_TLS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // OpenSSL's SSL

namespace zerotouch::http {

// A file's content; its path is for messages alone.
struct PemFile {
  std::string path;
  std::string content;
};

// A certificate with its key, and how this server speaks TLS with them: 1.2 or
// newer, with forward secrecy and authenticated encryption alone (what RFC 9113
// section 9.2 asks of HTTP/2), without renegotiation or compression; by ALPN
// (RFC 7301) HTTP/2 and HTTP/1.1. Immutable, thread-safe.
class TlsContext {
 public:
  // `certificate` holds the server's own certificate, then those between it and
  // the root; `key` its private key, without a passphrase. INVALID_ARGUMENT is
  // one line that names the file and says what to do.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Create(const PemFile& certificate,
                                                                  const PemFile& key);

  // A new connection, of which this is the server. The caller frees it; it may
  // outlive the context. Null when memory is out.
  ssl_st* NewConnection() const;

  // From when, and until when, the server's certificate is valid.
  absl::Time valid_from() const { return valid_from_; }
  absl::Time valid_until() const { return valid_until_; }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

  const std::shared_ptr<ssl_ctx_st> context_;
  absl::Time valid_from_;
  absl::Time valid_until_;
};

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_TLS_H_
