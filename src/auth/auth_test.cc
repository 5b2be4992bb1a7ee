// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/access_token.h"
#include "auth/authenticator.h"
#include "auth/authorized.h"
#include "auth/token_endpoint.h"
#include "crypto/encoding.h"
#include "crypto/jwt.h"
#include "crypto/keys.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "model/api.h"
#include "support/temp_dir.h"
#include "support/wait.h"

namespace zerotouch::auth {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kEmail[] = "reseller@example.com";
constexpr char kEndpoint[] = "http://127.0.0.1:8080";
constexpr char kGrant[] = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
constexpr char kForm[] = "application/x-www-form-urlencoded";

class AuthTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(store_
                    ->Write([&](store::Transaction& tx) -> absl::Status {
                      absl::Status added = tx.AddPartner({.id = PartnerId(7), .name = "R"});
                      if (!added.ok()) return added;
                      return tx.AddAccount(
                          {.email = kEmail,
                           .client_id = "1",
                           .partner = PartnerId(7),
                           .keys = {{.key_id = "k1", .public_pem = key_.Public().ToPem()}}});
                    })
                    .ok());
  }

  crypto::JwtClaims Claims() const {
    return {.issuer = kEmail,
            .subject = kEmail,
            .audience = std::string(kEndpoint) + "/token",
            .scope = std::string(kResellerScope),
            .issued_at = clock_.Now(),
            .expires_at = clock_.Now() + absl::Hours(1)};
  }
  TokenAnswer Post(std::string_view type, std::string_view body, std::string_view query = "",
                   std::string_view host = "") {
    return tokens_.Answer({.content_type = type, .body = body, .query = query, .host = host});
  }
  TokenAnswer Ask(const crypto::JwtClaims& claims, const std::string& key_id = "k1") {
    return Post(
        kForm, std::string(kGrant) + "&assertion=" + crypto::SignJwt(key_, key_id, claims).value());
  }
  // Asks with claims that SignJwt would not write.
  TokenAnswer AskWith(const std::string& times) {
    const std::string text =
        crypto::Base64UrlEncode(R"({"alg":"ES256"})") + "." +
        crypto::Base64UrlEncode(fmt::format(R"({{"iss":"{}","aud":"{}/token","scope":"{}",{}}})",
                                            kEmail, kEndpoint, kResellerScope, times));
    return Post(kForm, fmt::format("{}&assertion={}.{}", kGrant, text,
                                   crypto::Base64UrlEncode(key_.Sign(text).value())));
  }
  // Returns true if a call with this bearer token is authenticated.
  bool IsAccepted(const std::string& token) {
    return authenticator_.Authenticate("bearer " + token, "").ok();
  }
  bool IsAccepted(const crypto::JwtClaims& claims) {
    return IsAccepted(crypto::SignJwt(key_, "k1", claims).value());
  }
  std::string TokenIn(const TokenAnswer& answer) {
    const size_t begin = answer.body.find("ya29");
    return answer.body.substr(begin, answer.body.find('"', begin) - begin);
  }

  test::TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const crypto::PrivateKey key_ = crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + dir_ / "registry.db", clock_).value();
  Audience audience_{kEndpoint};
  AccountCache accounts_{*store_};
  Authenticator authenticator_{accounts_, clock_, audience_};
  TokenEndpoint tokens_{*store_, accounts_, clock_, audience_};
};

TEST_F(AuthTest, GrantedToken_IsAccepted_UntilItExpires) {
  const TokenAnswer answer = Ask(Claims());
  ASSERT_EQ(answer.http_status, 200) << answer.body;
  const std::string token = TokenIn(answer);
  const auto caller = authenticator_.Authenticate("Bearer " + token, "");
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller->email, kEmail);
  EXPECT_EQ(caller->partner, PartnerId(7));
  EXPECT_EQ(caller->scopes, (Scopes{.reseller = true}));
  EXPECT_TRUE(authenticator_.Authenticate("", token).ok()) << "as access_token in the query";
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(IsAccepted(token));
}

TEST_F(AuthTest, GrantedToken_EndsWithItsKeyAndAccount) {
  const std::string token = TokenIn(Ask(Claims()));
  ASSERT_TRUE(
      store_->Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kEmail, true); })
          .ok());
  EXPECT_FALSE(IsAccepted(token));
  EXPECT_EQ(Ask(Claims()).http_status, 400);
  ASSERT_TRUE(
      store_->Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kEmail, false); })
          .ok());
  EXPECT_TRUE(IsAccepted(token));
  ASSERT_TRUE(
      store_->Write([](store::Transaction& tx) { return tx.RevokeKey(kEmail, "k1"); }).ok());
  EXPECT_FALSE(IsAccepted(token));
}

