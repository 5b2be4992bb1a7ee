// SPDX-License-Identifier: Apache-2.0
#include "auth/issuers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>

#include "auth/authenticator.h"
#include "base/limits.h"
#include "base/status_text.h"
#include "crypto/encoding.h"
#include "store/store.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::auth {
namespace {

using testing::HasSubstr;

constexpr char kIssuerUrl[] = "https://idp.example.com";
constexpr char kMapped[] = "robot@example.com";

// Returns the JWK of a P-256 key.
std::string JwkOf(const crypto::PrivateKey& key, const std::string& key_id) {
  std::string pem = key.Public().ToPem();
  std::string base64;
  for (size_t begin = pem.find('\n') + 1; pem[begin] != '-';) {
    const size_t end = pem.find('\n', begin);
    base64 += pem.substr(begin, end - begin);
    begin = end + 1;
  }
  for (char& c : base64) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (base64.ends_with('=')) base64.pop_back();
  const std::string der = crypto::Base64UrlDecode(base64).value();
  return fmt::format(R"({{"kty":"EC","crv":"P-256","kid":"{}","x":"{}","y":"{}"}})", key_id,
                     crypto::Base64UrlEncode(der.substr(der.size() - 64, 32)),
                     crypto::Base64UrlEncode(der.substr(der.size() - 32)));
}

// A provider that a test drives.
class Provider {
 public:
  void Publish(const std::string& keys) {
    const MutexLock lock(mutex_);
    answer_ = "{\"keys\":[" + keys + "]}";
  }
  void Break() {
    const MutexLock lock(mutex_);
    answer_.reset();
  }
  absl::StatusOr<std::string> Fetch() {
    const MutexLock lock(mutex_);
    ++fetched_;
    // An error of its own for each thread: TSan does not see how Abseil counts its references.
    if (!answer_.has_value()) return absl::UnavailableError("it is down");
    return *answer_;
  }
  int fetched() {
    const MutexLock lock(mutex_);
    return fetched_;
  }

 private:
  Mutex mutex_;
  std::optional<std::string> answer_ ZT_GUARDED_BY(mutex_);  // nullopt: it is down
  int fetched_ ZT_GUARDED_BY(mutex_) = 0;
};

class IssuersTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_
                    ->Write([&](store::Transaction& tx) -> absl::Status {
                      absl::Status added = tx.AddPartner({.id = PartnerId(7), .name = "R"});
                      if (!added.ok()) return added;
                      return tx.AddAccount(
                          {.email = kMapped, .client_id = "1", .partner = PartnerId(7)});
                    })
                    .ok());
    provider_.Publish(JwkOf(first_, "one"));
  }

  void Start() {
    std::vector<Issuer> issuers =
        ParseIssuers(fmt::format(R"({{"issuers":[{{"issuer":"{}","jwksUri":"{}/jwks",
          "audience":"zerotouch","identities":[{{"subject":"client-1","account":"{}"}},
          {{"email":"someone@example.org","account":"{}"}},
          {{"subject":"gone","account":"gone@example.com"}}]}}]}})",
                                 kIssuerUrl, kIssuerUrl, kMapped, kMapped))
            .value();
    issuers_ = std::make_unique<Issuers>(
        std::move(issuers), [this](const Issuer&) { return provider_.Fetch(); }, clock_);
    authenticator_.SetIssuers(*issuers_);
  }
  // Returns a token with these claims beside iss, iat and exp.
  std::string Token(const std::string& claims, const std::string& key_id = "one",
                    const crypto::PrivateKey* key = nullptr, absl::Duration life = absl::Hours(1)) {
    std::string text =
        crypto::Base64UrlEncode(fmt::format(R"({{"alg":"ES256","kid":"{}"}})", key_id)) + "." +
        crypto::Base64UrlEncode(fmt::format(R"({{"iss":"{}","iat":{},"exp":{},{}}})", kIssuerUrl,
                                            absl::ToUnixSeconds(clock_.Now()),
                                            absl::ToUnixSeconds(clock_.Now() + life), claims));
    return text + "." +
           crypto::Base64UrlEncode((key == nullptr ? first_ : *key).Sign(text).value());
  }
  absl::Status StatusOf(const std::string& token) {
    return authenticator_.Authenticate("Bearer " + token, "").status();
  }
  // Waits until the keys are there, and returns the status then.
  absl::Status SettledStatusOf(const std::string& token) {
    absl::Status status;
    test::WaitUntil([&] {
      status = StatusOf(token);
      return !absl::IsUnavailable(status);
    });
    return status;
  }

  static constexpr char kGood[] = R"("sub":"client-1","aud":["other","zerotouch"])";

  test::TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const crypto::PrivateKey first_ = crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  const crypto::PrivateKey second_ =
      crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + dir_ / "registry.db", clock_).value();
  Provider provider_;
  Audience audience_{"http://127.0.0.1:8080"};
  AccountCache accounts_{*store_};
  std::unique_ptr<Issuers> issuers_;
  Authenticator authenticator_{accounts_, clock_, audience_};
};

