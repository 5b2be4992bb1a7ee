// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_TLS_H_
#define ZEROTOUCH_HTTP_TLS_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct ssl_ctx_st;  // OpenSSL's SSL_CTX
struct ssl_st;      // OpenSSL's SSL

namespace zerotouch::http {

// A file's content, and its path for messages.
struct PemFile {
  std::string path;
  std::string content;
};

// The server's certificate, key and TLS settings: TLS 1.2 or newer, only ciphers
// with forward secrecy and authenticated encryption (as RFC 9113 section 9.2
// requires of HTTP/2), no renegotiation, no compression; HTTP/2 and HTTP/1.1 by
// ALPN (RFC 7301). Optionally only for clients with a certificate. Immutable, thread-safe.
class TlsContext {
 public:
  // Parses `certificate`, the server's own certificate followed by the
  // intermediate ones, and `key`, its private key without a passphrase. With
  // `client_authorities`, certificates of authorities, the handshake fails unless the
  // client has a certificate that one of them issued. Returns INVALID_ARGUMENT with one
  // line that names the file and explains the remedy.
  static absl::StatusOr<std::shared_ptr<const TlsContext>> Create(
      const PemFile& certificate, const PemFile& key, const PemFile* client_authorities = nullptr);

  // Returns a new server-side connection, or null if memory is exhausted. The
  // caller frees it; it may outlive the context.
  ssl_st* NewConnection() const;

  // Return the validity period of the server's certificate.
  absl::Time valid_from() const { return valid_from_; }
  absl::Time valid_until() const { return valid_until_; }

 private:
  explicit TlsContext(std::shared_ptr<ssl_ctx_st> context) : context_(std::move(context)) {}

  const std::shared_ptr<ssl_ctx_st> context_;
  absl::Time valid_from_;
  absl::Time valid_until_;
};

// Checks that the file holds certificates in PEM form, one or more, and nothing else in PEM form.
// INVALID_ARGUMENT is one line that begins with `setting` and ends with `of_whom`, the ones who
// have certificates of these authorities.
absl::Status CheckAuthorities(std::string_view setting, std::string_view of_whom,
                              const PemFile& file);

}  // namespace zerotouch::http

#endif  // ZEROTOUCH_HTTP_TLS_H_