TEST_F(AuthTest, AssertionWithAnId_IsGoodOnce) {
  crypto::JwtClaims claims = Claims();
  claims.id = "first";
  EXPECT_EQ(Ask(claims).http_status, 200);
  const TokenAnswer again = Ask(claims);
  EXPECT_EQ(again.http_status, 400);
  EXPECT_THAT(again.body, testing::AllOf(HasSubstr("invalid_grant"), HasSubstr("jti was used")));
  claims.expires_at -= absl::Seconds(1);  // another signature, the same id
  EXPECT_EQ(Ask(claims).http_status, 400);
  claims.id = "second";
  EXPECT_EQ(Ask(claims).http_status, 200);
  // Google's clients send none, and may sign the same assertion twice in a second.
  claims.id = "";
  EXPECT_EQ(Ask(claims).http_status, 200);
  EXPECT_EQ(Ask(claims).http_status, 200);
  // An assertion that was refused may be corrected.
  claims.id = "third";
  claims.scope = "none";
  EXPECT_EQ(Ask(claims).http_status, 400);
  claims.scope = kResellerScope;
  EXPECT_EQ(Ask(claims).http_status, 200);
}

TEST_F(AuthTest, AssertionThatWasUsed_IsRefusedByAnotherServerOfTheRegistry) {
  crypto::JwtClaims claims = Claims();
  claims.id = "first";
  EXPECT_EQ(Ask(claims).http_status, 200);
  TokenEndpoint other(*store_, accounts_, clock_, audience_);
  const std::string body =
      fmt::format("{}&assertion={}", kGrant, crypto::SignJwt(key_, "k1", claims).value());
  EXPECT_THAT(other.Answer({.content_type = kForm, .body = body}).body, HasSubstr("jti was used"));
}

TEST_F(AuthTest, OnlyAssertionsWithAnId_WriteToTheRegistry) {
  const auto may_write = [&](const std::string& id) {
    crypto::JwtClaims claims = Claims();
    claims.id = id;
    const std::string body =
        fmt::format("{}&assertion={}", kGrant, crypto::SignJwt(key_, "k1", claims).value());
    return TokenEndpoint::MayWrite({.content_type = kForm, .body = body});
  };
  EXPECT_TRUE(may_write("first"));
  EXPECT_FALSE(may_write(""));
  EXPECT_FALSE(TokenEndpoint::MayWrite({.content_type = kForm, .body = "assertion=x.y.z"}));
}