TEST_F(IssuersTest, TokenOfAKnownIdentity_IsItsAccount) {
  Start();
  ASSERT_TRUE(SettledStatusOf(Token(kGood)).ok());
  const auto caller = authenticator_.Authenticate("Bearer " + Token(kGood), "");
  EXPECT_EQ(caller->email, kMapped);
  EXPECT_EQ(caller->partner, PartnerId(7));
  EXPECT_EQ(caller->scopes, (Scopes{.reseller = true})) << "every right of the account";
  const auto customer = authenticator_.Authenticate(
      "Bearer " + Token(fmt::format(R"({},"scope":"openid {}")", kGood, kCustomerScope)), "");
  EXPECT_EQ(customer->scopes, (Scopes{.customer = true})) << "only what the token says";
  const std::string email = R"("sub":"9","aud":"zerotouch","email":"someone@example.org")";
  EXPECT_TRUE(StatusOf(Token(email + R"(,"email_verified":true)")).ok());
  EXPECT_TRUE(absl::IsUnauthenticated(StatusOf(Token(email))));
}

TEST_F(IssuersTest, OtherTokens_AreRefused) {
  Start();
  ASSERT_TRUE(SettledStatusOf(Token(kGood)).ok());
  for (const std::string& token :
       {Token(R"("sub":"client-2","aud":"zerotouch")"), Token(R"("sub":"client-1","aud":"other")"),
        Token(R"("sub":"client-1")"), Token(R"("sub":"gone","aud":"zerotouch")"),
        Token(kGood, "one", &second_), Token(kGood, "one", nullptr, -absl::Minutes(11)),
        Token(std::string(kGood) + fmt::format(R"(,"nbf":{})", 1'800'003'000))}) {
    EXPECT_TRUE(absl::IsUnauthenticated(StatusOf(token))) << token;
  }
  ASSERT_TRUE(
      store_->Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kMapped, true); })
          .ok());
  EXPECT_TRUE(absl::IsUnauthenticated(StatusOf(Token(kGood))));
}

TEST_F(IssuersTest, UnknownKey_IsFetched_AtMostEveryHalfMinute) {
  Start();
  ASSERT_TRUE(SettledStatusOf(Token(kGood)).ok());
  const int fetched = provider_.fetched();
  provider_.Publish(JwkOf(first_, "one") + "," + JwkOf(second_, "two"));
  for (int i = 0; i < 100; ++i) {
    EXPECT_TRUE(absl::IsUnauthenticated(StatusOf(Token(kGood, fmt::format("forged-{}", i)))));
  }
  EXPECT_EQ(provider_.fetched(), fetched);
  clock_.Advance(limits::kKeySetPause);
  EXPECT_TRUE(absl::IsUnavailable(StatusOf(Token(kGood, "two", &second_)))) << "ask again";
  EXPECT_TRUE(SettledStatusOf(Token(kGood, "two", &second_)).ok());
  EXPECT_TRUE(StatusOf(Token(kGood)).ok());
  EXPECT_EQ(provider_.fetched(), fetched + 1);
}

