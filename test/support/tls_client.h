// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_TLS_CLIENT_H_
#define ZEROTOUCH_TEST_SUPPORT_TLS_CLIENT_H_

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/openssl_handle.h"
#include "support/socket_client.h"

namespace zerotouch::test {

// A TLS client on OpenSSL. Accepts any certificate.
class TlsClient final : public SocketClient {
 public:
  using Session = OpenSslHandle<SSL_SESSION, SSL_SESSION_free>;

  struct Options {
    std::vector<std::string> protocols;  // offered by ALPN; empty: no ALPN
    int version = 0;                     // for example TLS1_2_VERSION; 0: any
    const char* ciphers = nullptr;       // of TLS 1.2
    SSL_SESSION* session = nullptr;      // to resume
    int receive_buffer_bytes = 0;
    std::string certificate, key;  // the client's own, PEM; empty: none
  };

  explicit TlsClient(uint16_t port) : TlsClient(port, Options()) {}
  TlsClient(uint16_t port, const Options& options)
      : SocketClient(port, options.receive_buffer_bytes),
        context_(SSL_CTX_new(TLS_client_method())) {
    signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    SSL_CTX_set_min_proto_version(context_.get(), options.version);
    SSL_CTX_set_max_proto_version(context_.get(), options.version);
    // Old versions need algorithms that are disabled by default.
    SSL_CTX_set_cipher_list(context_.get(), options.ciphers ? options.ciphers : "ALL:@SECLEVEL=0");
    if (!options.certificate.empty()) UseCertificate(options);
    ssl_.reset(SSL_new(context_.get()));
    std::string offered;
    for (const std::string& protocol : options.protocols) {
      offered += static_cast<char>(protocol.size()) + protocol;
    }
    if (!offered.empty()) {
      SSL_set_alpn_protos(ssl_.get(), reinterpret_cast<const unsigned char*>(offered.data()),
                          static_cast<unsigned>(offered.size()));
    }
    if (options.session != nullptr) SSL_set_session(ssl_.get(), options.session);
    SSL_set_fd(ssl_.get(), fd());
    ERR_clear_error();
    agreed_ = SSL_connect(ssl_.get()) == 1;
    if (!agreed_) NoteError();
  }

  // Returns true if the handshake succeeded.
  bool agreed() const { return agreed_; }
  // Returns OpenSSL's name of the last failure: "tlsv1 alert no application protocol".
  const std::string& error() const { return error_; }
  // Returns the protocol that ALPN chose, or an empty text.
  std::string protocol() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return {reinterpret_cast<const char*>(name), size};
  }
  // Returns the common name in the server's certificate.
  std::string server() const {
    const X509* const certificate = SSL_get0_peer_certificate(ssl_.get());
    char name[256] = "";
    X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name,
                              sizeof(name));
    return name;
  }
  // Returns the number of certificates that the server sent.
  int chain_length() const { return sk_X509_num(SSL_get_peer_cert_chain(ssl_.get())); }
  // Returns true if an earlier session was resumed.
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  // Returns the session; it can be resumed once something was received.
  Session session() const { return Session(SSL_get1_session(ssl_.get())); }
  // Returns true if the server has sent close_notify.
  bool told_end() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

  bool Send(std::string_view bytes) override {
    while (agreed_ && !bytes.empty()) {
      size_t sent = 0;
      ERR_clear_error();
      if (SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent) != 1) {
        NoteError();
        return false;
      }
      bytes.remove_prefix(sent);
    }
    return agreed_;
  }
  std::string Receive() override {
    std::string bytes(size_t{64} << 10, '\0');
    size_t got = 0;
    ERR_clear_error();
    if (!agreed_ || SSL_read_ex(ssl_.get(), bytes.data(), bytes.size(), &got) != 1) NoteError();
    bytes.resize(got);
    return bytes;
  }
  // Sends close_notify; the TCP connection stays open.
  void FinishSending() override { SSL_shutdown(ssl_.get()); }
  // Ends the TCP output without close_notify.
  void FinishSendingWithoutNotify() { SocketClient::FinishSending(); }
  // Renegotiates, as TLS 1.2 allows. Returns true if the server agreed.
  bool Renegotiate() {
    ERR_clear_error();
    const bool done = SSL_renegotiate(ssl_.get()) == 1 && SSL_do_handshake(ssl_.get()) == 1;
    if (!done) NoteError();
    return done;
  }

 private:
  void UseCertificate(const Options& options) {
    const Bio certificate = BioOf(options.certificate);
    const Bio key = BioOf(options.key);
    const OpenSslHandle<X509, X509_free> own(
        PEM_read_bio_X509(certificate.get(), nullptr, nullptr, nullptr));
    const OpenSslHandle<EVP_PKEY, EVP_PKEY_free> own_key(
        PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context_.get(), own.get());
    SSL_CTX_use_PrivateKey(context_.get(), own_key.get());
  }
  void NoteError() {
    const char* reason = ERR_reason_error_string(ERR_peek_error());
    if (reason != nullptr) error_ = reason;
  }

  const OpenSslHandle<SSL_CTX, SSL_CTX_free> context_;
  OpenSslHandle<SSL, SSL_free> ssl_;
  bool agreed_ = false;
  std::string error_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_TLS_CLIENT_H_