TEST_F(AuthTest, UsesOfKeys_AreNotedOncePerHour) {
  const auto last_use = [&] {
    const auto uses = (*store_->Read())->ListKeyUses().value();
    return uses.empty() ? int64_t{-1} : KeyUses::HourOf(uses[0].used);
  };
  clock_.Set(absl::FromUnixSeconds(1'800'000'000 / 3600 * 3600 + 1800));  // half past
  const int64_t hour = KeyUses::HourOf(clock_.Now());
  const std::string before = TokenIn(Ask(Claims()));
  {
    KeyUses uses(*store_);
    authenticator_.SetKeyUses(uses);
    tokens_.SetKeyUses(uses);
    EXPECT_TRUE(IsAccepted(before));
    EXPECT_TRUE(test::WaitUntil([&] { return last_use() == hour; }));
    const int64_t version = store_->AccountsVersion().value();
    clock_.Advance(absl::Minutes(55));
    ASSERT_NE(KeyUses::HourOf(clock_.Now()), hour);
    EXPECT_TRUE(IsAccepted(before));
    EXPECT_TRUE(test::WaitUntil([&] { return last_use() == KeyUses::HourOf(clock_.Now()); }));
    EXPECT_EQ(store_->AccountsVersion().value(), version) << "nobody reads the accounts again";
    clock_.Advance(absl::Hours(1));
    EXPECT_EQ(Ask(Claims()).http_status, 200);
  }
  EXPECT_EQ(last_use(), KeyUses::HourOf(clock_.Now())) << "written before the end";
}

TEST_F(AuthTest, AnyByteOfATokenChanged_IsRefused) {
  const std::string token = TokenIn(Ask(Claims()));
  for (size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(IsAccepted(changed)) << "byte " << i;
  }
}

TEST_F(AuthTest, Assertion_TimesAudienceScopeAndKey_AreChecked) {
  const auto refused = [&](auto change, const char* error) {
    crypto::JwtClaims claims = Claims();
    change(claims);
    const TokenAnswer answer = Ask(claims);
    EXPECT_EQ(answer.http_status, 400) << answer.body;
    EXPECT_NE(answer.body.find(error), std::string::npos) << answer.body;
  };
  refused([](auto& c) { c.expires_at += absl::Seconds(2); }, "invalid_grant");
  refused(
      [](auto& c) {
        c.issued_at += absl::Seconds(62);
        c.expires_at += absl::Seconds(62);
      },
      "invalid_grant");
  refused(
      [](auto& c) {
        c.issued_at -= absl::Hours(3);
        c.expires_at -= absl::Seconds(3662);
      },
      "invalid_grant");
  refused([](auto& c) { c.audience = "https://oauth2.googleapis.com/token"; }, "invalid_grant");
  refused([](auto& c) { c.audience = std::nullopt; }, "invalid_grant");
  refused([](auto& c) { c.issuer = "nobody@example.com"; }, "invalid_grant");
  refused([](auto& c) { c.scope = "openid"; }, "invalid_scope");
  EXPECT_EQ(Ask(Claims(), "k2").http_status, 400) << "an unknown kid";
  EXPECT_EQ(Ask(Claims(), "").http_status, 200) << "no kid: any key of the account";
}

TEST_F(AuthTest, Assertion_MayHaveTimesWithFractions) {
  EXPECT_EQ(AskWith(R"("iat":1799999999.75,"exp":1800003599.5)").http_status, 200);
  EXPECT_EQ(AskWith(R"("iat":1800000000,"exp":1800003600.9)").http_status, 200)
      << "a client that rounds iat only";
  EXPECT_EQ(AskWith(R"("iat":1800000000,"exp":1800003601)").http_status, 400);
  EXPECT_EQ(AskWith(R"("iat":1800000000.5,"exp":1800000000.25)").http_status, 400);
}

TEST_F(AuthTest, Assertion_NotBeforeAFutureTime_IsRefused) {
  const std::string times = R"("iat":1800000000,"exp":1800003600,"nbf":)";
  for (const char* good : {"0", "1800000000", "1800000060", "1800000059.5"}) {
    EXPECT_EQ(AskWith(times + good).http_status, 200) << good;
  }
  const TokenAnswer refused = AskWith(times + "1800000060.5");
  EXPECT_EQ(refused.http_status, 400);
  EXPECT_THAT(refused.body, HasSubstr("Invalid JWT: nbf is in the future. Check your clock."));
}

TEST_F(AuthTest, TokenRequest_MayBeInTheQuery_AndMustBeComplete) {
  const std::string assertion = crypto::SignJwt(key_, "k1", Claims()).value();
  EXPECT_EQ(Post("", "", std::string(kGrant) + "&assertion=" + assertion).http_status, 200);
  EXPECT_EQ(Post(kForm, "assertion=" + assertion, kGrant).http_status, 200);
  EXPECT_THAT(Post(kForm, "grant_type=password").body, HasSubstr("unsupported_grant_type"));
  EXPECT_THAT(Post(kForm, kGrant).body, HasSubstr("invalid_request"));
  EXPECT_THAT(Post(kForm, "assertion=" + assertion).body, HasSubstr("invalid_request"));
  EXPECT_THAT(Post(kForm, std::string(kGrant) + "&assertion=%zz").body,
              HasSubstr("Malformed percent-encoding"));
}

TEST_F(AuthTest, TokenRequest_ParameterGivenTwice_IsRefused) {
  const std::string assertion = "assertion=" + crypto::SignJwt(key_, "k1", Claims()).value();
  const std::string good = std::string(kGrant) + "&" + assertion;
  ASSERT_EQ(Post(kForm, good).http_status, 200);
  for (const std::string& more : {assertion, std::string(kGrant), std::string("x=1&x=1"),
                                  std::string("assertion="), std::string("%61ssertion=a")}) {
    const TokenAnswer answer = Post(kForm, good + "&" + more);
    EXPECT_EQ(answer.http_status, 400) << more;
    EXPECT_THAT(answer.body, HasSubstr("is given more than once")) << more;
  }
  EXPECT_EQ(Post(kForm, good, assertion).http_status, 400) << "in the query and in the body";
  EXPECT_EQ(Post(kForm, good, "x=1").http_status, 200);
}

TEST_F(AuthTest, TokenRequest_MediaType_IsComparedWithoutCaseAndParameters) {
  const std::string body =
      std::string(kGrant) + "&assertion=" + crypto::SignJwt(key_, "k1", Claims()).value();
  for (const char* type :
       {"application/x-www-form-urlencoded; charset=UTF-8", "Application/X-WWW-Form-Urlencoded",
        "APPLICATION/X-WWW-FORM-URLENCODED;"}) {
    EXPECT_EQ(Post(type, body).http_status, 200) << type;
  }
  for (const char* type : {"", "application/x-www-form-urlencodedX", "text/plain",
                           "multipart/form-data; boundary=x"}) {
    EXPECT_THAT(Post(type, body).body, HasSubstr("Unsupported Content-Type")) << type;
  }
}

TEST_F(AuthTest, TokenRequest_JsonBody_IsReadLikeAForm) {
  constexpr char kJson[] = "application/json";
  const std::string members =
      fmt::format(R"("grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"{}")",
                  crypto::SignJwt(key_, "k1", Claims()).value());
  EXPECT_EQ(Post(kJson, "{" + members + "}").http_status, 200);
  EXPECT_EQ(Post("Application/JSON; charset=utf-8", "{" + members + "}").http_status, 200);
  for (const std::string& bad :
       {"{" + members + ",\"assertion\":\"x\"}", "{" + members + ",\"x\":1}", std::string("[]"),
        std::string("{"), std::string(R"({"grant_type":1})"), std::string("a=b")}) {
    const TokenAnswer answer = Post(kJson, bad);
    EXPECT_EQ(answer.http_status, 400) << bad;
    EXPECT_THAT(answer.body, HasSubstr("invalid_request")) << bad;
  }
}

TEST_F(AuthTest, Sandbox_AcceptsGooglesAudiences_AndTheHostThatWasCalled) {
  const Audience sandbox(kEndpoint, /*sandbox=*/true);
  for (const char* google :
       {"https://oauth2.googleapis.com/token", "https://www.googleapis.com/oauth2/v4/token",
        "https://accounts.google.com/o/oauth2/token"}) {
    EXPECT_TRUE(sandbox.AcceptsAssertion(google, "")) << google;
    EXPECT_FALSE(audience_.AcceptsAssertion(google, "")) << google;
  }
  for (const char* name : {"http://registry:8080/token", "https://Registry:8080/token"}) {
    EXPECT_TRUE(sandbox.AcceptsAssertion(name, "registry:8080")) << name;
    EXPECT_FALSE(audience_.AcceptsAssertion(name, "registry:8080")) << name;
    EXPECT_FALSE(sandbox.AcceptsAssertion(name, "registry")) << name;
    EXPECT_FALSE(sandbox.AcceptsAssertion(name, "")) << name;
  }
  EXPECT_TRUE(sandbox.AcceptsAssertion("http://[::1]:8080/token", "[::1]:8080"));
  EXPECT_FALSE(sandbox.AcceptsAssertion("https:///token", ""));
  EXPECT_FALSE(sandbox.AcceptsAssertion("http://registry:8080/", "registry:8080"));
}

TEST_F(AuthTest, SelfSignedToken_AudienceOrScope) {
  const auto with = [&](std::optional<std::string> audience, const std::string& scope) {
    crypto::JwtClaims claims = Claims();
    claims.audience = std::move(audience);
    claims.scope = scope;
    return IsAccepted(claims);
  };
  EXPECT_TRUE(with("https://androiddeviceprovisioning.googleapis.com/", ""));
  EXPECT_TRUE(with("https://androiddeviceprovisioning.googleapis.com", ""));
  EXPECT_TRUE(with("http://127.0.0.1:8080/v1/partners", ""));
  EXPECT_FALSE(with("http://127.0.0.1:80801/", ""));
  EXPECT_FALSE(with("https://example.com/", std::string(kResellerScope)));
  EXPECT_TRUE(with(std::nullopt, std::string(kResellerScope)));
  EXPECT_FALSE(with(std::nullopt, ""));
}

TEST_F(AuthTest, Refusal_IsExplainedInTheLogAlone) {
  const auto logged = [&](const auto& call) {
    testing::internal::CaptureStderr();
    call();
    return testing::internal::GetCapturedStderr();
  };
  const auto with = [&](auto change) {
    crypto::JwtClaims claims = Claims();
    change(claims);
    return logged([&] { EXPECT_FALSE(IsAccepted(claims)); });
  };
  EXPECT_THAT(with([](auto& c) { c.audience = "https://example.com/"; }),
              HasSubstr("aud of the JWT is not this server's URL"));
  EXPECT_THAT(with([](auto& c) { c.audience = std::nullopt, c.scope = ""; }),
              HasSubstr("neither aud nor scope"));
  EXPECT_THAT(with([](auto& c) { c.issuer = "nobody@example.com"; }),
              HasSubstr("no account has the name in iss"));
  EXPECT_THAT(logged([&] { EXPECT_FALSE(IsAccepted("ya29.nonsense")); }), HasSubstr("reason"));
  std::string answer;
  EXPECT_THAT(logged([&] { answer = Ask(Claims(), "k2").body; }),
              HasSubstr("is the key file an old one?"));
  EXPECT_THAT(answer, Not(HasSubstr("old")));
}

TEST_F(AuthTest, Authorize_NeedsScopeAndBinding) {
  api::UnclaimDeviceRequest request;
  request.set_partner_id(7);
  const Principal good{.email = kEmail, .scopes = {.reseller = true}, .partner = PartnerId(7)};
  Principal unscoped = good;
  unscoped.scopes = {.customer = true};
  Principal other = good;
  other.partner = PartnerId(8);
  Principal customer = good;
  customer.partner = PartnerId();
  const auto code = [&](const Principal& caller) {
    return Authorize<ActsForPartner>(caller, request, "M").status().code();
  };
  EXPECT_EQ(code(good), absl::StatusCode::kOk);
  EXPECT_EQ(code(unscoped), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(other), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(code(customer), absl::StatusCode::kPermissionDenied);
  request.set_partner_id(0);
  EXPECT_EQ(code(customer), absl::StatusCode::kPermissionDenied);
  api::GetDeviceRequest get;
  for (const char* name : {"", "partners/8/devices/1", "partners/x/devices/1", "partners/71"}) {
    get.set_name(name);
    EXPECT_FALSE(Authorize<ActsForPartner>(good, get, "M").ok()) << name;
  }
  get.set_name("partners/7/devices/1");
  EXPECT_TRUE(Authorize<ActsForPartner>(good, get, "M").ok());
}

TEST_F(AuthTest, Authorize_Customer_NeedsScopeBindingAndTerms) {
  const CustomerId bound(11), pending(12), foreign(13);
  const Principal good{.email = kEmail,
                       .scopes = {.customer = true},
                       .customers = {bound, pending},
                       .terms_pending = {pending}};
  const auto status = [](const Principal& caller, CustomerId customer) {
    api::CustomerListDevicesRequest list;
    list.set_parent(FormatCustomerName(customer));
    api::GetCustomerDeviceRequest get;
    get.set_name(FormatCustomerDeviceName(customer, DeviceId(1)));
    api::UpdateConfigurationRequest update;
    update.mutable_configuration()->set_name(FormatConfigurationName(customer, ConfigurationId(1)));
    absl::Status by_parent = Authorize<ActsForCustomer>(caller, list, "M").status();
    EXPECT_EQ(Authorize<ActsForCustomer>(caller, get, "M").status(), by_parent);
    EXPECT_EQ(Authorize<ActsForCustomer>(caller, update, "M").status(), by_parent);
    return by_parent;
  };
  EXPECT_TRUE(status(good, bound).ok());
  EXPECT_EQ(status(good, pending), errors::TermsNotAccepted());
  EXPECT_EQ(status(good, foreign), errors::NotAllowed());
  Principal unscoped = good;
  unscoped.scopes = {.reseller = true};
  EXPECT_EQ(status(unscoped, bound), errors::InsufficientScope(kCustomerScope, "M"));
  EXPECT_EQ(status(unscoped, pending), errors::InsufficientScope(kCustomerScope, "M"));
  api::CustomerListDevicesRequest nameless;
  for (const char* parent : {"", "customers/x", "partners/11", "customers/110", "customers/11x"}) {
    nameless.set_parent(parent);
    EXPECT_EQ(Authorize<ActsForCustomer>(good, nameless, "M").status(), errors::NotAllowed())
        << parent;
  }
}

TEST_F(AuthTest, Authorize_ListsCustomers_UnlessAllTermsArePending) {
  const CustomerId first(11), second(12);
  Principal caller{.email = kEmail, .scopes = {.customer = true}};
  const auto listed = [&] {
    return Authorize<ListsCustomers>(caller, api::CustomerListCustomersRequest(), "M");
  };
  EXPECT_TRUE(listed()->right().customers.empty());
  caller.customers = {first, second};
  caller.terms_pending = {second};
  EXPECT_EQ(listed()->right().customers, caller.customers) << "with those that are pending";
  caller.terms_pending = caller.customers;
  EXPECT_EQ(listed().status(), errors::TermsNotAccepted());
  caller.scopes = {.reseller = true};
  EXPECT_EQ(listed().status(), errors::InsufficientScope(kCustomerScope, "M"));
}

}  // namespace
}  // namespace zerotouch::auth