TEST_F(IssuersTest, WithdrawnKey_IsRefused_AlsoInATokenThatWasUsed) {
  Start();
  const std::string token = Token(kGood);
  ASSERT_TRUE(SettledStatusOf(token).ok());
  provider_.Publish(JwkOf(second_, "two"));
  clock_.Advance(limits::kKeySetRefresh);
  EXPECT_TRUE(test::WaitUntil([&] { return absl::IsUnauthenticated(StatusOf(token)); }));
}

TEST_F(IssuersTest, ProviderDown_ItsLastKeysAreUsedForADay) {
  provider_.Break();
  Start();
  EXPECT_TRUE(absl::IsUnavailable(StatusOf(Token(kGood))));
  provider_.Publish(JwkOf(first_, "one"));
  EXPECT_TRUE(test::WaitUntil([&] {
    clock_.Advance(limits::kKeySetPause);
    return StatusOf(Token(kGood)).ok();
  }));
  provider_.Break();
  const std::string token = Token(kGood, "one", nullptr, absl::Hours(48));
  clock_.Advance(limits::kKeySetAge - absl::Hours(1));
  EXPECT_TRUE(StatusOf(token).ok());
  clock_.Advance(absl::Hours(1) + absl::Minutes(1));
  EXPECT_TRUE(absl::IsUnavailable(StatusOf(token))) << "also as a credential that is known";
  provider_.Publish(JwkOf(first_, "one"));
  EXPECT_TRUE(test::WaitUntil([&] {
    clock_.Advance(limits::kKeySetPause);
    return StatusOf(token).ok();
  }));
}

TEST(ParseIssuers, NamesWhatIsWrong) {
  const auto error = [](const std::string& json) {
    return std::string(MessageOf(ParseIssuers(json).status()));
  };
  const auto with = [&](const std::string& members) {
    return error(R"({"issuers":[{"issuer":"https://a","jwksUri":"https://a/k","audience":"b",)" +
                 members + "}]}");
  };
  const std::string identities = R"("identities":[{"subject":"s","account":"a@b"}])";
  EXPECT_EQ(with(identities), "");
  EXPECT_EQ(with(identities + R"(,"caFile":"x.pem")"), "");
  EXPECT_THAT(error("nothing"), HasSubstr("not a JSON object"));
  EXPECT_THAT(error("{}"), HasSubstr("issuers: give a list"));
  EXPECT_THAT(error(R"({"issuers":[],"x":1})"), HasSubstr("unknown member \"x\""));
  EXPECT_THAT(error(R"({"issuers":[7]})"), HasSubstr("issuers[0]: is not an object"));
  EXPECT_THAT(error(R"({"issuers":[{"issuer":"https://a"}]})"), HasSubstr("jwksUri is missing"));
  EXPECT_THAT(
      error(R"({"issuers":[{"issuer":"http://a.example","jwksUri":"https://a","audience":"b",)" +
            identities + "}]}"),
      HasSubstr("invalid issuer: use an https:// URL"));
  for (const char* url :
       {"http://a/k", "ftp://a/k", "https://", "http://127.0.0.1.example.com/k"}) {
    EXPECT_THAT(error(fmt::format(
                    R"({{"issuers":[{{"issuer":"https://a","jwksUri":"{}","audience":"b",{}}}]}})",
                    url, identities)),
                HasSubstr("invalid jwksUri"))
        << url;
  }
  EXPECT_THAT(with(R"("identities":[])"), HasSubstr("identities: give a list"));
  EXPECT_THAT(with(R"("identities":[{"subject":"s"}])"), HasSubstr("identities[0]: account"));
  EXPECT_THAT(with(R"("identities":[{"subject":"s","email":"e","account":"a"}])"),
              HasSubstr("either subject"));
  EXPECT_THAT(with(R"("identities":[{"subject":"s","account":"a"},{"subject":"s","account":"b"}])"),
              HasSubstr("identities[1]: the identity is given twice"));
}

}  // namespace
}  // namespace zerotouch::auth
