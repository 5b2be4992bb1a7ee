// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_CERTIFICATE_H_
#define ZEROTOUCH_TEST_SUPPORT_CERTIFICATE_H_

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/openssl_handle.h"

// Generates certificates for TLS tests.
namespace zerotouch::test {

// A certificate and its private key.
class Certificate {
 public:
  struct Options {
    const Certificate* issuer = nullptr;  // null: self-signed
    int rsa_bits = 0;                     // 0: a P-256 key
    int valid_from_days = -1;             // from now
    int valid_until_days = 30;
  };

  // Issues a certificate for 127.0.0.1 and localhost; it can issue others, too.
  explicit Certificate(const std::string& name) : Certificate(name, Options()) {}
  Certificate(const std::string& name, const Options& options)
      : key_(options.rsa_bits > 0 ? EVP_RSA_gen(options.rsa_bits) : EVP_EC_gen("P-256")),
        certificate_(X509_new()) {
    static long serial = 0;
    X509* const own = certificate_.get();
    X509_set_version(own, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(own), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(own), options.valid_from_days * 86'400L);
    X509_gmtime_adj(X509_getm_notAfter(own), options.valid_until_days * 86'400L);
    X509_set_pubkey(own, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(own), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const Certificate& issuer = options.issuer == nullptr ? *this : *options.issuer;
    X509_set_issuer_name(own, X509_get_subject_name(issuer.certificate_.get()));
    Extend(NID_basic_constraints, "critical,CA:TRUE");
    Extend(NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
    X509_sign(own, issuer.key_.get(), EVP_sha256());
  }

  std::string pem() const {
    return Written([this](BIO* bio) { PEM_write_bio_X509(bio, certificate_.get()); });
  }
  // Returns the key, encrypted if there is a passphrase.
  std::string key_pem(const std::string& passphrase = "") const {
    return Written([&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, key_.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                               reinterpret_cast<const unsigned char*>(passphrase.data()),
                               static_cast<int>(passphrase.size()), nullptr, nullptr);
    });
  }

 private:
  void Extend(int kind, const char* value) {
    X509V3_CTX context = {};
    X509V3_set_ctx(&context, certificate_.get(), certificate_.get(), nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    X509_add_ext(certificate_.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <class Write>
  static std::string Written(Write write) {
    const Bio bio(BIO_new(BIO_s_mem()));
    write(bio.get());
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<size_t>(size)};
  }

  OpenSslHandle<EVP_PKEY, EVP_PKEY_free> key_;
  OpenSslHandle<X509, X509_free> certificate_;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_CERTIFICATE_H_
