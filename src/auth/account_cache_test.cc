// SPDX-License-Identifier: Apache-2.0
// Accounts and credentials that are remembered hold exactly as long as in the store.
#include "auth/account_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "auth/access_token.h"
#include "auth/authenticator.h"
#include "auth/token_endpoint.h"
#include "crypto/jwt.h"
#include "crypto/keys.h"
#include "support/temp_dir.h"

namespace zerotouch::auth {
namespace {

constexpr char kRobot[] = "robot@example.com";
constexpr char kRoot[] = "http://127.0.0.1:8080";

// Counts the snapshots that are opened.
class CountingReads final : public store::Store {
 public:
  explicit CountingReads(store::Store& store) : store_(store) {}
  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() override {
    ++reads_;
    return store_.Read();
  }
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>& write) override {
    return store_.Write(write);
  }
  void OnOperation(std::function<void()>) override {}
  absl::Status Ping() override { return store_.Ping(); }
  int Take() { return reads_.exchange(0); }

 private:
  store::Store& store_;
  std::atomic<int> reads_ = 0;
};

class AccountCacheTest : public testing::Test {
 protected:
  void SetUp() override {
    Write([&](store::Transaction& tx) -> absl::Status {
      const absl::Status added = tx.AddPartner({.id = PartnerId(7), .name = "R"});
      return added.ok() ? tx.AddCustomer({.id = CustomerId(9), .name = "C"}, PartnerId(7), {})
                        : added;
    });
    Write([&](store::Transaction& tx) {
      return tx.AddAccount({.email = kRobot,
                            .client_id = "1",
                            .customers = {CustomerId(9)},
                            .keys = {{.key_id = "k1", .public_pem = key_.Public().ToPem()}}});
    });
  }

  // Changes the registry as another process does.
  void Write(const std::function<absl::Status(store::Transaction&)>& mutation) {
    const absl::Status status = admin_->Write(mutation);
    ASSERT_TRUE(status.ok()) << status;
  }
  std::string Jwt(absl::Duration issued_ago = absl::ZeroDuration()) {
    const absl::Time issued = clock_.Now() - issued_ago;
    return "Bearer " + crypto::SignJwt(key_, "k1",
                                       {.issuer = kRobot,
                                        .audience = kRoot,
                                        .issued_at = issued,
                                        .expires_at = issued + absl::Hours(1)})
                           .value();
  }
  std::string AccessToken() {
    const std::string secret = store_->Read().value()->ServerSecret().value();
    return "Bearer " + MintToken({.email = kRobot,
                                  .key_id = "k1",
                                  .scopes = {.customer = true},
                                  .expires = clock_.Now() + absl::Hours(1)},
                                 TokenKeyOf(secret));
  }
  bool IsGood(const std::string& header) { return authenticator_.Authenticate(header, "").ok(); }

  test::TempDir dir_;
  const std::string url_ = "sqlite://" + dir_ / "registry.db";
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  const crypto::PrivateKey key_ = crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  const std::unique_ptr<store::Store> store_ = store::Open(url_, clock_).value();
  const std::unique_ptr<store::Store> admin_ =
      store::Open(url_, clock_, store::Role::kAdmin).value();
  CountingReads counting_{*store_};
  AccountCache accounts_{counting_};
  const Audience audience_{kRoot};
  const Authenticator authenticator_{accounts_, clock_, audience_};
};

TEST_F(AccountCacheTest, KnownCredential_CostsOneRead) {
  for (const std::string& header : {Jwt(), AccessToken()}) {
    EXPECT_TRUE(IsGood(header));
    counting_.Take();
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(IsGood(header));
    EXPECT_EQ(counting_.Take(), 3);
  }
  EXPECT_TRUE(IsGood(Jwt(absl::Seconds(1)))) << "another token of a known account";
  EXPECT_EQ(counting_.Take(), 1);
}

TEST_F(AccountCacheTest, ChangesByAnotherProcess_HoldFromTheNextCallOn) {
  const std::vector<std::string> headers = {Jwt(), AccessToken()};
  const auto expect = [&](bool good, const char* why) {
    for (const std::string& header : headers) EXPECT_EQ(IsGood(header), good) << why;
  };
  expect(true, "at first");
  Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kRobot, true); });
  expect(false, "disabled");
  Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kRobot, false); });
  expect(true, "enabled");
  EXPECT_EQ(authenticator_.Authenticate(headers[0], "")->terms_pending.size(), 1u);
  Write([](store::Transaction& tx) { return tx.SetTerms(CustomerId(9), store::Terms::kAccepted); });
  EXPECT_EQ(authenticator_.Authenticate(headers[0], "")->terms_pending.size(), 0u);
  Write([](store::Transaction& tx) { return tx.RevokeKey(kRobot, "k1"); });
  expect(false, "revoked");
  const crypto::PrivateKey other = crypto::PrivateKey::Generate(key_.algorithm()).value();
  Write([&](store::Transaction& tx) {
    return tx.AddKey(kRobot, {.key_id = "k1", .public_pem = other.Public().ToPem()});
  });
  EXPECT_FALSE(IsGood(headers[0])) << "another key with the same id";
}

TEST_F(AccountCacheTest, KnownCredential_IsRefusedOutsideOfItsTime) {
  const std::string jwt = Jwt(absl::Seconds(-50));  // not yet issued, within the skew
  const std::string token = AccessToken();
  EXPECT_TRUE(IsGood(jwt));
  EXPECT_TRUE(IsGood(token));
  const absl::Time start = clock_.Now();
  clock_.Set(start - absl::Seconds(20));
  EXPECT_FALSE(IsGood(jwt)) << "the clock went back";
  clock_.Set(start + absl::Hours(1) - absl::Seconds(1));
  EXPECT_TRUE(IsGood(token));
  clock_.Set(start + absl::Hours(1));
  EXPECT_FALSE(IsGood(token));
  EXPECT_TRUE(IsGood(jwt));
  clock_.Set(start + absl::Hours(1) + absl::Seconds(111));
  EXPECT_FALSE(IsGood(jwt));
}

TEST_F(AccountCacheTest, ForgedCredentials_AreNotRemembered) {
  std::string forged = AccessToken();
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(IsGood(forged));
  const auto nobody = [&] { return accounts_.Find("nobody@example.com", 0); };
  counting_.Take();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(nobody().value(), nullptr);
  EXPECT_EQ(counting_.Take(), 2) << "an account that is added later is found";
}

// A call that begins after a revocation never sees the key.
TEST_F(AccountCacheTest, RevocationBesideCalls_EndsThem) {
  const std::string header = Jwt();
  std::atomic<bool> revoked = false, stop = false;
  std::atomic<int> late = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 3; ++i) {
    callers.emplace_back([&] {
      while (!stop) {
        const bool was_revoked = revoked;
        if (IsGood(header) && was_revoked) ++late;
      }
    });
  }
  Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kRobot, true); });
  Write([](store::Transaction& tx) { return tx.SetAccountDisabled(kRobot, false); });
  Write([](store::Transaction& tx) { return tx.RevokeKey(kRobot, "k1"); });
  revoked = true;
  for (int i = 0; i < 200; ++i) EXPECT_FALSE(IsGood(header));
  stop = true;
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(late, 0);
}

}  // namespace
}  // namespace zerotouch::auth
