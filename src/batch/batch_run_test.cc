// SPDX-License-Identifier: Apache-2.0
// Tests the main guarantee of batches: in any chunks and after any restart, a batch
// has the effect of its items one after the other.

#include "batch/batch_run.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "base/log.h"
#include "batch/engine.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::batch {
namespace {

constexpr int kHardware = 12;  // few, so that items share devices
const PartnerId kPartners[] = {PartnerId(1), PartnerId(2)};
const CustomerId kCustomers[] = {CustomerId(11), CustomerId(12), CustomerId(21), CustomerId(22)};
const ConfigurationId kConfiguration(101);

std::string Imei(int number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// A registry with two resellers. The first customer of the first reseller has a
// default configuration.
class Registry {
 public:
  explicit Registry(const Clock& clock)
      : store_(store::Open("sqlite://" + dir_ / "registry.db", clock).value()),
        engine_(*store_, rules_, clock, EngineOptions()) {
    EXPECT_TRUE(store_->Write(Seed).ok());
  }

  store::Store& store() { return *store_; }
  Engine& engine() { return engine_; }  // without workers
  const RegistryRules& rules() const { return rules_; }

  DeviceState Read(DeviceId id) { return store_->ReadDevice(id).value(); }

 private:
  static absl::Status Seed(store::Transaction& tx) {
    absl::Status status;
    for (int i = 0; i < 2; ++i) {
      status.Update(tx.AddPartner({.id = kPartners[i], .name = "R", .created = absl::Now()}));
      for (int j = 0; j < 2; ++j) {
        status.Update(
            tx.AddCustomer({.id = kCustomers[2 * i + j], .name = "C", .created = absl::Now()},
                           kPartners[i], VendorId()));
      }
    }
    status.Update(
        tx.PutConfiguration({.id = kConfiguration, .customer = kCustomers[0], .is_default = true}));
    return status;
  }

  const test::TempDir dir_;
  const RegistryRules rules_{};
  std::unique_ptr<store::Store> store_;
  Engine engine_;
};

// Random requests for a few devices. They share and contradict identifiers, and some
// are invalid.
class Requests {
 public:
  explicit Requests(unsigned seed) : random_(seed) {}

  int Below(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  bool OneIn(int count) { return Below(count) == 0; }

  api::DeviceIdentifier Identifier() {
    api::DeviceIdentifier identifier;
    const int hardware = Below(kHardware);
    if (!OneIn(4)) identifier.set_imei(Spelled(hardware));
    // Usually the second slot of the same hardware, sometimes of another.
    if (OneIn(3)) identifier.set_imei2(Imei(100 + (OneIn(5) ? Below(kHardware) : hardware)));
    if (OneIn(8)) identifier.set_imei(identifier.imei2());
    if (OneIn(4)) identifier.set_meid2(fmt::format("a0000000000{:03x}", hardware));
    if (OneIn(3)) {
      identifier.set_serial_number(fmt::format("{}{}", OneIn(4) ? "s" : "S", hardware));
      identifier.set_manufacturer(OneIn(2) ? "Maker" : "MAKER");
      if (!OneIn(6)) identifier.set_model("Model");
    }
    return identifier;
  }

  api::SectionType Section() {
    if (OneIn(15)) return api::SECTION_TYPE_UNSPECIFIED;
    return OneIn(3) ? api::SECTION_TYPE_SIM_LOCK : api::SECTION_TYPE_ZERO_TOUCH;
  }

  api::PartnerClaim Claim(int partner) {
    api::PartnerClaim claim;
    *claim.mutable_device_identifier() = Identifier();
    claim.set_section_type(Section());
    const int of = OneIn(12) ? 1 - partner : partner;
    claim.set_customer_id(kCustomers[2 * of + (OneIn(4) ? 1 : 0)].value());
    if (claim.section_type() == api::SECTION_TYPE_SIM_LOCK) {
      claim.set_simlock_profile_id(1 + Below(2));
    }
    if (OneIn(10)) claim.set_configuration_id(kConfiguration.value());
    if (OneIn(3)) {
      (*claim.mutable_device_metadata()
            ->mutable_entries())[OneIn(2) ? "ordernumber" : "phonenumber"] =
          OneIn(3) ? "" : fmt::format("{}", Below(100));
    }
    return claim;
  }

  // Sets `by_number` to a random one of the `known` devices, or the identifier of
  // `item` to random hardware.
  template <class Item>
  void Name(size_t known, Item& item, std::optional<size_t>& by_number) {
    if (known > 0 && OneIn(3)) {
      by_number = static_cast<size_t>(Below(static_cast<int>(known)));
    } else {
      *item.mutable_device_identifier() = Identifier();
    }
  }

  // `known` is the number of devices that exist.
  api::PartnerUnclaim Unclaim(size_t known, std::optional<size_t>& by_number) {
    api::PartnerUnclaim unclaim;
    unclaim.set_section_type(Section());
    Name(known, unclaim, by_number);
    if (unclaim.section_type() == api::SECTION_TYPE_SIM_LOCK && OneIn(3)) {
      unclaim.set_vacation_mode_days(1 + Below(5));
    }
    return unclaim;
  }

  api::UpdateMetadataArguments Update(size_t known, std::optional<size_t>& by_number) {
    api::UpdateMetadataArguments update;
    Name(known, update, by_number);
    if (OneIn(15)) return update;
    auto& entries = *update.mutable_device_metadata()->mutable_entries();
    if (OneIn(10)) entries["colour"] = "red";
    if (!OneIn(4)) entries["ordernumber"] = OneIn(3) ? "" : fmt::format("{}", Below(100));
    if (OneIn(3)) entries["phonenumber"] = OneIn(3) ? "" : fmt::format("{}", Below(100));
    return update;
  }

 private:
  // Returns the IMEI in a random spelling.
  std::string Spelled(int hardware) {
    std::string imei = Imei(hardware);
    switch (Below(5)) {
      case 0:
        return imei.substr(0, 14);
      case 1:
        return imei.substr(0, 14) + "07";
      case 2:
        return imei.substr(0, 2) + "-" + imei.substr(2, 6) + " " + imei.substr(8);
      default:
        return imei;
    }
  }

  std::mt19937 random_;
};

class BatchRunTest : public testing::Test {
 protected:
  void SetUp() override { log::SetLevel(log::Level::kOff); }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  // Runs an accepted operation in random chunks, like workers that crash sometimes:
  // items without a recorded result are loaded again. Returns the results in
  // request order.
  std::vector<ItemResult> RunInChunks(const store::OperationHead& accepted) {
    std::vector<ItemResult> results;
    while (true) {
      std::optional<store::Lease> lease;
      EXPECT_TRUE(batches_.store()
                      .Write([&](store::Transaction& tx) -> absl::Status {
                        lease = tx.LeaseOperation(clock_.Now(), absl::Hours(1),
                                                  store::LeaseOrder::kFair)
                                    .value();
                        return absl::OkStatus();
                      })
                      .ok());
      if (!lease.has_value()) break;
      RunTurn(*lease);
    }
    results.resize(static_cast<size_t>(accepted.items));
    size_t read = 0;
    const auto stored = batches_.store().Read().value()->ReadResults(accepted.id).value();
    for (const store::IndexedResult& one : stored) {
      results[one.index] = one.result;
      ++read;
    }
    EXPECT_EQ(read, results.size()) << "each item has one result";
    return results;
  }

  // Runs a few chunks of the operation, sometimes all remaining ones.
  void RunTurn(const store::Lease& lease) {
    const auto run =
        LoadBatchRun(batches_.store(), lease.head, batches_.rules(), clock_.Now(), [](uint64_t) {
          return true;
        }).value();
    const int largest = 1 + requests_->Below(60);
    const auto some = [&](size_t from) {
      return std::min(run->size(), from + 1 + static_cast<size_t>(requests_->Below(largest)));
    };
    PreparedChunk ahead;  // [at, ahead_end), if there is one
    size_t ahead_end = 0;
    size_t at = 0;
    while (at < run->size() && (at == 0 || ahead || !requests_->OneIn(6))) {
      size_t end = ahead ? ahead_end : some(at);
      if (!ahead && requests_->OneIn(2)) end = run->GoodEnd(end);
      const PreparedChunk chunk = ahead ? std::exchange(ahead, nullptr) : run->Prepare(at, end);
      if (end < run->size() && requests_->OneIn(2)) {
        ahead_end = some(end);
        ahead = run->Prepare(end, ahead_end);
      }
      for (bool lost = true; lost;) {
        lost = requests_->OneIn(8);  // the commit fails
        const absl::Status status =
            batches_.store().Write([&](store::Transaction& tx) -> absl::Status {
              const auto results =
                  run->ChangesDevices() ? chunk(tx, clock_.Now()).value() : Preview(*run, at, end);
              const absl::Status recorded =
                  tx.RecordResults(lease, static_cast<int32_t>(lease.head.items - run->size() + at),
                                   results, clock_.Now(), clock_.Now() + absl::Hours(1));
              return lost ? absl::UnavailableError("lost") : recorded;
            });
        EXPECT_EQ(status.ok(), !lost) << status;
      }
      at = end;
    }
    EXPECT_TRUE(batches_.store()
                    .Write([&](store::Transaction& tx) { return tx.ReleaseLease(lease); })
                    .ok());
  }

  std::vector<store::IndexedResult> Preview(BatchRun& run, size_t begin, size_t end) {
    return run.Preview(*batches_.store().Read().value(), begin, end, clock_.Now()).value();
  }

  // Describes every device that a preview could change.
  std::map<DeviceId, std::string> Describe() {
    std::map<DeviceId, std::string> devices;
    for (const auto& [alone, in_batch] : twins_) {
      const DeviceState state = batches_.Read(in_batch);
      devices[in_batch] = testing::PrintToString(StatementsOf(state));
      for (const std::optional<Claim>* claim : {&state.zero_touch, &state.sim_lock}) {
        if (!claim->has_value()) continue;
        devices[in_batch] += fmt::format(
            " {} {} {} {} {}", (*claim)->held, (*claim)->reseller.value(), (*claim)->owner.value(),
            (*claim)->configuration.value(), (*claim)->simlock_profile);
        devices[in_batch] += absl::FormatTime((*claim)->vacation_expires.value_or(absl::Time()));
      }
    }
    return devices;
  }

  // Runs an accepted preview, which must change nothing.
  std::vector<ItemResult> RunPreview(const store::OperationHead& accepted) {
    const auto before = Describe();
    std::vector<ItemResult> results = RunInChunks(accepted);
    EXPECT_EQ(Describe(), before);
    return results;
  }

  // Expects that the preview said what the batch did; of a device that was new, without its id.
  void ExpectForeseen(const std::vector<ItemResult>& preview,
                      const std::vector<ItemResult>& results) {
    ASSERT_EQ(preview.size(), results.size());
    std::set<DeviceId> known;
    for (const auto& [alone, in_batch] : twins_) known.insert(in_batch);
    for (size_t i = 0; i < results.size(); ++i) {
      ItemResult expected = results[i];
      if (!known.contains(expected.device)) expected.device = DeviceId();
      ASSERT_EQ(preview[i], expected)
          << i << ": " << static_cast<int>(preview[i].outcome) << " was foreseen, and not "
          << static_cast<int>(expected.outcome);
    }
  }

  // Expects equal results, except that the registries assign different device ids.
  void ExpectSame(const ItemResult& in_batch, const ItemResult& alone, const std::string& item) {
    ASSERT_EQ(static_cast<int>(in_batch.outcome), static_cast<int>(alone.outcome)) << item;
    if (alone.outcome != Outcome::kSuccess) return;
    const auto [known, is_new] = twins_.emplace(alone.device, in_batch.device);
    ASSERT_EQ(known->second, in_batch.device) << "another device: " << item;
    if (is_new) numbered_.push_back(alone.device);
  }

  void RunClaims(int partner, int count) {
    api::ClaimDevicesRequest request;
    for (int i = 0; i < count; ++i) *request.add_claims() = requests_->Claim(partner);
    const auto preview =
        RunPreview(batches_.engine().PreviewClaims(kPartners[partner], request.claims()).value());
    const auto results =
        RunInChunks(batches_.engine().AcceptClaims(kPartners[partner], request.claims()).value());
    ExpectForeseen(preview, results);
    if (HasFatalFailure()) return;
    for (int i = 0; i < count; ++i) {
      const api::PartnerClaim& item = request.claims(i);
      ExpectSame(results[static_cast<size_t>(i)],
                 alone_.engine().ClaimOne(kPartners[partner], item).value(),
                 fmt::format("{} {}", i, item.ShortDebugString()));
      if (HasFatalFailure()) return;
    }
  }

  // Sets the device id of both items; `alone` goes to the other registry.
  template <class Item>
  void GiveIds(const std::optional<size_t>& number, Item& in_batch, Item& alone) {
    if (!number.has_value()) return;
    alone.set_device_id(numbered_[*number].value());
    in_batch.set_device_id(twins_.at(numbered_[*number]).value());
  }

  void RunUpdates(int partner, int count) {
    api::UpdateDeviceMetadataInBatchRequest request;
    api::UpdateDeviceMetadataInBatchRequest same;  // with the other registry's ids
    for (int i = 0; i < count; ++i) {
      std::optional<size_t> number;
      *request.add_updates() = *same.add_updates() = requests_->Update(numbered_.size(), number);
      GiveIds(number, *request.mutable_updates(i), *same.mutable_updates(i));
    }
    const auto results = RunInChunks(
        batches_.engine().AcceptMetadataUpdates(kPartners[partner], request.updates()).value());
    for (int i = 0; i < count; ++i) {
      const api::UpdateMetadataArguments& item = same.updates(i);
      api::DeviceMetadata after;
      ExpectSame(results[static_cast<size_t>(i)],
                 alone_.engine().UpdateMetadataOne(kPartners[partner], item, after).value(),
                 fmt::format("{} {}", i, item.ShortDebugString()));
      if (HasFatalFailure()) return;
    }
  }

  void RunUnclaims(int partner, int count) {
    api::UnclaimDevicesRequest request;
    api::UnclaimDevicesRequest same;  // with the other registry's ids
    for (int i = 0; i < count; ++i) {
      std::optional<size_t> number;
      *request.add_unclaims() = *same.add_unclaims() = requests_->Unclaim(numbered_.size(), number);
      GiveIds(number, *request.mutable_unclaims(i), *same.mutable_unclaims(i));
    }
    const auto preview = RunPreview(
        batches_.engine().PreviewUnclaims(kPartners[partner], request.unclaims()).value());
    const auto results = RunInChunks(
        batches_.engine().AcceptUnclaims(kPartners[partner], request.unclaims()).value());
    ExpectForeseen(preview, results);
    if (HasFatalFailure()) return;
    for (int i = 0; i < count; ++i) {
      const api::PartnerUnclaim& item = same.unclaims(i);
      ExpectSame(results[static_cast<size_t>(i)],
                 alone_.engine().UnclaimOne(kPartners[partner], item).value(),
                 fmt::format("{} {}", i, item.ShortDebugString()));
      if (HasFatalFailure()) return;
    }
  }

  // Describes what each reseller stated.
  static std::map<int64_t, std::string> StatementsOf(const DeviceState& state) {
    std::map<int64_t, std::string> statements;
    for (const StatementState& each : state.statements) {
      const auto& entries = each.value->metadata.entries();
      const std::map<std::string, std::string> sorted(entries.begin(), entries.end());
      statements[each.reseller.value()] =
          each.value->identifier.ShortDebugString() + testing::PrintToString(sorted);
    }
    return statements;
  }

  void ExpectSameRegistries() {
    for (const auto& [alone, in_batch] : twins_) {
      const DeviceState expected = alone_.Read(alone);
      const DeviceState state = batches_.Read(in_batch);
      const std::string device = fmt::format("device {}", alone.value());
      EXPECT_FALSE(expected.statements.empty());
      EXPECT_EQ(StatementsOf(state), StatementsOf(expected)) << device;
      EXPECT_EQ(state.zero_touch, expected.zero_touch) << device;
      EXPECT_EQ(state.sim_lock, expected.sim_lock) << device;
    }
  }

  // Runs a random batch of claims or unclaims in `batches_` alone. Returns its operation.
  store::OperationHead RunAlone(int partner) {
    store::OperationHead accepted;
    if (requests_->OneIn(2)) {
      api::ClaimDevicesRequest request;
      for (int i = 1 + requests_->Below(60); i > 0; --i) {
        *request.add_claims() = requests_->Claim(partner);
      }
      accepted = batches_.engine().AcceptClaims(kPartners[partner], request.claims()).value();
    } else {
      api::UnclaimDevicesRequest request;
      std::optional<size_t> number;
      for (int i = 1 + requests_->Below(60); i > 0; --i) {
        *request.add_unclaims() = requests_->Unclaim(0, number);
      }
      accepted = batches_.engine().AcceptUnclaims(kPartners[partner], request.unclaims()).value();
    }
    for (const ItemResult& each : RunInChunks(accepted)) {
      if (each.device) seen_.insert(each.device);
    }
    return accepted;
  }

  // Describes the claims that are held on the devices, and the metadata of a reseller.
  std::map<DeviceId, std::string> HeldAndStated(PartnerId reseller) {
    std::map<DeviceId, std::string> devices;
    for (const DeviceId device : seen_) {
      const DeviceState state = batches_.Read(device);
      std::string& text = devices[device];
      for (const std::optional<Claim>* claim : {&state.zero_touch, &state.sim_lock}) {
        if (!IsHeld(*claim)) continue;
        text += fmt::format("{} {} {} {} {};", (*claim)->reseller.value(), (*claim)->owner.value(),
                            (*claim)->configuration.value(), (*claim)->simlock_profile,
                            absl::FormatTime((*claim)->vacation_expires.value_or(absl::Time())));
      }
      const Statement* const statement = state.StatementOf(reseller);
      if (statement == nullptr) continue;
      const auto& entries = statement->metadata.entries();
      text += testing::PrintToString(
          std::map<std::string, std::string>(entries.begin(), entries.end()));
    }
    return devices;
  }

  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  Registry batches_{clock_};
  Registry alone_{clock_};
  std::optional<Requests> requests_;
  std::map<DeviceId, DeviceId> twins_;  // ids in `alone_` to ids in `batches_`
  std::vector<DeviceId> numbered_;
  std::set<DeviceId> seen_;  // devices of RunAlone
};

TEST_F(BatchRunTest, AnyChunking_HasTheEffectOfItemsOneAfterTheOther) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  RecordProperty("seed", fmt::format("{}", seed));
  requests_.emplace(seed);
  for (int round = 0; round < 25; ++round) {
    const int partner = requests_->Below(2);
    const int count = 1 + requests_->Below(80);
    if (requests_->OneIn(2)) {
      RunClaims(partner, count);
    } else if (requests_->OneIn(3)) {
      RunUpdates(partner, count);
    } else {
      RunUnclaims(partner, count);
    }
    if (HasFatalFailure()) return;
    clock_.Advance(absl::Hours(requests_->Below(48)));
  }
  ExpectSameRegistries();
  EXPECT_GT(twins_.size(), 5u) << "some requests succeed";
}

TEST_F(BatchRunTest, Undo_InAnyChunks_EndsWhereTheBatchBegan) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  RecordProperty("seed", fmt::format("{}", seed));
  requests_.emplace(seed);
  size_t undone = 0;
  for (int round = 0; round < 25; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    const int partner = requests_->Below(2);
    RunAlone(requests_->Below(2));
    const auto before = HeldAndStated(kPartners[partner]);
    const store::OperationHead batch = RunAlone(partner);
    const auto results = RunInChunks(batches_.engine().Undo(kPartners[partner], batch.id).value());
    for (const ItemResult& each : results) {
      ASSERT_TRUE(each.outcome == Outcome::kSuccess || each.outcome == Outcome::kNothingToUndo)
          << static_cast<int>(each.outcome);
      undone += each.outcome == Outcome::kSuccess ? 1 : 0;
    }
    const auto after = HeldAndStated(kPartners[partner]);
    for (const auto& [device, text] : before) {
      // A reseller that took a free device over keeps its statement.
      if (text.find('{') == std::string::npos) continue;
      ASSERT_EQ(after.at(device), text) << "device " << device.value();
    }
    for (const auto& [device, text] : after) {
      if (before.contains(device)) continue;
      ASSERT_EQ(text.find(';'), std::string::npos) << text;
    }
    clock_.Advance(absl::Hours(requests_->Below(48)));
  }
  EXPECT_GT(undone, 20u);
}

}  // namespace
}  // namespace zerotouch::batch
