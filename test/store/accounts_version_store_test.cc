// SPDX-License-Identifier: Apache-2.0
// AccountsVersion changes with everything that an authenticated caller is made of.

#include <atomic>
#include <set>
#include <thread>

#include "store/store_test_base.h"
#include "store/transfer.h"
#include "support/archive_rows.h"

namespace zerotouch::store {
namespace {

constexpr char kEmail[] = "robot@example.com";

class AccountsVersionStoreTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    Write([&](Transaction& tx) {
      return tx.AddAccount({.email = kEmail,
                            .client_id = "123",
                            .customers = {kCustomer},
                            .keys = {{.key_id = "k1", .public_pem = "PEM", .created = kNow}}});
    });
  }

  int64_t Version() {
    const int64_t version = store_->AccountsVersion().value();
    EXPECT_EQ(Read()->AccountsVersion().value(), version);
    return version;
  }

  // Expects that `mutation` makes a version that was not there before.
  void ExpectChanges(const char* what, const std::function<absl::Status(Transaction&)>& mutation) {
    seen_.insert(Version());
    Write(mutation);
    EXPECT_TRUE(seen_.insert(Version()).second) << what;
  }

  std::set<int64_t> seen_;
};

TEST_P(AccountsVersionStoreTest, ChangesWithAccountsKeysAndTerms) {
  ExpectChanges("a new account", [&](Transaction& tx) {
    return tx.AddAccount({.email = "second@example.com", .client_id = "1", .partner = kPartner});
  });
  User user;
  user.id = UserId(1);
  user.partner = kPartner;
  user.email = "ada@example.com";
  user.created = kNow;
  ExpectChanges("a new user", [&](Transaction& tx) { return tx.AddUser(user); });
  ExpectChanges("a removed user", [&](Transaction& tx) { return tx.RemoveUser(user); });
  const PortalSession session{.id = "session",
                              .email = "ada@example.com",
                              .name = {},
                              .groups = {},
                              .created = kNow,
                              .used = kNow,
                              .expires = kNow};
  Write([&](Transaction& tx) { return tx.AddSession(session); });
  ExpectChanges("an ended session", [&](Transaction& tx) { return tx.RemoveSession(session.id); });
  ExpectChanges("a new key", [&](Transaction& tx) {
    return tx.AddKey(kEmail, {.key_id = "k2", .public_pem = "PEM2", .created = kNow});
  });
  ExpectChanges("a revoked key", [&](Transaction& tx) { return tx.RevokeKey(kEmail, "k2"); });
  ExpectChanges("disabled", [&](Transaction& tx) { return tx.SetAccountDisabled(kEmail, true); });
  ExpectChanges("enabled", [&](Transaction& tx) { return tx.SetAccountDisabled(kEmail, false); });
  ExpectChanges("accepted terms",
                [&](Transaction& tx) { return tx.SetTerms(kCustomer, Terms::kAccepted); });
  ExpectChanges("the same again", [&](Transaction& tx) { return tx.RevokeKey(kEmail, "k1"); });
}

TEST_P(AccountsVersionStoreTest, ChangesWithForeignStatements) {
  for (const char* sql :
       {"UPDATE service_accounts SET partner = 5", "DELETE FROM account_customers",
        "UPDATE account_keys SET public_pem = 'other'", "DELETE FROM account_keys",
        "DELETE FROM service_accounts", "UPDATE customers SET terms = 2",
        "UPDATE meta SET key = 'secret'"}) {
    seen_.insert(Version());
    RunForeign(sql);
    EXPECT_TRUE(seen_.insert(Version()).second) << sql;
  }
}

