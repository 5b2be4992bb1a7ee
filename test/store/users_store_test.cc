// SPDX-License-Identifier: Apache-2.0
// Persons, their roles and their sessions.

#include <gmock/gmock.h>

#include <optional>

#include "store/store_test_base.h"
#include "store/users.h"

namespace zerotouch::store {
namespace {

using ::testing::ElementsAre;

class UsersStoreTest : public StoreTest {
 protected:
  User Person(int64_t id, const std::string& email, PartnerId partner,
              CustomerId customer = {}) const {
    User user;
    user.id = UserId(id);
    user.partner = partner;
    user.customer = customer;
    user.email = email;
    user.role = UserRole::kManager;
    user.created = kNow;
    return user;
  }
  User Group(int64_t id, const std::string& group, CustomerId customer) const {
    User user = Person(id, "", PartnerId(), customer);
    user.group = group;
    return user;
  }
  void Add(const User& user) {
    Write([&](Transaction& tx) { return tx.AddUser(user); });
  }
  static std::vector<int64_t> IdsOf(const absl::StatusOr<std::vector<User>>& users) {
    std::vector<int64_t> ids;
    for (const User& user : users.value()) ids.push_back(user.id.value());
    return ids;
  }
  PortalSession Session(char id, absl::Time used) const {
    return {.id = std::string(31, 's') + id,
            .email = "ada@example.com",
            .name = "Ada",
            .groups = {"it", "ops"},
            .is_account = id == 'a',
            .created = kNow,
            .used = used,
            .expires = kNow + absl::Hours(12)};
  }
  std::optional<PortalSession> Find(const PortalSession& session) {
    return Read()->FindSession(session.id).value();
  }
};

TEST_P(UsersStoreTest, Users_AreFoundByCompanyPersonAndGroup) {
  Add(Person(4, "ada@example.com", kPartner));
  Add(Person(3, "ada@example.com", PartnerId(), kCustomer));
  Add(Group(2, "it", kCustomer));
  Add(Person(1, "bob@example.com", kPartner));
  EXPECT_THAT(IdsOf(Read()->ListUsers(kPartner, CustomerId())), ElementsAre(1, 4));
  EXPECT_THAT(IdsOf(Read()->ListUsers(PartnerId(), kCustomer)), ElementsAre(2, 3));
  EXPECT_THAT(IdsOf(Read()->ListAllUsers()), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(IdsOf(Read()->FindUsers("ada@example.com", {})), ElementsAre(3, 4));
  const std::vector<std::string> groups = {"none", "it"};
  EXPECT_THAT(IdsOf(Read()->FindUsers("ada@example.com", groups)), ElementsAre(2, 3, 4));
  const std::vector<std::string> empty = {""};
  EXPECT_THAT(IdsOf(Read()->FindUsers("", empty)), ElementsAre());
  const User found = Read()->ListUsers(PartnerId(), kCustomer)->at(0);
  EXPECT_EQ(found.group, "it");
  EXPECT_EQ(found.role, UserRole::kManager);
  EXPECT_EQ(found.created, kNow);
}

TEST_P(UsersStoreTest, AUser_IsAddedOnce_AndRemovedByItsCompanyOnly) {
  Add(Person(1, "ada@example.com", kPartner));
  EXPECT_EQ(store_
                ->Write([&](Transaction& tx) {
                  return tx.AddUser(Person(2, "ada@example.com", kPartner));
                })
                .code(),
            absl::StatusCode::kAlreadyExists);
  const auto remove = [&](const User& user) {
    return store_->Write([&](Transaction& tx) { return tx.RemoveUser(user); }).code();
  };
  EXPECT_EQ(remove(Person(1, "", PartnerId(), kCustomer)), absl::StatusCode::kNotFound);
  EXPECT_EQ(remove(Person(1, "", kPartner)), absl::StatusCode::kOk);
  EXPECT_EQ(remove(Person(1, "", kPartner)), absl::StatusCode::kNotFound);
}

TEST_P(UsersStoreTest, ASession_IsFoundUntilItIsRemoved) {
  for (const char id : {'a', 'b'}) {
    const PortalSession session = Session(id, kNow);
    Write([&](Transaction& tx) { return tx.AddSession(session); });
    const std::optional<PortalSession> found = Find(session);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->id, session.id);
    EXPECT_EQ(found->email, "ada@example.com");
    EXPECT_EQ(found->name, "Ada");
    EXPECT_THAT(found->groups, ElementsAre("it", "ops"));
    EXPECT_EQ(found->is_account, id == 'a');
    EXPECT_EQ(found->expires, session.expires);
  }
  EXPECT_EQ(Read()->CountSessions().value(), 2);
  const PortalSession first = Session('a', kNow);
  Write([&](Transaction& tx) { return tx.SetSessionUsed(first.id, kNow + absl::Minutes(2)); });
  Write([&](Transaction& tx) { return tx.SetSessionUsed(first.id, kNow); });
  EXPECT_EQ(Find(first)->used, kNow + absl::Minutes(2)) << "the clock of a replica may be behind";
  Write([&](Transaction& tx) { return tx.RemoveSession(first.id); });
  Write([&](Transaction& tx) { return tx.RemoveSession(first.id); });
  EXPECT_FALSE(Find(first).has_value());
  EXPECT_EQ(Read()->CountSessions().value(), 1);
}

TEST_P(UsersStoreTest, Prune_RemovesWhatEnded_AndTheOldestOfAPerson) {
  PortalSession expired = Session('x', kNow);
  expired.email = "bob@example.com";
  expired.expires = kNow;
  PortalSession idle = Session('i', kNow - absl::Hours(2));
  idle.email = "bob@example.com";
  PortalSession other = Session('o', kNow - absl::Minutes(50));
  other.email = "bob@example.com";
  std::vector<PortalSession> all = {expired, idle, other};
  for (const char id : {'1', '2', '3'}) {
    all.push_back(Session(id, kNow - absl::Minutes(id - '0')));
  }
  Write([&](Transaction& tx) -> absl::Status {
    for (const PortalSession& session : all) {
      const absl::Status added = tx.AddSession(session);
      if (!added.ok()) return added;
    }
    return tx.PruneSessions("ada@example.com", 2, kNow, kNow - absl::Hours(1));
  });
  EXPECT_FALSE(Find(expired).has_value());
  EXPECT_FALSE(Find(idle).has_value());
  EXPECT_TRUE(Find(other).has_value());
  EXPECT_TRUE(Find(Session('1', kNow)).has_value());
  EXPECT_TRUE(Find(Session('2', kNow)).has_value());
  EXPECT_FALSE(Find(Session('3', kNow)).has_value());
}

INSTANTIATE_TEST_SUITE_P(Stores, UsersStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
