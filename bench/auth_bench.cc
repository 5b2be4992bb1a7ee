// SPDX-License-Identifier: Apache-2.0
// Measures how many calls per second Authenticate answers, by access token and by
// self-signed JWT, on each kind of store, and what the signatures alone take.

#include <fmt/format.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "auth/access_token.h"
#include "auth/authenticator.h"
#include "bench/statistics.h"
#include "crypto/jwt.h"
#include "crypto/keys.h"
#include "store/store.h"
#include "support/postgres_cluster.h"
#include "support/temp_dir.h"

namespace zerotouch::bench {
namespace {

constexpr char kEmail[] = "reseller@example.com";
constexpr char kEndpoint[] = "http://127.0.0.1:8080";
constexpr double kMilliseconds = 1'000;

struct Credential {
  std::string name;
  std::string header;
};

void Require(bool ok, std::string_view what) {
  if (ok) return;
  fmt::print(stderr, "cannot {}\n", what);
  std::exit(1);
}

// Calls `call` for a second on each of `threads` threads. Returns calls per second.
double Rate(int threads, const std::function<bool()>& call) {
  std::atomic<int64_t> calls = 0;
  const SteadyClock::time_point begun = SteadyClock::now();
  std::vector<std::thread> all;
  for (int i = 0; i < threads; ++i) {
    all.emplace_back([&] {
      int64_t mine = 0;
      while (MillisecondsSince(begun) < kMilliseconds) {
        Require(call(), "authenticate");
        ++mine;
      }
      calls += mine;
    });
  }
  for (std::thread& thread : all) thread.join();
  return static_cast<double>(calls) * 1'000 / MillisecondsSince(begun);
}

// Makes the account with both keys, and returns a credential of each kind.
std::vector<Credential> Fill(store::Store& store, const crypto::PrivateKey& rsa,
                             const crypto::PrivateKey& ec) {
  const absl::Status added = store.Write([&](store::Transaction& tx) -> absl::Status {
    if (absl::Status status = tx.AddPartner({.id = PartnerId(7), .name = "R"}); !status.ok()) {
      return status;
    }
    return tx.AddAccount({.email = kEmail,
                          .client_id = "1",
                          .partner = PartnerId(7),
                          .keys = {{.key_id = "ec", .public_pem = ec.Public().ToPem()},
                                   {.key_id = "rsa", .public_pem = rsa.Public().ToPem()}}});
  });
  Require(added.ok(), "add the account");
  const absl::Time now = absl::Now();
  const crypto::JwtClaims claims{.issuer = kEmail,
                                 .subject = kEmail,
                                 .audience = kEndpoint,
                                 .scope = std::string(auth::kResellerScope),
                                 .issued_at = now,
                                 .expires_at = now + absl::Minutes(59)};
  const std::string secret = store.Read().value()->ServerSecret().value();
  const std::string token = auth::MintToken({.email = kEmail,
                                             .key_id = "rsa",
                                             .scopes = {.reseller = true},
                                             .expires = now + absl::Hours(1)},
                                            auth::TokenKeyOf(secret));
  return {{"access token", "Bearer " + token},
          {"JWT RS256", "Bearer " + crypto::SignJwt(rsa, "rsa", claims).value()},
          {"JWT ES256", "Bearer " + crypto::SignJwt(ec, "ec", claims).value()}};
}

void Measure(const std::string& name, const std::string& url, const crypto::PrivateKey& rsa,
             const crypto::PrivateKey& ec) {
  const std::unique_ptr<store::Store> store = store::Open(url, Clock::System()).value();
  const std::vector<Credential> credentials = Fill(*store, rsa, ec);
  const auth::Audience audience(kEndpoint);
  auth::AccountCache accounts(*store);
  const auth::Authenticator authenticator(accounts, Clock::System(), audience);
  // Reads what each call would read without a cache.
  const auto read_account = [&] {
    const auto snapshot = store->Read();
    return snapshot.ok() && (*snapshot)->ServerSecret().ok() &&
           (*snapshot)->FindAccount(kEmail).ok();
  };
  for (const int threads : {1, 8}) {
    fmt::print("{:<10} {:<13} {} threads: {:>9.0f} calls/s\n", name, "account read", threads,
               Rate(threads, read_account));
  }
  for (const Credential& one : credentials) {
    for (const int threads : {1, 8}) {
      const double rate =
          Rate(threads, [&] { return authenticator.Authenticate(one.header, "").ok(); });
      fmt::print("{:<10} {:<13} {} threads: {:>9.0f} calls/s\n", name, one.name, threads, rate);
    }
  }
}

void MeasureSignatures(const crypto::PrivateKey& rsa, const crypto::PrivateKey& ec) {
  const std::string secret(32, 's');
  const std::string token = auth::MintToken(
      {.email = kEmail, .key_id = "rsa", .scopes = {}, .expires = absl::Now()}, secret);
  fmt::print("{:<24} 1 threads: {:>9.0f} calls/s\n", "token MAC",
             Rate(1, [&] { return auth::ReadToken(token, secret).has_value(); }));
  const std::string text(400, 'x');
  for (const crypto::PrivateKey& key : {rsa, ec}) {
    const std::string signature = key.Sign(text).value();
    const crypto::PublicKey verifier = key.Public();
    fmt::print("{:<24} 1 threads: {:>9.0f} calls/s\n",
               fmt::format("signature {}", crypto::NameOf(key.algorithm())),
               Rate(1, [&] { return verifier.Verify(text, signature); }));
  }
}

}  // namespace

void Run() {
  const crypto::PrivateKey rsa = crypto::PrivateKey::Generate(crypto::Algorithm::kRs256).value();
  const crypto::PrivateKey ec = crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  MeasureSignatures(rsa, ec);
  const test::TempDir dir;
  Measure("SQLite", "sqlite://" + dir / "registry.db", rsa, ec);
  Measure("PostgreSQL", test::PostgresCluster::Shared().CreateDatabase(), rsa, ec);
}

}  // namespace zerotouch::bench

int main() { zerotouch::bench::Run(); }
