// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <ctime>
#include <utility>
#include <vector>

#include "base/openssl_handle.h"
#include "base/status_macros.h"

namespace zerotouch::http {
namespace {

using Certificate = OpenSslHandle<X509, X509_free>;
using Key = OpenSslHandle<EVP_PKEY, EVP_PKEY_free>;

// The ciphers of TLS 1.2. All of TLS 1.3's are enabled.
constexpr char kCiphers[] = "ECDHE+AESGCM:ECDHE+CHACHA20";

// In ALPN's wire format, the preferred one first.
constexpr unsigned char kProtocols[] = "\x02h2\x08http/1.1\x08http/1.0";

// Returns the reason of OpenSSL's last error, and clears it.
std::string LastError() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "unknown reason" : reason;
}

absl::Status Unusable(const PemFile& file) {
  return absl::InvalidArgumentError(
      fmt::format("tls-certificate: cannot use the certificate in {} ({}); give one that a "
                  "current authority issued for an EC key or an RSA key of at least 2048 bits",
                  file.path, LastError()));
}

// Keeps OpenSSL from asking for a passphrase at the terminal.
int NoPassphrase(char*, int, int, void*) { return -1; }

absl::StatusOr<Key> ReadKey(const PemFile& file) {
  const Bio bio = BioOf(file.content);
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, NoPassphrase, nullptr));
  if (key != nullptr) return key;
  const bool encrypted = file.content.find("ENCRYPTED") != std::string::npos;
  ERR_clear_error();
  if (encrypted) {
    return absl::InvalidArgumentError(
        fmt::format("tls-key: the key in {} has a passphrase; remove it with openssl "
                    "pkey -in {} -out FILE, readable only by the server",
                    file.path, file.path));
  }
  return absl::InvalidArgumentError(
      fmt::format("tls-key: {} holds no private key in PEM form; give the file that begins with "
                  "-----BEGIN PRIVATE KEY-----",
                  file.path));
}

// Adds the certificates that follow the server's own to the context.
absl::Status AddChain(const PemFile& file, BIO* bio, SSL_CTX* context) {
  while (X509* next = PEM_read_bio_X509(bio, nullptr, NoPassphrase, nullptr)) {
    if (SSL_CTX_add0_chain_cert(context, next) == 1) continue;
    X509_free(next);
    return Unusable(file);
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end) return Unusable(file);
  ERR_clear_error();
  return absl::OkStatus();
}

// Returns the certificates of the file, one or more. `setting` and `of_whom`, the ones who have
// certificates of these authorities, are for the error.
absl::StatusOr<std::vector<Certificate>> ReadAuthorities(std::string_view setting,
                                                         std::string_view of_whom,
                                                         const PemFile& file) {
  const Bio bio = BioOf(file.content);
  std::vector<Certificate> authorities;
  for (;;) {
    Certificate authority(PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr));
    if (authority == nullptr) break;
    authorities.push_back(std::move(authority));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!authorities.empty() && at_end) return authorities;
  return absl::InvalidArgumentError(
      fmt::format("{}: {} does not hold certificates in PEM form only; give the certificates of "
                  "the authorities that issue those of {}",
                  setting, file.path, of_whom));
}

// Makes the context refuse clients without a certificate of one of the authorities.
absl::Status DemandCertificates(const PemFile& authorities, SSL_CTX* context) {
  // Sessions are resumed only where they began: with these authorities.
  constexpr unsigned char kSessions[] = "zerotouchd clients";
  ZT_ASSIGN_OR_RETURN(const std::vector<Certificate> certificates,
                      ReadAuthorities("tls-client-ca", "clients", authorities));
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  for (const Certificate& authority : certificates) {
    // The names are sent to the client, which selects its certificate by them.
    X509_STORE_add_cert(store, authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_session_id_context(context, kSessions, sizeof(kSessions) - 1);
  return absl::OkStatus();
}

// Selects the first of our protocols that the client offers. Without a common one, the
// handshake ends with an alert.
int SelectProtocol(SSL*, const unsigned char** selected, unsigned char* selected_bytes,
                   const unsigned char* offered, unsigned int offered_bytes, void*) {
  unsigned char* found = nullptr;
  const int result = SSL_select_next_proto(&found, selected_bytes, kProtocols,
                                           sizeof(kProtocols) - 1, offered, offered_bytes);
  *selected = found;
  return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

std::shared_ptr<SSL_CTX> NewContext() {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (context == nullptr) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), kCiphers);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // An idle connection holds no buffers; a write may be repeated from another place.
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Clients resume sessions with tickets, so the server caches none.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context.get(), SelectProtocol, nullptr);
  return context;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm parts = {};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsContext>> TlsContext::Create(
    const PemFile& certificate, const PemFile& key, const PemFile* client_authorities) {
  ERR_clear_error();
  const Bio bio = BioOf(certificate.content);
  const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, NoPassphrase, nullptr));
  if (own == nullptr) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        fmt::format("tls-certificate: {} holds no certificate in PEM form; give the file that "
                    "begins with -----BEGIN CERTIFICATE-----",
                    certificate.path));
  }
  ZT_ASSIGN_OR_RETURN(const Key private_key, ReadKey(key));
  if (X509_check_private_key(own.get(), private_key.get()) != 1) {
    ERR_clear_error();
    return absl::InvalidArgumentError(
        fmt::format("tls-key: the key in {} does not belong to the first certificate in {}; give "
                    "the certificate's own key, and put the server's own certificate first",
                    key.path, certificate.path));
  }
  std::shared_ptr<SSL_CTX> context = NewContext();
  if (context == nullptr || SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), private_key.get()) != 1) {
    return Unusable(certificate);
  }
  ZT_RETURN_IF_ERROR(AddChain(certificate, bio.get(), context.get()));
  if (client_authorities != nullptr) {
    ZT_RETURN_IF_ERROR(DemandCertificates(*client_authorities, context.get()));
  }
  std::shared_ptr<TlsContext> made(new TlsContext(std::move(context)));
  made->valid_from_ = TimeOf(X509_get0_notBefore(own.get()));
  made->valid_until_ = TimeOf(X509_get0_notAfter(own.get()));
  return made;
}

ssl_st* TlsContext::NewConnection() const { return SSL_new(context_.get()); }

absl::Status CheckAuthorities(std::string_view setting, std::string_view of_whom,
                              const PemFile& file) {
  return ReadAuthorities(setting, of_whom, file).status();
}

}  // namespace zerotouch::http
