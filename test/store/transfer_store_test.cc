// SPDX-License-Identifier: Apache-2.0
// Export and import between every two kinds of store.

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "base/fault.h"
#include "base/status_text.h"
#include "store/archive/reader.h"
#include "store/archive/writer.h"
#include "store/store_test_base.h"
#include "store/transfer.h"
#include "support/archive_rows.h"

namespace zerotouch::store {
namespace {

using test::KeptRow;
using test::KeptRows;
using testing::ElementsAreArray;
using testing::HasSubstr;

// Sorts the rows so that stores which number operations per partner and across
// partners give the same order, and replaces the numbers with positions.
std::vector<KeptRow> Sorted(std::vector<KeptRow> rows) {
  std::map<int64_t, int64_t> places;
  for (KeptRow& row : rows) {
    if (row.table == "operations") row.values[1] = ++places[std::get<int64_t>(row.values[0])];
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

std::vector<KeptRow> ExportOf(const std::string& url) {
  test::RowKeeper keeper;
  const absl::Status status = Export(url, keeper);
  EXPECT_TRUE(status.ok()) << status;
  return keeper.rows;
}

absl::Status ImportOf(const std::string& url, const std::vector<KeptRow>& rows) {
  KeptRows source(rows);
  return Import(url, source);
}

class TransferStoreTest : public StoreTest {
 protected:
  // Fills every table, with unusual values.
  void Fill() {
    Write([&](Transaction& tx) -> absl::Status {
      absl::Status status;
      const auto also = [&](const absl::Status& next) { status.Update(next); };
      also(tx.AddVendor(
          {.id = VendorId(7), .partner = kPartner, .name = "Véndor", .created = kNow}));
      also(tx.AddCustomer({.id = CustomerId(200000003),
                           .name = "Of the vendor",
                           .owner_emails = {"a@example.com", "b@example.com"},
                           .admin_emails = {"c@example.com"},
                           .language_code = "de",
                           .default_configuration = {},
                           .created = kNow},
                          kPartner, VendorId(7)));
      also(tx.SetTerms(kCustomer, Terms::kAccepted));
      also(tx.AddCheckpoint({.hash = "h", .height = 1, .time = kNow, .heads = "heads"}));
      also(tx.PutDpc({.id = "dpc",
                      .package_name = "com.example.dpc",
                      .title = "DPC",
                      .component = "com.example.dpc/.Admin",
                      .download_location = "https://example.com/dpc.apk"}));
      also(tx.PutConfiguration({.id = ConfigurationId(9),
                                .customer = kCustomer,
                                .name = "Kiosk",
                                .dpc = "dpc",
                                .dpc_extras = R"({"a":"'"})",
                                .forced_reset = absl::Hours(2),
                                .is_default = true}));
      also(tx.PutConfiguration(
          {.id = ConfigurationId(10), .customer = kCustomer, .name = "Plain", .dpc = "dpc"}));
      also(tx.AddAccount({.email = "r@example.com",
                          .client_id = "1",
                          .partner = kPartner,
                          .customers = {},
                          .keys = {{.key_id = "k1", .public_pem = "pem", .created = kNow},
                                   {.key_id = "k2", .public_pem = "pem 2", .created = kNow}}}));
      also(tx.AddAccount({.email = "c@example.com",
                          .client_id = "2",
                          .partner = {},
                          .customers = {kCustomer, kOtherCustomer},
                          .disabled = true,
                          .keys = {}}));
      also(tx.SetAccountQuota("c@example.com", 500));
      return status;
    });
    FillUsersAndWebhooks();
    FillDevices();
    FillOperations();
  }

  void FillUsersAndWebhooks() {
    Write([&](Transaction& tx) {
      absl::Status status;
      const auto also = [&](const absl::Status& other) { status.Update(other); };
      also(tx.AddUser({.id = UserId(7),
                       .partner = PartnerId(),
                       .customer = kCustomer,
                       .email = "ada@example.com",
                       .group = "",
                       .role = UserRole::kManager,
                       .created = kNow}));
      also(tx.AddWebhook({.id = WebhookId(5),
                          .owner = {.partner = {}, .customer = kOtherCustomer},
                          .url = "https://example.com/hook",
                          .key = std::string("\0key", 4),
                          .created = kNow}));
      also(tx.AddDelivery(NewDelivery(WebhookId(5), EventType::kPing, kNow, "")));
      return status;
    });
  }

  void FillDevices() {
    Write([&](Transaction& tx) {
      DeviceState both;
      both.id = tx.NextDeviceId();
      both.is_new = true;
      const Identity keys{.modems = {49015420323751, (int64_t{1} << 60) | 5},
                          .serial_key = "maker/model/serial",
                          .serial = "Serial"};
      StatementState& statement = AddStatement(both, kPartner, keys);
      statement.value->identifier.set_manufacturer("Maker");
      (*statement.value->metadata.mutable_entries())["key"] = std::string("\0value", 6);
      // The same hardware, stated by another reseller too.
      AddStatement(both, kOtherPartner, keys);
      both.zero_touch = Claim{.held = true,
                              .reseller = kPartner,
                              .owner = kCustomer,
                              .configuration = ConfigurationId(9),
                              .vacation_starts = kNow,
                              .vacation_expires = kNow + absl::Hours(1)};
      both.sim_lock = Claim{
          .held = true, .reseller = kOtherPartner, .owner = kOtherCustomer, .simlock_profile = 77};
      both.zero_touch_changed = both.sim_lock_changed = true;
      DeviceState given_up;
      given_up.id = tx.NextDeviceId();
      given_up.is_new = true;
      AddStatement(given_up, kPartner, {});
      given_up.zero_touch = GivenUp(*both.zero_touch);
      given_up.sim_lock = Claim{.held = true, .reseller = kPartner, .workspace = "workspace"};
      given_up.zero_touch_changed = given_up.sim_lock_changed = true;
      const DeviceState* const states[] = {&both, &given_up};
      return tx.Apply(states);
    });
  }

  // For the first partner: one finished, one cancelled, one half done with a lease,
  // one not started. For the other: one not started.
  void FillOperations() {
    Accept(1'001, kPartner, 2);
    Run(2);
    Accept(1'002, kPartner, 2);
    Write([&](Transaction& tx) { return tx.CancelOperation(OperationId(1'002), kNow); });
    Accept(900, kPartner, 2);
    Run(1);
    Accept(1'003, kPartner, 1);
    Accept(500, kOtherPartner, 1);
  }
  void Accept(int64_t id, PartnerId partner, int32_t items) {
    Write([&](Transaction& tx) {
      return tx.AddOperation({.id = OperationId(id),
                              .partner = partner,
                              .kind = BatchKind::kClaim,
                              .items = items,
                              .accepted = kNow,
                              .account = id % 2 == 0 ? "r@example.com" : ""},
                             std::vector<std::string>{fmt::format("chunk of {}", id), ""});
    });
  }
  // Leases the next operation and runs some of its items.
  void Run(uint32_t items) {
    Write([&](Transaction& tx) -> absl::Status {
      auto lease = tx.LeaseOperation(kNow, absl::Hours(1), LeaseOrder::kFair);
      if (!lease.ok()) return lease.status();
      for (uint32_t i = 0; i < items; ++i) {
        const IndexedResult result{
            .index = i, .result = {.outcome = Outcome::kSuccess, .device = DeviceId(i + 1)}};
        absl::Status status = tx.RecordResults(**lease, static_cast<int32_t>(i),
                                               std::span(&result, 1), kNow, kNow + absl::Hours(1));
        if (!status.ok()) return status;
      }
      return absl::OkStatus();
    });
  }

  // Returns the rows of the filled registry.
  std::vector<KeptRow> Filled() {
    Fill();
    return ExportOf(url_);
  }

  // Makes an empty database of each kind.
  std::map<std::string, std::string> Targets() {
    std::map<std::string, std::string> urls;
    for (const Kind& kind : AllKinds()) {
      urls[kind.name] =
          kind.url((*targets_.insert(targets_.end(), std::make_unique<test::TempDir>()))->path());
    }
    return urls;
  }

  std::unique_ptr<Store> OpenTarget(const std::string& url) {
    auto opened = Open(url, clock_);
    EXPECT_TRUE(opened.ok()) << opened.status();
    return *std::move(opened);
  }

  static std::vector<std::string> OrderOfOperations(Store& store, PartnerId partner) {
    std::vector<std::string> ids;
    const auto page = store.Read().value()->ListOperations(partner, std::nullopt, 0, 100).value();
    for (const OperationHead& head : page.rows) ids.push_back(std::to_string(head.id.value()));
    return ids;
  }

 private:
  std::vector<std::unique_ptr<test::TempDir>> targets_;
};

TEST_P(TransferStoreTest, Export_HasEveryTable_InOrder) {
  std::set<std::string> seen;
  std::vector<std::string> order;
  for (const KeptRow& row : Filled()) {
    if (seen.insert(row.table).second) order.push_back(row.table);
  }
  std::vector<std::string> tables;
  for (const archive::Table& table : archive::Tables()) {
    if (!table.is_retired()) tables.emplace_back(table.name);
  }
  EXPECT_THAT(order, ElementsAreArray(tables)) << "a table that this test does not fill";
}

TEST_P(TransferStoreTest, IntoEveryKind_IsTheSameRegistry) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    const absl::Status status = ImportOf(url, rows);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(Sorted(ExportOf(url)), ElementsAreArray(Sorted(rows)));

    const auto store = OpenTarget(url);
    const auto target = store->Read().value();
    const auto source = Read();
    EXPECT_EQ(target->ServerSecret().value(), source->ServerSecret().value());
    EXPECT_EQ(target->FindAccount("r@example.com").value()->keys.size(), 2u);
    EXPECT_TRUE(target->FindAccount("c@example.com").value()->disabled);
    const Page<Delivery> deliveries = target->ListDeliveries(WebhookId(5), 0, 10).value();
    ASSERT_EQ(deliveries.rows.size(), 1u);
    // New ones are behind those that came along.
    ASSERT_TRUE(store
                    ->Write([&](Transaction& tx) {
                      return tx.AddDelivery(NewDelivery(WebhookId(5), EventType::kPing, kNow, ""));
                    })
                    .ok());
    EXPECT_GT(store->Read().value()->ListDeliveries(WebhookId(5), 0, 1).value().rows[0].number,
              deliveries.rows[0].number);
    EXPECT_EQ(target->ListConfigurations(kCustomer, ConfigurationId(), 1'000).value(),
              source->ListConfigurations(kCustomer, ConfigurationId(), 1'000).value());
    EXPECT_EQ(OrderOfOperations(*store, kPartner),
              (std::vector<std::string>{"1001", "1002", "900", "1003"}));
    EXPECT_THAT(target->ReadRequestChunks(OperationId(900), 0, 1).value(),
                testing::ElementsAre("chunk of 900"));
    EXPECT_EQ(target->ReadResults(OperationId(1'001)).value().size(), 2u);
    EXPECT_EQ(target->ReadResults(OperationId(900)).value().size(), 1u);
  }
}

TEST_P(TransferStoreTest, AnArchive_CarriesIt) {
  const std::vector<KeptRow> rows = Filled();
  std::string bytes;
  archive::Writer writer([&](std::string_view more) {
    bytes.append(more);
    return absl::OkStatus();
  });
  ASSERT_TRUE(Export(url_, writer).ok());
  ASSERT_TRUE(writer.End().ok());
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    std::string_view rest = bytes;
    const auto reader =
        archive::Reader::Open("archive", [&](std::span<char> out) -> absl::StatusOr<size_t> {
          const size_t size = std::min(out.size(), rest.size());
          std::copy_n(rest.begin(), size, out.begin());
          rest.remove_prefix(size);
          return size;
        });
    ASSERT_TRUE(reader.ok()) << reader.status();
    const absl::Status status = Import(url, **reader);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(Sorted(ExportOf(url)), ElementsAreArray(Sorted(rows)));
  }
}

// Leases are not exported: their holders use the old registry.
TEST_P(TransferStoreTest, UnfinishedOperation_GoesOnAtOnce_AfterItsResults) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    ASSERT_TRUE(ImportOf(url, rows).ok());
    const auto store = OpenTarget(url);
    std::set<int64_t> leased;
    const absl::Status status = store->Write([&](Transaction& tx) -> absl::Status {
      leased.clear();
      for (int i = 0; i < 2; ++i) {
        auto lease = tx.LeaseOperation(kNow, absl::Seconds(5), LeaseOrder::kFair);
        if (!lease.ok()) return lease.status();
        if (!lease->has_value()) return absl::NotFoundError("nothing to run");
        leased.insert((*lease)->head.id.value());
        if ((*lease)->head.partner != kPartner) continue;
        EXPECT_EQ((*lease)->head.items_done, 1);
        const IndexedResult rest{.index = 1,
                                 .result = {.outcome = Outcome::kSuccess, .device = {}}};
        absl::Status recorded = tx.RecordResults(**lease, 1, std::span(&rest, 1), kNow, kNow);
        if (!recorded.ok()) return recorded;
      }
      return absl::OkStatus();
    });
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_EQ(leased, (std::set<int64_t>{900, 500}));
    const auto head = store->Read().value()->FindOperation(OperationId(900)).value();
    EXPECT_TRUE(head->finished.has_value());
  }
}

TEST_P(TransferStoreTest, OperationsAcceptedLater_ComeLater) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    ASSERT_TRUE(ImportOf(url, rows).ok());
    const auto store = OpenTarget(url);
    const absl::Status status = store->Write([&](Transaction& tx) {
      return tx.AddOperation(
          {.id = OperationId(1), .partner = kPartner, .items = 1, .accepted = kNow},
          std::vector<std::string>{"chunk"});
    });
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(OrderOfOperations(*store, kPartner),
              (std::vector<std::string>{"1001", "1002", "900", "1003", "1"}));
  }
}

// A store that numbers per partner exports numbers that begin with 1 for each.
TEST_P(TransferStoreTest, NumbersOfSeveralPartners_KeepTheOrderOfEach) {
  std::vector<KeptRow> rows = Filled();
  std::stable_sort(rows.begin(), rows.end(), [](const KeptRow& a, const KeptRow& b) {
    return a.table == "operations" && b.table == "operations" && a.values[0] < b.values[0];
  });
  std::map<int64_t, int64_t> last;
  for (KeptRow& row : rows) {
    if (row.table != "operations") continue;
    row.values[1] = ++last[std::get<int64_t>(row.values[0])];
  }
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    const absl::Status status = ImportOf(url, rows);
    ASSERT_TRUE(status.ok()) << status;
    const auto store = OpenTarget(url);
    EXPECT_EQ(OrderOfOperations(*store, kPartner),
              (std::vector<std::string>{"1001", "1002", "900", "1003"}));
    EXPECT_EQ(OrderOfOperations(*store, kOtherPartner), (std::vector<std::string>{"500"}));
    EXPECT_THAT(store->Read().value()->ReadRequestChunks(OperationId(500), 0, 1).value(),
                testing::ElementsAre("chunk of 500"));
  }
}

TEST_P(TransferStoreTest, TargetThatHoldsSomething_IsRefused_AndStaysAsItIs) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    {
      const auto store = OpenTarget(url);
      ASSERT_TRUE(store
                      ->Write([](Transaction& tx) {
                        return tx.PutDpc({.id = "only", .package_name = "p", .title = "t"});
                      })
                      .ok());
    }
    const std::vector<KeptRow> before = ExportOf(url);
    const absl::Status status = ImportOf(url, rows);
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_THAT(std::string(MessageOf(status)), HasSubstr("not empty"));
    EXPECT_EQ(ExportOf(url), before);
  }
}

TEST_P(TransferStoreTest, RegistryToWhichNothingWasAdded_IsATarget) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    OpenTarget(url).reset();
    const absl::Status status = ImportOf(url, rows);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_THAT(Sorted(ExportOf(url)), ElementsAreArray(Sorted(rows)));
  }
}

// Wherever an import fails, nothing is kept, and the next import works.
TEST_P(TransferStoreTest, SourceThatFails_LeavesNothing) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    for (size_t count = 0; count <= rows.size(); count += count < 3 ? 1 : 7) {
      KeptRows source({rows.begin(), rows.begin() + static_cast<ptrdiff_t>(count)},
                      absl::DataLossError("cut off"));
      EXPECT_EQ(Import(url, source), absl::DataLossError("cut off")) << count;
    }
    KeptRows all_but_end(rows, absl::DataLossError("cut off"));
    EXPECT_EQ(Import(url, all_but_end), absl::DataLossError("cut off"));
    const std::vector<KeptRow> left = ExportOf(url);
    EXPECT_TRUE(std::all_of(left.begin(), left.end(),
                            [](const KeptRow& row) { return row.table == "meta"; }));
    ASSERT_TRUE(ImportOf(url, rows).ok());
    EXPECT_THAT(Sorted(ExportOf(url)), ElementsAreArray(Sorted(rows)));
  }
}

TEST_P(TransferStoreTest, FailureAtTheEnd_LeavesNothing) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    {
      const fault::Armed fault("store.commit", [] { return absl::UnavailableError("no room"); });
      EXPECT_FALSE(ImportOf(url, rows).ok());
    }
    ASSERT_TRUE(ImportOf(url, rows).ok()) << "it is still empty";
  }
}

// An archive that is valid, but does not fit a registry.
TEST_P(TransferStoreTest, RowsThatFitNoRegistry_AreRefused) {
  const std::vector<KeptRow> rows = Filled();
  for (const auto& [kind, url] : Targets()) {
    SCOPED_TRACE(kind);
    for (const char* table : {"vendors", "service_accounts", "operations", "operation_chunks"}) {
      std::vector<KeptRow> changed;
      for (const KeptRow& row : rows) {
        if (row.table != "partners" && row.table != table) changed.push_back(row);
        if (row.table == table) changed.insert(changed.end(), 2, row);  // twice
      }
      const absl::Status status = ImportOf(url, changed);
      EXPECT_TRUE(absl::IsDataLoss(status)) << table << ": " << status;
    }
    ASSERT_TRUE(ImportOf(url, rows).ok()) << "it is still empty";
  }
}

// Each transaction adds a device, its claim and its modem, so an export as of one
// instant has the same number of each.
TEST_P(TransferStoreTest, ExportBesideAWriter_IsOfOneInstant) {
  AddDevice({1}, kPartner, kCustomer);
  std::atomic<bool> stop = false;
  std::atomic<int64_t> written = 1;
  std::thread writer([&] {
    while (!stop) {
      AddDevice({written + 1}, kPartner, kCustomer);
      ++written;
    }
  });
  size_t before = 0;
  for (int round = 0; round < 20; ++round) {
    const int64_t at_least = written;
    std::map<std::string, size_t> counts;
    for (const KeptRow& row : ExportOf(url_)) ++counts[row.table];
    EXPECT_EQ(counts["statements"], counts["claims"]);
    EXPECT_EQ(counts["statements"], counts["modem_keys"]);
    EXPECT_GE(counts["statements"], static_cast<size_t>(at_least));
    EXPECT_GE(counts["statements"], before);
    before = counts["statements"];
  }
  stop = true;
  writer.join();
}

TEST_P(TransferStoreTest, SinkThatFails_EndsTheExport) {
  Fill();
  class Full final : public archive::RowSink {
    absl::Status Begin(int64_t) override { return absl::OkStatus(); }
    absl::Status Add(const archive::Row&) override { return absl::UnavailableError("full"); }
  } full;
  EXPECT_EQ(Export(url_, full), absl::UnavailableError("full"));
  EXPECT_FALSE(ExportOf(url_).empty()) << "and the store is as usable as before";
}

INSTANTIATE_TEST_SUITE_P(Kinds, TransferStoreTest, testing::ValuesIn(AllKinds()), NameOfKind);

}  // namespace
}  // namespace zerotouch::store
