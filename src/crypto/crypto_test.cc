// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/random.h"
#include "crypto/encoding.h"
#include "crypto/jwt.h"
#include "crypto/key_file.h"
#include "crypto/key_set.h"
#include "crypto/keys.h"

namespace zerotouch::crypto {
namespace {

JwtClaims Claims() {
  return {.issuer = "robot@example.com",
          .subject = "robot@example.com",
          .audience = "https://example.com/token",
          .scope = "one two",
          .issued_at = absl::FromUnixSeconds(1'800'000'000),
          .expires_at = absl::FromUnixSeconds(1'800'003'600)};
}

TEST(Base64Url, RoundTrip_Rfc4648Vectors) {
  EXPECT_EQ(Base64UrlEncode("fo"), "Zm8");
  EXPECT_EQ(Base64UrlEncode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(Base64UrlEncode("\xfb\xff"), "-_8");
  for (const std::string& bytes : {std::string(), std::string("f"), RandomBytes(1000)}) {
    EXPECT_EQ(Base64UrlDecode(Base64UrlEncode(bytes)), bytes);
  }
}

TEST(Base64Url, OtherText_IsRefused) {
  for (const char* text : {"Zm8=", "Zm+v", "Zm/v", "Z", "Zm9", "Zm 8"}) {
    EXPECT_FALSE(Base64UrlDecode(text).has_value()) << text;
  }
}

TEST(Hashes, KnownAnswers) {
  // FIPS 180-4 "abc"; RFC 4231 test case 2.
  EXPECT_EQ(Base64UrlEncode(Sha256("abc")), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
  EXPECT_EQ(Base64UrlEncode(HmacSha256("Jefe", "what do ya want for nothing?")),
            "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM");
  EXPECT_TRUE(ConstantTimeEquals("same", "same"));
  EXPECT_FALSE(ConstantTimeEquals("same", "sane"));
  EXPECT_FALSE(ConstantTimeEquals("same", "sam"));
}

TEST(Keys, Es256Signature_IsRawAndBoundToItsKey) {
  const PrivateKey key = PrivateKey::Generate(Algorithm::kEs256).value();
  const std::string text = "what is signed";
  const std::string signature = key.Sign(text).value();
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(key.Public().Verify(text, signature));
  EXPECT_FALSE(PrivateKey::Generate(Algorithm::kEs256)->Public().Verify(text, signature));
}

TEST(Jwt, EveryAlgorithm_RoundTrip) {
  for (const Algorithm algorithm : {Algorithm::kRs256, Algorithm::kEs256}) {
    const PrivateKey key = PrivateKey::Generate(algorithm).value();
    const auto jwt = ParseJwt(SignJwt(key, "key-1", Claims()).value());
    ASSERT_TRUE(jwt.ok()) << jwt.status();
    EXPECT_EQ(jwt->key_id, "key-1");
    EXPECT_EQ(jwt->claims.issuer, "robot@example.com");
    EXPECT_EQ(jwt->claims.audience, "https://example.com/token");
    EXPECT_EQ(jwt->claims.scope, "one two");
    EXPECT_EQ(jwt->claims.expires_at, Claims().expires_at);
    EXPECT_TRUE(VerifySignature(*jwt, PublicKey::FromPem(key.Public().ToPem()).value()));
    const Algorithm other = algorithm == Algorithm::kRs256 ? Algorithm::kEs256 : Algorithm::kRs256;
    EXPECT_FALSE(VerifySignature(*jwt, PrivateKey::Generate(other)->Public()));
  }
}

TEST(Jwt, AnyByteChanged_IsDetected) {
  const PrivateKey key = PrivateKey::Generate(Algorithm::kEs256).value();
  const std::string token = SignJwt(key, "key-1", Claims()).value();
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto jwt = ParseJwt(changed);
    EXPECT_FALSE(jwt.ok() && VerifySignature(*jwt, key.Public())) << "byte " << i;
  }
}

// google-auth for Python padded them up to version 1.5.
TEST(Jwt, PaddedParts_AreAcceptedAsTheyWereSigned) {
  const PrivateKey key = PrivateKey::Generate(Algorithm::kRs256).value();
  const auto padded = [](std::string text) {
    while (text.size() % 4 != 0) text += '=';
    return text;
  };
  const std::string text =
      padded(Base64UrlEncode(R"({"alg": "RS256"})")) + "." +
      padded(Base64UrlEncode(R"({"iss":"ab","iat":1800000000,"exp":1800003600})"));
  ASSERT_TRUE(text.ends_with('=') && text.find("=.") != std::string::npos) << text;
  const auto jwt = ParseJwt(text + "." + padded(Base64UrlEncode(key.Sign(text).value())));
  ASSERT_TRUE(jwt.ok()) << jwt.status();
  EXPECT_TRUE(VerifySignature(*jwt, key.Public()));
  EXPECT_FALSE(ParseJwt(text + "=.c2ln").ok());
  EXPECT_FALSE(ParseJwt(text + ".c2ln==").ok());
  EXPECT_FALSE(ParseJwt("=" + text + ".c2ln").ok());
}

TEST(Jwt, OtherAlgorithms_DoNotParse) {
  const std::string payload = Base64UrlEncode(R"({"iss":"a","iat":1800000000,"exp":1800003600})");
  for (const char* header : {R"({"alg":"none"})", R"({"alg":"HS256"})", R"({})",
                             R"({"alg":"RS256","crit":["x"]})", "[]", "x"}) {
    EXPECT_FALSE(ParseJwt(Base64UrlEncode(header) + "." + payload + ".").ok()) << header;
  }
  EXPECT_FALSE(ParseJwt("").ok());
  EXPECT_FALSE(ParseJwt("a.b").ok());
  EXPECT_FALSE(ParseJwt(std::string(20'000, 'A')).ok());
}

constexpr char kHeader[] = R"({"alg":"ES256","typ":"JWT"})";
constexpr char kPayload[] = R"({"iss":"a","iat":1800000000,"exp":1800003600})";

absl::StatusOr<ParsedJwt> Parsed(const std::string& header, const std::string& payload) {
  return ParseJwt(Base64UrlEncode(header) + "." + Base64UrlEncode(payload) + ".c2ln");
}

std::string WhyRefused(const std::string& header, const std::string& payload) {
  const auto status = Parsed(header, payload).status();
  return std::string(status.message().data(), status.message().size());
}

TEST(Jwt, TimesWithFractions_AreReadToTheMicrosecond) {
  const auto jwt =
      Parsed(kHeader, R"({"iss":"a","iat":1800000000.25,"exp":1.8000036005e9,"nbf":1.5})");
  ASSERT_TRUE(jwt.ok()) << jwt.status();
  EXPECT_EQ(jwt->claims.issued_at, absl::FromUnixMillis(1'800'000'000'250));
  EXPECT_EQ(jwt->claims.expires_at, absl::FromUnixMillis(1'800'003'600'500));
  EXPECT_EQ(jwt->claims.not_before, absl::FromUnixMillis(1'500));
  EXPECT_EQ(Parsed(kHeader, kPayload)->claims.not_before, absl::InfinitePast());
}

TEST(Jwt, TimesThatAreNone_AreRefused) {
  for (const char* time : {"-1", "1e300", "1e999", "253402300800", "\"1800000000\"", "null", "true",
                           "[1]", "NaN", "Infinity", "18446744073709551616"}) {
    for (const char* name : {"iat", "exp", "nbf"}) {
      std::string payload = R"({"iss":"a")";
      for (const char* other : {"iat", "exp", "nbf"}) {
        payload += std::string(",\"") + other +
                   "\":" + (std::string_view(other) == name ? time : "1800000000");
      }
      EXPECT_FALSE(Parsed(kHeader, payload + "}").ok()) << name << " " << time;
    }
  }
  EXPECT_EQ(WhyRefused(kHeader, R"({"iat":1})"), "Invalid JWT: exp is missing.");
  EXPECT_EQ(WhyRefused(kHeader, R"({"exp":1})"), "Invalid JWT: iat is missing.");
}

TEST(Jwt, MemberGivenTwice_IsRefused) {
  for (const char* header :
       {R"({"alg":"ES256","alg":"ES256"})", R"({"alg":"none","alg":"ES256"})",
        R"({"alg":"ES256","kid":"a","kid":"b"})", R"({"alg":"ES256","x":1,"x":1})",
        R"({"alg":"ES256","\u0061lg":"ES256"})"}) {
    EXPECT_EQ(WhyRefused(header, kPayload), "Invalid JWT: a member of the header is given twice.")
        << header;
  }
  for (const char* payload : {R"({"iss":"a","iss":"b","iat":1,"exp":2})",
                              R"({"iss":"a","iat":1,"exp":2,"e\u0078p":3})"}) {
    EXPECT_EQ(WhyRefused(kHeader, payload), "Invalid JWT: a member of the payload is given twice.")
        << payload;
  }
}

TEST(Jwt, TypeOfAnotherKind_IsRefused) {
  for (const char* type : {"JWT", "jwt", "Jwt", "application/jwt", "Application/JWT"}) {
    EXPECT_TRUE(Parsed(R"({"alg":"ES256","typ":")" + std::string(type) + "\"}", kPayload).ok())
        << type;
  }
  EXPECT_TRUE(Parsed(R"({"alg":"ES256"})", kPayload).ok()) << "typ is optional";
  for (const char* type : {R"("")", R"("at+jwt")", R"("application/at+jwt")", R"("JOSE")",
                           R"("application/")", R"("JWT ")", R"("secevent+jwt")", "1", "null"}) {
    EXPECT_FALSE(Parsed(R"({"alg":"ES256","typ":)" + std::string(type) + "}", kPayload).ok())
        << type;
  }
}

TEST(Jwt, HeaderThatChangesTheMeaning_IsRefused) {
  for (const char* member : {R"("crit":["exp"])", R"("crit":[])", R"("b64":false)", R"("b64":true)",
                             R"("zip":"DEF")", R"("kid":"")", R"("kid":null)", R"("kid":["k"])"}) {
    EXPECT_FALSE(Parsed(R"({"alg":"ES256",)" + std::string(member) + "}", kPayload).ok()) << member;
  }
  for (const char* alg : {R"("es256")", R"("ES384")", R"("PS256")", R"("None")", R"(["ES256"])",
                          "null", R"("ES256 ")", R"("RS256\u0000")"}) {
    EXPECT_FALSE(Parsed(R"({"alg":)" + std::string(alg) + "}", kPayload).ok()) << alg;
  }
}

TEST(Jwt, AudienceOfSeveral_OrOfNoText_IsRefused) {
  for (const char* aud : {"[]", R"(["a","b"])", "1", "null", "[1]", R"([["a"]])", "{}"}) {
    EXPECT_EQ(WhyRefused(kHeader, R"({"iat":1,"exp":2,"aud":)" + std::string(aud) + "}"),
              "Invalid JWT: aud must be one string.")
        << aud;
  }
  EXPECT_EQ(Parsed(kHeader, R"({"iat":1,"exp":2,"aud":["a"]})")->claims.audience, "a");
}

TEST(Jwt, IssuedTokens_MayHaveTheirTypeAndSeveralAudiences) {
  const PrivateKey key = PrivateKey::Generate(Algorithm::kEs256).value();
  const auto token = [&](const std::string& header, const std::string& claims) {
    std::string text = Base64UrlEncode(R"({"alg":"ES256")" + header + "}") + "." +
                       Base64UrlEncode(R"({"iat":1,"exp":2)" + claims + "}");
    return text + "." + Base64UrlEncode(key.Sign(text).value());
  };
  const std::string several = token(R"(,"typ":"at+jwt")", R"(,"aud":["a","b"],"jti":"7")");
  EXPECT_FALSE(ParseJwt(several).ok());
  const auto issued = ParseJwt(several, JwtKind::kIssued);
  ASSERT_TRUE(issued.ok()) << issued.status();
  EXPECT_TRUE(VerifySignature(*issued, key.Public()));
  EXPECT_THAT(issued->claims.audiences, testing::ElementsAre("a", "b"));
  EXPECT_EQ(issued->claims.id, "7");
  const auto email = [&](const std::string& claims) {
    return ParseJwt(token("", claims), JwtKind::kIssued).value().claims.email;
  };
  EXPECT_EQ(email(R"(,"email":"a@b","email_verified":true)"), "a@b");
  EXPECT_EQ(email(R"(,"email":"a@b")"), "");
  EXPECT_EQ(email(R"(,"email":"a@b","email_verified":"true")"), "");
  for (const char* wrong : {R"(,"aud":7)", R"(,"aud":["a",7])", R"(,"jti":7)"}) {
    EXPECT_FALSE(ParseJwt(token("", wrong), JwtKind::kIssued).ok()) << wrong;
  }
  EXPECT_FALSE(ParseJwt(token(R"(,"typ":"logout+jwt")", ""), JwtKind::kIssued).ok());
}

// The examples of RFC 7517 appendix A.1.
TEST(KeySet, KeysOfTheRfc_AreRead_AndOthersSkipped) {
  const std::string point = R"("kty":"EC","crv":"P-256",
      "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
      "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM")";
  const std::string rsa =
      R"("kty":"RSA","e":"AQAB","n":")"
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1"
      "L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4"
      "QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbO"
      "pbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF"
      "Cur-kEgU8awapJzKnqDKgw"
      "\"";
  const auto ids = [](const std::string& keys) {
    std::vector<std::string> found;
    const auto set = ParseKeySet("{\"keys\":[" + keys + "]}", 8);
    if (!set.ok()) return found;
    for (const SetKey& key : *set) {
      found.push_back(key.key_id + " " + std::string(NameOf(key.key.algorithm())));
    }
    return found;
  };
  const auto jwk = [](const std::string& members) { return "{" + members + "}"; };
  EXPECT_THAT(ids(jwk(point + R"(,"kid":"1")") + "," + jwk(rsa + R"(,"kid":"2","alg":"RS256")")),
              testing::ElementsAre("1 ES256", "2 RS256"));
  EXPECT_THAT(ids(jwk(point)), testing::ElementsAre(" ES256"));
  for (const std::string& skipped :
       {jwk(point + R"(,"use":"enc")"), jwk(rsa + R"(,"alg":"RS512")"),
        jwk(point + R"(,"key_ops":["sign"])"), jwk(R"("kty":"oct","k":"AAAA")"),
        jwk(R"("kty":"RSA","n":"AQAB","e":"AQAB")"), jwk(R"("kty":"OKP","crv":"Ed25519","x":"AA")"),
        jwk(R"("kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
              "y":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4")"),
        std::string("7")}) {
    EXPECT_THAT(ids(skipped), testing::IsEmpty()) << skipped;
    EXPECT_THAT(ids(skipped + "," + jwk(point + R"(,"kid":"1")")), testing::ElementsAre("1 ES256"));
  }
  std::string many = jwk(point);
  for (int i = 0; i < 8; ++i) many += "," + jwk(point);
  EXPECT_THAT(ids(many), testing::IsEmpty());
  for (const char* none : {"", "[]", "{}", R"({"keys":{}})"}) {
    EXPECT_FALSE(ParseKeySet(none, 8).ok()) << none;
  }
}

TEST(Keys, SmallOrForeignKeys_AreRefused) {
  EXPECT_FALSE(PublicKey::FromPem("not a key").ok());
  EXPECT_FALSE(
      PrivateKey::FromPem("-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----").ok());
}

TEST(KeyFile, RoundTrip_AndMissingFieldsAreNamed) {
  const PrivateKey key = PrivateKey::Generate(Algorithm::kEs256).value();
  KeyFile file{.project_id = "p",
               .private_key_id = "k",
               .private_key = key.ToPem(),
               .client_email = "robot@example.com",
               .client_id = "1",
               .auth_uri = "https://example.com/auth",
               .token_uri = "https://example.com/token"};
  const auto read = ParseKeyFile(WriteKeyFile(file));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->private_key, file.private_key);
  EXPECT_EQ(read->universe_domain, "googleapis.com");
  const auto marked = ParseKeyFile("\xEF\xBB\xBF" + WriteKeyFile(file));
  ASSERT_TRUE(marked.ok()) << "with a byte-order mark: " << marked.status();
  EXPECT_EQ(marked->client_email, file.client_email);
  file.client_email = "";
  EXPECT_NE(ParseKeyFile(WriteKeyFile(file)).status().message().find("client_email"),
            absl::string_view::npos);
  EXPECT_FALSE(ParseKeyFile("{}").ok());
  EXPECT_FALSE(ParseKeyFile("").ok());
}

}  // namespace
}  // namespace zerotouch::crypto
