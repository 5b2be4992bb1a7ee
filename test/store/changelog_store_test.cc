// SPDX-License-Identifier: Apache-2.0
// The log of changes, and the history of devices that is read from it.

#include <fmt/format.h>

#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "model/change_recorder.h"
#include "store/changelog/chain.h"
#include "store/changelog/codec.h"
#include "store/history.h"
#include "store/store_test_base.h"

namespace zerotouch::store {
namespace {

// One entry of the log, as text.
struct Logged {
  std::string resource, before, after;
  Actor actor;
};

// A write, and the resource of its entry; empty: it has none.
struct WriteCase {
  std::string resource;
  std::function<absl::Status(Transaction&)> write;
};

constexpr PartnerId kLogReseller{100000001};
constexpr CustomerId kLogCustomer{200000001};
const absl::Time kLogTime = absl::FromUnixSeconds(1'900'000'000);

std::vector<WriteCase> CompanyWriteCases() {
  const Configuration configuration{.id = ConfigurationId(1),
                                    .customer = kLogCustomer,
                                    .name = "a",
                                    .dpc = "d",
                                    .dpc_extras = "",
                                    .company_name = "",
                                    .contact_email = "",
                                    .contact_phone = "",
                                    .custom_message = "",
                                    .forced_reset = {}};
  return {
      {"partners/9",
       [](Transaction& tx) {
         return tx.AddPartner({.id = PartnerId(9), .name = "P", .created = kLogTime});
       }},
      {"partners/100000001/vendors/8",
       [](Transaction& tx) {
         return tx.AddVendor(
             {.id = VendorId(8), .partner = kLogReseller, .name = "V", .created = kLogTime});
       }},
      {"customers/200000001",
       [](Transaction& tx) { return tx.SetTerms(kLogCustomer, Terms::kAccepted); }},
      {"dpcs/d",
       [](Transaction& tx) {
         return tx.PutDpc({"d", "package", "title"});
       }},
      {"customers/200000001/configurations/1",
       [configuration](Transaction& tx) { return tx.PutConfiguration(configuration); }},
      {"customers/200000001/configurations/1",
       [](Transaction& tx) { return tx.RemoveConfiguration(kLogCustomer, ConfigurationId(1)); }},
      {"dpcs/d", [](Transaction& tx) { return tx.RemoveDpc("d"); }},
  };
}

std::vector<WriteCase> AccountWriteCases() {
  ServiceAccount account;
  account.email = "a@example.com";
  account.client_id = "1";
  account.partner = kLogReseller;
  return {
      {"accounts/a@example.com", [account](Transaction& tx) { return tx.AddAccount(account); }},
      {"accounts/a@example.com/keys/k",
       [](Transaction& tx) {
         return tx.AddKey("a@example.com", {.key_id = "k", .public_pem = "p", .created = kLogTime});
       }},
      {"accounts/a@example.com",
       [](Transaction& tx) { return tx.SetAccountDisabled("a@example.com", true); }},
      {"accounts/a@example.com",
       [](Transaction& tx) { return tx.SetAccountQuota("a@example.com", 7); }},
      {"accounts/a@example.com/keys/k",
       [](Transaction& tx) { return tx.RevokeKey("a@example.com", "k"); }},
  };
}

std::vector<WriteCase> OperationWriteCases() {
  const OperationHead operation{.id = OperationId(5),
                                .partner = kLogReseller,
                                .kind = BatchKind::kUnclaim,
                                .items = 1,
                                .accepted = kLogTime,
                                .started = {},
                                .finished = {}};
  const std::vector<std::string> chunks = {"x"};
  return {
      {"", [operation, chunks](Transaction& tx) { return tx.AddOperation(operation, chunks); }},
      {"operations/apibatchoperation/5",
       [](Transaction& tx) { return tx.CancelOperation(OperationId(5), kLogTime); }},
      {"operations/apibatchoperation/5",
       [](Transaction& tx) { return tx.DeleteOperation(OperationId(5)); }},
  };
}

class ChangelogStoreTest : public StoreTest {
 protected:
  std::vector<StoredPart> Parts() {
    auto parts = Read()->ReadParts(0, 1'000'000);
    EXPECT_TRUE(parts.ok()) << parts.status();
    return *std::move(parts);
  }
  std::vector<Logged> Entries() {
    std::vector<Logged> entries;
    for (const StoredPart& stored : Parts()) {
      const auto part = changelog::DecodePart(stored.bytes);
      EXPECT_TRUE(part.ok()) << part.status();
      for (const changelog::Entry& entry : part->entries) {
        Logged& one = entries.emplace_back();
        one.actor = part->actor;
        if (const auto* resource = std::get_if<changelog::ResourceEntry>(&entry)) {
          one.resource = resource->resource;
          one.before = resource->before;
          one.after = resource->after;
        } else {
          one.resource = fmt::format("devices/{}",
                                     std::get<changelog::DeviceEntry>(entry).change.device.value());
        }
      }
    }
    return entries;
  }
  // Verifies the log, and expects that it has this many entries.
  void ExpectWhole(int64_t entries) {
    const auto snapshot = Read();
    const absl::StatusOr<int64_t> found = changelog::VerifyLog(*snapshot, std::nullopt);
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ(*found, entries);
  }

  // Changes a device as an item does.
  void ChangeAsItem(const std::vector<DeviceId>& devices, PartnerId caller,
                    const std::function<void(DeviceState&)>& change) {
    Write([&](Transaction& tx) -> absl::Status {
      auto states = tx.ReadClaims(devices);
      if (!states.ok()) return states.status();
      std::vector<DeviceState*> all;
      for (DeviceState& state : *states) all.push_back(&state);
      if (absl::Status read = tx.ReadStatements(all); !read.ok()) return read;
      std::vector<const DeviceState*> changed;
      for (uint32_t i = 0; i < states->size(); ++i) {
        ChangeRecorder recorder(&(*states)[i]);
        change((*states)[i]);
        recorder.Record(i, caller);
        changed.push_back(&(*states)[i]);
      }
      return tx.Apply(changed);
    });
  }
  void GiveUp(const std::vector<DeviceId>& devices, PartnerId caller) {
    ChangeAsItem(devices, caller, [](DeviceState& state) {
      state.zero_touch = GivenUp(*state.zero_touch);
      state.MarkChanged(Section::kZeroTouch);
    });
  }
  void ClaimAgain(const std::vector<DeviceId>& devices, PartnerId caller, CustomerId owner) {
    ChangeAsItem(devices, caller, [&](DeviceState& state) {
      state.zero_touch = Claim{.held = true, .reseller = caller, .owner = owner};
      state.MarkChanged(Section::kZeroTouch);
    });
  }
  void SetMetadata(DeviceId device, PartnerId caller, const std::string& key) {
    ChangeAsItem({device}, caller, [&](DeviceState& state) {
      StatementState* const entry = state.EntryOf(caller);
      (*entry->value->metadata.mutable_entries())[key] = "x";
      entry->changed = true;
    });
  }

  // Adds claimed devices in one transaction.
  std::vector<DeviceId> AddMany(size_t count) {
    std::vector<DeviceId> devices(count);
    Write([&](Transaction& tx) {
      std::vector<DeviceState> states(devices.size());
      std::vector<const DeviceState*> added;
      for (size_t i = 0; i < states.size(); ++i) {
        states[i].id = devices[i] = tx.NextDeviceId();
        states[i].is_new = true;
        states[i].zero_touch = Claim{.held = true, .reseller = kPartner, .owner = kCustomer};
        states[i].zero_touch_changed = true;
        added.push_back(&states[i]);
      }
      return tx.Apply(added);
    });
    return devices;
  }

  // Reads the whole history, some at a time.
  std::vector<HistoryEntry> History(DeviceId device, int64_t at_once) {
    const auto snapshot = Read();
    std::vector<HistoryEntry> all;
    std::vector<int64_t> from;
    do {
      auto page = ReadHistory(*snapshot, device, from, at_once);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      all.insert(all.end(), page->entries.begin(), page->entries.end());
      from = page->next;
    } while (!from.empty());
    return all;
  }
};

TEST_P(ChangelogStoreTest, EmptyRegistry_HasAnEntryForEachCompany) {
  ExpectWhole(4);
  const std::vector<Logged> entries = Entries();
  EXPECT_EQ(entries[0].resource, "partners/100000001");
  EXPECT_EQ(entries[1].resource, "customers/200000001");
  EXPECT_EQ(entries[0].actor.kind, ActorKind::kSystem);
}

// Every function of Transaction that writes something the log is about.
TEST_P(ChangelogStoreTest, EachWriteFunction_AddsItsEntry) {
  std::vector<WriteCase> cases = CompanyWriteCases();
  for (const auto& more : {AccountWriteCases(), OperationWriteCases()}) {
    cases.insert(cases.end(), more.begin(), more.end());
  }
  const Actor actor{.kind = ActorKind::kOperator,
                    .partner = {},
                    .customer = {},
                    .account = "",
                    .method = "admin",
                    .request_id = "r1",
                    .operation = {}};
  int64_t expected = 4;
  for (size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(i);
    ASSERT_EQ(store_->Write(actor, cases[i].write), absl::OkStatus());
    if (!cases[i].resource.empty()) ++expected;
    const std::vector<Logged> entries = Entries();
    ASSERT_EQ(static_cast<int64_t>(entries.size()), expected);
    if (cases[i].resource.empty()) continue;
    EXPECT_EQ(entries.back().resource, cases[i].resource);
    EXPECT_NE(entries.back().before, entries.back().after);
    EXPECT_EQ(entries.back().actor.kind, ActorKind::kOperator);
    EXPECT_EQ(entries.back().actor.method, "admin");
    EXPECT_EQ(entries.back().actor.request_id, "r1");
  }
  ExpectWhole(expected);
}

TEST_P(ChangelogStoreTest, WriteThatFailsOrChangesNothing_HasNoEntry) {
  EXPECT_FALSE(store_
                   ->Write([&](Transaction& tx) -> absl::Status {
                     absl::Status added =
                         tx.AddPartner({.id = PartnerId(9), .name = "P", .created = kNow});
                     return added.ok() ? absl::CancelledError() : added;
                   })
                   .ok());
  Write([&](Transaction& tx) { return tx.PutDpc({"d", "package", "title"}); });
  Write([&](Transaction& tx) { return tx.PutDpc({"d", "package", "title"}); });
  Write([&](Transaction& tx) { return tx.SetTerms(kCustomer, Terms::kNotAccepted); });
  ExpectWhole(5);
}

TEST_P(ChangelogStoreTest, HistoryOfADevice_IsNewestFirst_InAnyPageSize) {
  const DeviceId device = AddDevice({111}, kPartner, kCustomer);
  GiveUp({device}, kPartner);
  SetMetadata(device, kPartner, "phonenumber");
  ClaimAgain({device}, kPartner, kOtherCustomer);
  ChangeAsItem({device}, kPartner, [&](DeviceState& state) {
    state.sim_lock =
        Claim{.held = true, .reseller = kPartner, .owner = kCustomer, .simlock_profile = 3};
    state.MarkChanged(Section::kSimLock);
  });
  SetMetadata(device, kPartner, "ordernumber");
  GiveUp({device}, kPartner);

  for (const int64_t at_once : {1, 2, 100}) {
    SCOPED_TRACE(at_once);
    const std::vector<HistoryEntry> history = History(device, at_once);
    ASSERT_EQ(history.size(), 7);
    EXPECT_FALSE(history[0].change.after->held);
    EXPECT_EQ(history[0].change.before->owner, kOtherCustomer);
    EXPECT_EQ(history[1].change.metadata_keys, std::vector<std::string>{"ordernumber"});
    EXPECT_EQ(history[2].change.section, Section::kSimLock);
    EXPECT_FALSE(history[2].change.before.has_value());
    EXPECT_EQ(history[3].change.after->owner, kOtherCustomer);
    EXPECT_FALSE(history[3].change.before->held);
    EXPECT_EQ(history[4].change.metadata_keys, std::vector<std::string>{"phonenumber"});
    EXPECT_FALSE(history[5].change.after->held);
    EXPECT_FALSE(history[6].change.before.has_value());
    for (size_t i = 1; i < history.size(); ++i) {
      EXPECT_GT(history[i - 1].sequence, history[i].sequence);
    }
  }
}

TEST_P(ChangelogStoreTest, DroppedStatement_IsInTheHistory_WithItsOwnChanges) {
  const DeviceId device = AddDevice({111}, kPartner, kCustomer);
  SetMetadata(device, kPartner, "phonenumber");
  GiveUp({device}, kPartner);
  ChangeAsItem({device}, kOtherPartner, [&](DeviceState& state) {
    state.EntryOf(kPartner)->Drop();
    AddStatement(state, kOtherPartner, {});
    state.zero_touch = Claim{.held = true, .reseller = kOtherPartner, .owner = kOtherCustomer};
    state.MarkChanged(Section::kZeroTouch);
  });
  const std::vector<HistoryEntry> history = History(device, 1);
  ASSERT_EQ(history.size(), 4);
  ASSERT_EQ(history[0].change.statements.size(), 1);
  EXPECT_TRUE(history[0].change.statements[0].dropped);
  EXPECT_EQ(history[0].change.statements[0].identifier.manufacturer(), "Maker");
  EXPECT_TRUE(history[0].change.statements[0].metadata.entries().contains("phonenumber"));
  EXPECT_EQ(history[2].change.metadata_keys, std::vector<std::string>{"phonenumber"});
}

// More than one part, and the places of claims that were given up together.
TEST_P(ChangelogStoreTest, ChangesOfAnOperation_AreReadByItem) {
  const std::vector<DeviceId> devices = AddMany(1'500);
  const OperationHead head{.id = OperationId(5),
                           .partner = kPartner,
                           .kind = BatchKind::kUnclaim,
                           .items = 1'500,
                           .accepted = kNow,
                           .started = {},
                           .finished = {}};
  const std::vector<std::string> chunks = {"x"};
  Write([&](Transaction& tx) { return tx.AddOperation(head, chunks); });
  Write([&](Transaction& tx) -> absl::Status {
    auto lease = tx.LeaseOperation(kNow, absl::Seconds(10), LeaseOrder::kFair);
    if (!lease.ok()) return lease.status();
    auto states = tx.ReadClaims(devices);
    if (!states.ok()) return states.status();
    std::vector<const DeviceState*> changed;
    std::vector<IndexedResult> results;
    for (uint32_t i = 0; i < devices.size(); ++i) {
      DeviceState& state = (*states)[i];
      // Every third item changes nothing.
      if (i % 3 != 0) {
        ChangeRecorder recorder(&state);
        state.zero_touch = GivenUp(*state.zero_touch);
        state.MarkChanged(Section::kZeroTouch);
        recorder.Record(i, kPartner);
        changed.push_back(&state);
      }
      results.push_back({.index = 1'499 - i, .result = {.device = state.id}});
    }
    if (absl::Status applied = tx.Apply(changed); !applied.ok()) return applied;
    return tx.RecordResults(**lease, 0, results, kNow, kNow + absl::Seconds(10));
  });

  const auto snapshot = Read();
  std::map<uint32_t, DeviceId> read;
  std::optional<ChangesPlace> place = ChangesPlace();
  while (place.has_value()) {
    const auto changes = ReadChangesOf(*snapshot, OperationId(5), *place);
    ASSERT_TRUE(changes.ok()) << changes.status();
    for (const DeviceChange& change : changes->changes) {
      EXPECT_TRUE(change.before->held);
      EXPECT_FALSE(change.after->held);
      read[change.item] = change.device;
    }
    place = changes->next;
  }
  EXPECT_EQ(read.size(), 1'000);
  for (const auto& [item, device] : read) EXPECT_EQ(device, devices[1'499 - item]);
  for (const size_t i : {1, 2, 1'030, 1'499}) {
    EXPECT_EQ(History(devices[i], 10).size(), i % 3 == 0 ? 1 : 2) << i;
  }
  ExpectWhole(4 + 1'500 + 1'000);
}

TEST_P(ChangelogStoreTest, ConcurrentWrites_MakeOneWholeLog) {
  constexpr int kThreads = 6;
  constexpr int kEach = 25;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = fmt::format("d{}-{}", t, i);
        EXPECT_EQ(store_->Write([&](Transaction& tx) {
          return tx.PutDpc({id, "p", "t"});
        }),
                  absl::OkStatus());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ExpectWhole(4 + kThreads * kEach);

  // A checkpoint of all chains holds after more was written.
  auto heads = Read()->ReadChainHeads();
  ASSERT_TRUE(heads.ok());
  const StoredCheckpoint checkpoint = changelog::CheckpointOf(*heads, kNow);
  EXPECT_EQ(checkpoint.height, 4 + kThreads * kEach);
  Write([&](Transaction& tx) { return tx.AddCheckpoint(checkpoint); });
  Write([&](Transaction& tx) { return tx.AddCheckpoint(checkpoint); });
  Write([&](Transaction& tx) { return tx.PutDpc({"last", "p", "t"}); });
  const auto verified = changelog::VerifyLog(
      *Read(), changelog::Checkpoint{.height = checkpoint.height, .hash = checkpoint.hash});
  ASSERT_TRUE(verified.ok()) << verified.status();
  EXPECT_EQ(*verified, checkpoint.height + 1);
}

TEST_P(ChangelogStoreTest, DroppedHead_IsFound_AlsoOfAnUnusedChain) {
  ExpectWhole(4);
  // On PostgreSQL a chain that nobody has needed yet.
  RunForeign("DELETE FROM log_heads WHERE chain = (SELECT max(chain) FROM log_heads)");
  const absl::StatusOr<int64_t> verified = changelog::VerifyLog(*Read(), std::nullopt);
  EXPECT_TRUE(absl::IsDataLoss(verified.status())) << verified.status();
  EXPECT_THAT(std::string(verified.status().message()), testing::HasSubstr("head of"));
}

INSTANTIATE_TEST_SUITE_P(Stores, ChangelogStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
