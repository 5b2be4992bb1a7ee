// SPDX-License-Identifier: Apache-2.0
// Access control: credentials, scopes and the owners of resources.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>

#include "absl/time/clock.h"
#include "e2e/sandbox_test_base.h"

namespace zerotouch::test {
namespace {

constexpr char kRealm[] = "Bearer realm=\"https://accounts.google.com/\"";
constexpr char kInvalid[] =
    "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"";

class AccessTest : public SandboxTest {
 protected:
  Answer Get(const std::string& token) { return first_.Call("GET", path_, "", token); }

  // Returns a token of the first reseller for `endpoint`, modified by `change`.
  template <class Change>
  std::string Token(const Change& change) {
    const std::string& key = sandbox().first.credentials;
    crypto::JwtClaims claims = ClaimsOf(key, sandbox().endpoint);
    change(claims);
    return SignToken(key, claims);
  }

  // Returns an access token from the token endpoint for a scope.
  std::string AccessToken(const std::string& scope) {
    const std::string assertion = Token([&](crypto::JwtClaims& claims) {
      claims.audience = sandbox().endpoint + "/token";
      claims.scope = scope;
    });
    const Answer answer = PostForm(
        sandbox().endpoint + "/token",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json(answer.body)["/access_token"];
  }

  ProgramRun Admin(std::vector<std::string> arguments) {
    ProgramRun run = RunAdmin(std::move(arguments));
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run;
  }

  void ExpectUnauthenticated(const std::string& token, const char* reason) {
    SCOPED_TRACE(reason);
    for (const Answer& answer :
         {Get(token), first_.Call("POST", sandbox().first.Devices() + ":unclaimAsync",
                                  R"({"unclaims":[{}]})", token)}) {
      ExpectError(answer, 401, "UNAUTHENTICATED");
      EXPECT_EQ(answer.Header("WWW-Authenticate"), token.empty() ? kRealm : kInvalid);
      EXPECT_FALSE(Json(answer.body).Has("/error/details"));
    }
  }

  const std::string path_ = "/v1/partners/" + sandbox().first.partner + "/customers";
};

TEST_F(AccessTest, WithoutGoodCredentials_Is401) {
  using Claims = crypto::JwtClaims;
  ExpectUnauthenticated("", "none");
  ExpectUnauthenticated("forged", "no token of any kind");
  ExpectUnauthenticated("a.b.c", "a malformed JWT");
  ExpectUnauthenticated(Token([](Claims& claims) {
                          claims.expires_at = absl::Now() - absl::Minutes(2);
                          claims.issued_at = claims.expires_at - absl::Minutes(30);
                        }),
                        "expired");
  ExpectUnauthenticated(Token([](Claims& claims) {
                          claims.issued_at = absl::Now() + absl::Minutes(2);
                          claims.expires_at = absl::Now() + absl::Minutes(30);
                        }),
                        "not yet issued");
  ExpectUnauthenticated(
      Token([](Claims& claims) { claims.expires_at = claims.issued_at + absl::Hours(2); }),
      "good for too long");
  ExpectUnauthenticated(Token([](Claims& claims) { claims.audience = "https://example.com/"; }),
                        "another audience");
  ExpectUnauthenticated(Token([](Claims& claims) { claims.audience = sandbox().endpoint + "0/"; }),
                        "an audience that begins like this server's");
  ExpectUnauthenticated(Token([](Claims& claims) {
                          claims.audience = "";
                          claims.scope = "";
                        }),
                        "neither audience nor scope");
  ExpectUnauthenticated(Token([](Claims& claims) { claims.issuer = "nobody@example.com"; }),
                        "an account that is not there");
  const std::string other = ClaimsOf(sandbox().second.credentials, sandbox().endpoint).issuer;
  ExpectUnauthenticated(Token([&](Claims& claims) { claims.issuer = claims.subject = other; }),
                        "another account's key");
  std::string changed = AccessToken(kResellerScope);
  changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
  ExpectUnauthenticated(changed, "an access token with a changed letter");
}

TEST_F(AccessTest, EachKindOfCredential_IsAccepted) {
  using Claims = crypto::JwtClaims;
  EXPECT_EQ(Get(AccessToken(kResellerScope)).status, 200);
  for (const char* audience : {"https://androiddeviceprovisioning.googleapis.com/",
                               "https://androiddeviceprovisioning.googleapis.com"}) {
    EXPECT_EQ(Get(Token([&](Claims& claims) {
                claims.audience = audience;
                claims.scope = "";
              })).status,
              200)
        << audience;
  }
  for (const std::string& audience : {sandbox().endpoint, sandbox().endpoint + "/v1/partners"}) {
    EXPECT_EQ(Get(Token([&](Claims& claims) { claims.audience = audience; })).status, 200);
  }
  EXPECT_EQ(Get(Token([](Claims& claims) { claims.audience.reset(); })).status, 200)
      << "a scope instead of an audience";
  EXPECT_EQ(
      first_.Call("GET", path_ + "?access_token=" + AccessToken(kResellerScope), "", "").status,
      200);
}

TEST_F(AccessTest, TokenEndpoint_ExplainsErrors) {
  const auto grant = [&](const std::string& assertion) {
    return PostForm(
        sandbox().endpoint + "/token",
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + assertion);
  };
  const Answer bearer = grant(Token([](crypto::JwtClaims&) {}));
  EXPECT_EQ(bearer.status, 400);
  EXPECT_EQ(Json(bearer.body)["/error"], "invalid_grant") << "addressed to the API, not to /token";
  EXPECT_EQ(Json(grant("x").body)["/error"], "invalid_grant");
  const auto scoped = [&](const char* scope) {
    return Json(grant(Token([&](crypto::JwtClaims& claims) {
                  claims.audience = "https://oauth2.googleapis.com/token";
                  claims.scope = scope;
                })).body)["/error"];
  };
  EXPECT_EQ(scoped("https://www.googleapis.com/auth/drive"), "invalid_scope");
  EXPECT_EQ(scoped(kResellerScope), "") << "Google's own token endpoint, in the sandbox";
  EXPECT_EQ(Json(PostForm(sandbox().endpoint + "/token", "grant_type=password").body)["/error"],
            "unsupported_grant_type");
}

TEST_F(AccessTest, WithoutTheScope_Is403_ThatNamesIt) {
  const Answer answer = Get(AccessToken(kCustomerScope));
  ExpectError(answer, 403, "PERMISSION_DENIED");
  EXPECT_EQ(answer.Header("WWW-Authenticate"),
            fmt::format("{}, error=\"insufficient_scope\", scope=\"{}\"", kRealm, kResellerScope));
  const Json json(answer.body);
  EXPECT_EQ(json["/error/message"], "Request had insufficient authentication scopes.");
  EXPECT_EQ(json["/error/details/0/@type"], "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(json["/error/details/0/reason"], "ACCESS_TOKEN_SCOPE_INSUFFICIENT");
}

TEST_F(AccessTest, PathsOfOtherCompanies_Are403_ExistingOrNot) {
  const std::string theirs = ClaimedByOther(Imei("356938035643809"));
  for (const std::string& partner : {sandbox().second.partner, std::string("1")}) {
    const std::string devices = "/v1/partners/" + partner + "/devices";
    for (const Answer& answer :
         {first_.Get(devices + "/" + theirs), first_.Get(devices + "/5"),
          first_.Get("/v1/partners/" + partner + "/customers"),
          first_.Post(devices + ":unclaim", "{}"), first_.Post(devices + ":claim", "{}"),
          first_.Post(devices + ":unclaimAsync", R"({"unclaims":[{}]})"),
          first_.Post(devices + ":claimAsync", R"({"claims":[{}]})"),
          first_.Post(devices + ":findByIdentifier", "{}")}) {
      ExpectCustomError(answer, 403, "PERMISSION_DENIED", "AUTHORIZATION_FAIL");
      EXPECT_EQ(answer.Header("WWW-Authenticate"), "");
    }
  }
}

TEST_F(AccessTest, KeyMadeByAdmin_WorksImmediately_UntilItIsRevoked) {
  const std::string file = data_dir() + "/extra.json";
  for (const char* algorithm : {"RS256", "ES256"}) {
    SCOPED_TRACE(algorithm);
    const ProgramRun made = Admin({"keys", "create", "--partner", sandbox().first.partner, "--out",
                                   file, "--token-uri", sandbox().endpoint + "/token", "--email",
                                   "extra@example.com", "--algorithm", algorithm});
    ApiCaller caller(sandbox().endpoint, file);
    EXPECT_EQ(caller.Get(path_).status, 200);
    const std::string key_id = Json(ReadFile(file))["/private_key_id"];
    EXPECT_NE(made.out.find(key_id), std::string::npos) << made.out;
    Admin({"keys", "revoke", "--email", "extra@example.com", "--key-id", key_id});
    const Answer refused = caller.Get(path_);
    ExpectError(refused, 401, "UNAUTHENTICATED");
    EXPECT_EQ(refused.Header("WWW-Authenticate"), kInvalid);
    std::remove(file.c_str());
  }
}

TEST_F(AccessTest, DisabledAccount_IsRefusedImmediately_UntilItIsEnabled) {
  const std::string token = AccessToken(kResellerScope);
  const std::string email = ClaimsOf(sandbox().first.credentials, sandbox().endpoint).issuer;
  Admin({"accounts", "disable", email});
  ExpectUnauthenticated(token, "an access token of a disabled account");
  EXPECT_EQ(first_.Get(path_).status, 401) << "a self-signed one";
  Admin({"accounts", "enable", email});
  EXPECT_EQ(Get(token).status, 200);
}

}  // namespace
}  // namespace zerotouch::test
