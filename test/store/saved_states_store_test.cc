// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>

#include "base/limits.h"
#include "store/errors.h"
#include "store/saved_states.h"
#include "store/store_test_base.h"

// Saving and restoring whole registries, on every kind of store.
namespace zerotouch::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class SavedStatesStoreTest : public StoreTest {
 protected:
  SavedStates& states() { return *store_->saved_states(); }
  absl::Status Save(std::string id, std::string note = "") {
    return states().Save({.id = std::move(id), .created = clock_.Now(), .note = std::move(note)});
  }
  std::vector<std::string> PartnerNames() {
    std::vector<std::string> names;
    const std::vector<Partner> partners = Read()->ListPartners().value();
    for (const Partner& partner : partners) names.push_back(partner.name);
    return names;
  }
  void AddPartnerNamed(int64_t id, const std::string& name) {
    Write([&](Transaction& tx) {
      return tx.AddPartner({.id = PartnerId(id), .name = name, .created = kNow});
    });
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    const std::vector<SavedState> saved = states().List().value();
    for (const SavedState& state : saved) ids.push_back(state.id);
    return ids;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, SavedStatesStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

TEST_P(SavedStatesStoreTest, Restore_BringsEverythingBack) {
  const std::vector<std::string> before = PartnerNames();
  const DeviceId device = AddDevice({}, kPartner, kCustomer);
  Write([&](Transaction& tx) {
    return tx.AddAccount({.email = "a@example.com",
                          .client_id = "1",
                          .partner = kPartner,
                          .customers = {kCustomer},
                          .disabled = false,
                          .keys = {{.key_id = "k", .public_pem = "pem", .created = kNow}}});
  });
  ASSERT_EQ(Save("before", "a note"), absl::OkStatus());
  AddPartnerNamed(100000009, "Later");
  Write([&](Transaction& tx) { return tx.RevokeKey("a@example.com", "k"); });
  const DeviceId later = AddDevice({}, kPartner, kCustomer);
  ASSERT_EQ(states().Restore("before").value(), "a note");
  EXPECT_EQ(PartnerNames(), before);
  const auto account = Read()->FindAccount("a@example.com").value();
  ASSERT_TRUE(account.has_value());
  EXPECT_THAT(account->keys, SizeIs(1));
  EXPECT_EQ(account->customers, std::vector<CustomerId>{kCustomer});
  EXPECT_TRUE(Read()->ReadDevice(device).value().zero_touch.has_value());
  EXPECT_FALSE(Read()->ReadDevice(later).value().zero_touch.has_value());
  // Later writes are kept.
  AddPartnerNamed(100000010, "New");
  Reopen();
  EXPECT_EQ(PartnerNames().back(), "New");
  // The same state can be restored again, also after a restart.
  ASSERT_TRUE(states().Restore("before").ok());
  EXPECT_EQ(PartnerNames(), before);
}

TEST_P(SavedStatesStoreTest, States_AreListedAndRemoved) {
  EXPECT_THAT(Ids(), IsEmpty());
  ASSERT_EQ(Save("b"), absl::OkStatus());
  clock_.Advance(absl::Seconds(1));
  ASSERT_EQ(Save("a-1"), absl::OkStatus());
  EXPECT_TRUE(absl::IsAlreadyExists(Save("b")));
  EXPECT_THAT(Ids(), ElementsAre("b", "a-1"));
  EXPECT_EQ(states().List().value()[0].created, kNow);
  EXPECT_EQ(states().Remove("b"), absl::OkStatus());
  EXPECT_TRUE(absl::IsNotFound(states().Remove("b")));
  EXPECT_TRUE(absl::IsNotFound(states().Restore("b").status()));
  Reopen();
  EXPECT_THAT(Ids(), ElementsAre("a-1"));
}

TEST_P(SavedStatesStoreTest, Ids_CannotLeaveTheFolder) {
  for (const char* id : {"", "../x", "a/b", "A", "a.b", "a\"b", "a'b"}) {
    EXPECT_TRUE(absl::IsInvalidArgument(Save(id))) << id;
    EXPECT_TRUE(absl::IsInvalidArgument(states().Restore(id).status())) << id;
    EXPECT_TRUE(absl::IsInvalidArgument(states().Remove(id))) << id;
  }
}

TEST_P(SavedStatesStoreTest, Restore_TakesAwayLeases) {
  const OperationId id(77);
  Write([&](Transaction& tx) {
    OperationHead head;
    head.id = id;
    head.partner = kPartner;
    head.items = 5;
    head.accepted = kNow;
    return tx.AddOperation(head, std::vector<std::string>{"chunk"});
  });
  const auto lease = [&] {
    std::optional<Lease> leased;
    Write([&](Transaction& tx) -> absl::Status {
      auto found = tx.LeaseOperation(clock_.Now(), absl::Seconds(5), LeaseOrder::kFair);
      if (!found.ok()) return found.status();
      leased = *found;
      return absl::OkStatus();
    });
    return leased;
  };
  ASSERT_EQ(Save("start"), absl::OkStatus());
  const std::optional<Lease> first = lease();
  ASSERT_TRUE(first.has_value());
  ASSERT_EQ(Save("leased"), absl::OkStatus());
  for (const char* state : {"leased", "start", "leased"}) {
    ASSERT_TRUE(states().Restore(state).ok());
    EXPECT_TRUE(absl::IsAborted(store_->Write([&](Transaction& tx) {
      return tx.ExtendLease(*first, clock_.Now() + absl::Seconds(9));
    }))) << state;
    const std::optional<Lease> again = lease();
    ASSERT_TRUE(again.has_value()) << state;
    EXPECT_EQ(again->head.id, id);
  }
}

TEST_P(SavedStatesStoreTest, Restore_WhileOthersReadAndWrite_IsAllOrNothing) {
  ASSERT_EQ(Save("empty"), absl::OkStatus());
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    // Each write adds a partner and its vendor together.
    for (int64_t id = 500000000; !stop; ++id) {
      const absl::Status status = store_->Write([&](Transaction& tx) -> absl::Status {
        absl::Status added = tx.AddPartner({.id = PartnerId(id), .name = "P", .created = kNow});
        if (!added.ok()) return added;
        return tx.AddVendor(
            {.id = VendorId(id), .partner = PartnerId(id), .name = "V", .created = kNow});
      });
      EXPECT_TRUE(status.ok() || absl::IsUnavailable(status)) << status;
    }
  });
  std::thread reader([&] {
    while (!stop) {
      const std::unique_ptr<Snapshot> snapshot = Read();
      const std::vector<Partner> partners = snapshot->ListPartners().value();
      for (const Partner& partner : partners) {
        if (partner.name != "P") continue;
        const auto vendors = snapshot->ListVendors(partner.id, VendorId(), 0).value();
        EXPECT_THAT(vendors.rows, SizeIs(1));
      }
    }
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(states().Restore("empty").status(), absl::OkStatus());
  stop = true;
  writer.join();
  reader.join();
  EXPECT_EQ(states().Restore("empty").status(), absl::OkStatus());
  EXPECT_THAT(PartnerNames(), SizeIs(2));
}

}  // namespace
}  // namespace zerotouch::store
