// SPDX-License-Identifier: Apache-2.0
#include "http/tls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "base/status_text.h"
#include "support/certificate.h"

namespace zerotouch::http {
namespace {

using test::Certificate;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::string ErrorOf(const std::string& certificate, const std::string& key) {
  const auto tls = TlsContext::Create({"cert.pem", certificate}, {"key.pem", key});
  EXPECT_FALSE(tls.ok());
  std::string message(MessageOf(tls.status()));
  EXPECT_EQ(message.find('\n'), std::string::npos) << message;
  return message;
}

TEST(Tls, CertificateAndKey_AreTaken) {
  const absl::Time now = absl::Now();
  for (const int rsa_bits : {0, 2048}) {
    const Certificate certificate("server", {.rsa_bits = rsa_bits});
    const auto tls =
        TlsContext::Create({"cert.pem", certificate.pem()}, {"key.pem", certificate.key_pem()});
    ASSERT_TRUE(tls.ok()) << tls.status();
    EXPECT_LT((*tls)->valid_from(), now);
    EXPECT_GT((*tls)->valid_until(), now + absl::Hours(24 * 29));
    EXPECT_LT((*tls)->valid_until(), now + absl::Hours(24 * 31));
  }
}

TEST(Tls, BothInOneFile_AreTaken) {
  const Certificate certificate("server");
  const PemFile both = {"both.pem", certificate.key_pem() + certificate.pem()};
  EXPECT_TRUE(TlsContext::Create(both, both).ok());
}

TEST(Tls, ClientAuthorities_AreCertificatesOnly) {
  const Certificate own("server");
  const std::string pem = Certificate("authority").pem();
  const auto with = [&](const std::string& content) {
    const PemFile authorities = {"ca.pem", content};
    return TlsContext::Create({"cert.pem", own.pem()}, {"key.pem", own.key_pem()}, &authorities)
        .status();
  };
  EXPECT_TRUE(with(pem).ok());
  EXPECT_TRUE(with(pem + own.pem() + "\n").ok());
  for (const std::string& wrong : {std::string(), std::string("nothing"), own.key_pem(),
                                   pem + pem.substr(0, pem.size() / 2)}) {
    EXPECT_THAT(MessageOf(with(wrong)), AllOf(HasSubstr("tls-client-ca: ca.pem"), HasSubstr("PEM")))
        << wrong;
  }
}

TEST(Tls, WrongFiles_AreNamedWithWhatToDo) {
  const Certificate one("one");
  const Certificate other("other");
  const Certificate weak("weak", {.rsa_bits = 512});
  const std::string pem = one.pem();
  struct Row {
    const char* what;
    std::string certificate, key;
    const char* message;
  };
  const Row rows[] = {
      {"an empty certificate", "", one.key_pem(), "cert.pem holds no certificate in PEM form"},
      {"no PEM", "\x30\x82", one.key_pem(), "cert.pem holds no certificate in PEM form"},
      {"a cut certificate", pem.substr(0, pem.size() / 2), one.key_pem(),
       "cert.pem holds no certificate in PEM form"},
      {"a key for certificate", one.key_pem(), one.key_pem(), "cert.pem holds no certificate"},
      {"a damaged chain", pem + pem.substr(0, pem.size() / 2), one.key_pem(),
       "cannot use the certificate in cert.pem"},
      {"a weak key", weak.pem(), weak.key_pem(), "2048 bits"},
      {"an empty key", pem, "", "key.pem holds no private key in PEM form"},
      {"a certificate for key", pem, pem, "key.pem holds no private key in PEM form"},
      {"a passphrase", pem, one.key_pem("secret"), "openssl pkey -in key.pem"},
      {"another's key", pem, other.key_pem(),
       "does not belong to the first certificate in cert.pem"},
      {"the authority's certificate first", other.pem() + pem, one.key_pem(),
       "the server's own certificate first"},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(ErrorOf(row.certificate, row.key), AllOf(HasSubstr(row.message), HasSubstr("tls-")))
        << row.what;
  }
}

}  // namespace
}  // namespace zerotouch::http