TEST_P(AccountsVersionStoreTest, StaysTheSame_WhenUsesOfKeysAreNoted) {
  const auto uses = [&] {
    std::string text;
    const std::vector<KeyUse> all = Read()->ListKeyUses().value();
    for (const KeyUse& use : all) {
      text +=
          use.email + " " + use.key_id + " " + std::to_string(absl::ToUnixSeconds(use.used)) + "\n";
    }
    return text;
  };
  const auto note = [&](std::vector<KeyUse> some) {
    Write([&](Transaction& tx) { return tx.NoteKeyUses(some); });
  };
  Write([&](Transaction& tx) {
    return tx.AddKey(kEmail, {.key_id = "k0", .public_pem = "PEM", .created = kNow});
  });
  const int64_t before = Version();
  EXPECT_EQ(uses(), "");
  note({{kEmail, "k1", absl::FromUnixSeconds(7200)},
        {kEmail, "k0", absl::FromUnixSeconds(3600)},
        {kEmail, "unknown", absl::FromUnixSeconds(3600)},
        {"nobody@example.com", "k1", absl::FromUnixSeconds(3600)}});
  EXPECT_EQ(uses(), "robot@example.com k0 3600\nrobot@example.com k1 7200\n");
  // Another server's earlier use does not hide a later one.
  note({{kEmail, "k1", absl::FromUnixSeconds(3600)}, {kEmail, "k0", absl::FromUnixSeconds(7200)}});
  EXPECT_EQ(uses(), "robot@example.com k0 7200\nrobot@example.com k1 7200\n");
  Reopen();
  EXPECT_EQ(Version(), before);
  Write([&](Transaction& tx) { return tx.RevokeKey(kEmail, "k1"); });
  EXPECT_EQ(uses(), "robot@example.com k0 7200\n");
  // A key of the same id begins without a use.
  Write([&](Transaction& tx) {
    return tx.AddKey(kEmail, {.key_id = "k1", .public_pem = "PEM", .created = kNow});
  });
  EXPECT_EQ(uses(), "robot@example.com k0 7200\n");
}

TEST_P(AccountsVersionStoreTest, StaysTheSame_ForOtherChanges_AndForWritesThatFail) {
  const int64_t before = Version();
  AddDevice({1}, kPartner, kCustomer);
  Write([&](Transaction& tx) { return tx.PutDpc({.id = "d", .package_name = "p", .title = "t"}); });
  Write([&](Transaction& tx) {
    return tx.PutConfiguration({.id = ConfigurationId(5), .customer = kCustomer});
  });
  Write([&](Transaction& tx) {
    return tx.AddCustomer({.id = CustomerId(77), .name = "New", .created = kNow}, kPartner, {});
  });
  Write([&](Transaction& tx) {
    return tx.AddOperation(
        {.id = OperationId(5), .partner = kPartner, .items = 1, .accepted = kNow},
        std::vector<std::string>{"chunk"});
  });
  EXPECT_FALSE(store_
                   ->Write([&](Transaction& tx) -> absl::Status {
                     const absl::Status revoked = tx.RevokeKey(kEmail, "k1");
                     EXPECT_TRUE(revoked.ok()) << revoked;
                     return absl::CancelledError("no");
                   })
                   .ok());
  Reopen();
  EXPECT_EQ(Version(), before);
}

TEST_P(AccountsVersionStoreTest, OtherProcess_IsSeenFromTheNextReadOn) {
  const int64_t before = Version();
  auto admin = Open(url_, clock_, Role::kAdmin);
  ASSERT_TRUE(admin.ok()) << admin.status();
  ASSERT_TRUE((*admin)->Write([&](Transaction& tx) { return tx.RevokeKey(kEmail, "k1"); }).ok());
  EXPECT_NE(Version(), before);
}

TEST_P(AccountsVersionStoreTest, ReadThatBeginsAfterAChange_SeesIt_BesideManyOthers) {
  std::atomic<int64_t> old_version = 0;
  std::atomic<bool> stop = false;
  std::atomic<int> stale = 0;
  std::vector<std::thread> readers;
  for (int i = 0; i < 6; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const int64_t is_over = old_version;
        if (store_->AccountsVersion().value() == is_over) ++stale;
      }
    });
  }
  for (int i = 0; i < 30; ++i) {
    const int64_t before = store_->AccountsVersion().value();
    Write([&](Transaction& tx) { return tx.SetAccountDisabled(kEmail, i % 2 == 0); });
    old_version = before;
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(stale, 0);
}

// A server may have an empty registry open, into which another process imports.
TEST_P(AccountsVersionStoreTest, ChangesWithAnImport) {
  test::RowKeeper keeper;
  ASSERT_TRUE(Export(url_, keeper).ok());
  for (const Kind& kind : AllKinds()) {
    const test::TempDir dir;
    const std::string url = kind.url(dir.path());
    int64_t before = 0;
    {
      const auto target = Open(url, clock_);
      ASSERT_TRUE(target.ok()) << target.status();
      before = (*target)->Read().value()->AccountsVersion().value();
    }
    test::KeptRows source(keeper.rows);
    ASSERT_TRUE(Import(url, source).ok()) << kind.name;
    const auto target = Open(url, clock_);
    ASSERT_TRUE(target.ok()) << target.status();
    EXPECT_NE((*target)->Read().value()->AccountsVersion().value(), before) << kind.name;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, AccountsVersionStoreTest, testing::ValuesIn(AllKinds()),
                         NameOfKind);

}  // namespace
}  // namespace zerotouch::store
