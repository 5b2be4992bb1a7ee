// SPDX-License-Identifier: Apache-2.0
// Simulates three servers that share a registry: each has a worker, and they stall, die,
// lose their leases, and lose answers of the store. Whatever happens, each batch has the
// effect of its items one after the other, each with one result.
//
// SIMULATION_SEEDS=10000 runs more seeds; SIMULATION_FIRST_SEED=N begins with N.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/log.h"
#include "batch/engine.h"
#include "store/simulated_engines.h"
#include "store/store.h"
#include "support/temp_dir.h"

namespace zerotouch::batch {
namespace {

constexpr int kSimulatedEngines = 3;
constexpr int kSimulatedPartners = 2;
constexpr int kTurnsAtOnce = 40;
constexpr int kMostTurns = 40'000;

int NumberFrom(const char* variable, int otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

// While it lives, files that are opened are not synced: a crash of the machine is not
// simulated here.
class WithoutSyncs {
 public:
  WithoutSyncs() {
    base_ = sqlite3_vfs_find(nullptr);
    vfs_ = *base_;
    vfs_.zName = "without-syncs";
    vfs_.xOpen = [](sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out) {
      const int code = base_->xOpen(base_, name, file, flags, out);
      if (code != SQLITE_OK || file->pMethods == nullptr) return code;
      // Journals have other methods than the file itself.
      auto [methods, is_new] = methods_.try_emplace(file->pMethods, *file->pMethods);
      methods->second.xSync = [](sqlite3_file*, int) { return SQLITE_OK; };
      file->pMethods = &methods->second;
      return code;
    };
    sqlite3_vfs_register(&vfs_, 1);
  }
  ~WithoutSyncs() {
    sqlite3_vfs_register(base_, 1);
    sqlite3_vfs_unregister(&vfs_);
  }
  WithoutSyncs(const WithoutSyncs&) = delete;
  WithoutSyncs& operator=(const WithoutSyncs&) = delete;

 private:
  static inline sqlite3_vfs* base_ = nullptr;
  static inline std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods_;
  sqlite3_vfs vfs_;
};

std::string SimulatedImei(int64_t number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// The state that one device of a partner should have.
enum class Register { kUnknown, kHeld, kGivenUp };

// A change that an item should make to a device of its partner.
struct SimulatedChange {
  size_t device = 0;
  Register before = Register::kUnknown;
  Register after = Register::kUnknown;
};

// A batch, and what its items should do.
struct SimulatedBatch {
  store::OperationHead head;
  std::vector<ItemResult> expected;      // without ids of devices
  std::vector<SimulatedChange> changes;  // of each item; empty if the batch cannot be undone
};

class Simulation {
 public:
  // `world` says which devices it has to itself.
  Simulation(store::Store& store, FakeClock& clock, unsigned seed, int world)
      : store_(store), clock_(clock), seed_(seed), world_(world), schedule_(seed, clock) {
    next_fault_ = [this] { return RandomFault(); };
  }

  // Runs a few batches, and then one more, during which call number `failing` of the store
  // fails. That one undoes an earlier one if `undoes` and an earlier one can be undone.
  // Returns false if there were fewer calls.
  bool RunWithFault(int failing, StoreFault fault, bool undoes) {
    bool counts = false;
    int calls = 0;
    next_fault_ = [&] { return counts && ++calls == failing ? fault : StoreFault::kNone; };
    replicas_.push_back(Start());
    for (int i = 0; i < 2; ++i) {
      Accept(0);
      RunUntilFinished();
    }
    counts = true;
    if (!undoes || !Undo(0)) Accept(0);
    RunUntilFinished();
    Finish();
    return calls >= failing;
  }

  void Run() {
    for (int i = 0; i < 2 * kSimulatedPartners; ++i) Accept(i % kSimulatedPartners);
    for (int i = 0; i < kSimulatedEngines; ++i) replicas_.push_back(Start());
    int more = schedule_.Below(4);
    for (int turns = 0; !IsFinished() || more > 0; turns += kTurnsAtOnce) {
      ASSERT_LT(turns, kMostTurns) << "the batches did not finish";
      schedule_.Run(kTurnsAtOnce);
      if (schedule_.OneIn(3)) Crash();
      if (more > 0 && schedule_.OneIn(3)) {
        --more;
        const int partner = schedule_.Below(kSimulatedPartners);
        if (!schedule_.OneIn(2) || !Undo(partner)) Accept(partner);
      }
    }
    Finish();
  }

 private:
  StoreFault RandomFault() {
    if (schedule_.OneIn(60)) return StoreFault::kStalled;
    switch (schedule_.Below(30)) {
      case 0:
        return StoreFault::kRefused;
      case 1:
        return StoreFault::kRolledBack;
      case 2:
        return StoreFault::kAnswerLost;
      default:
        return StoreFault::kNone;
    }
  }

  void RunUntilFinished() {
    for (int turns = 0; !IsFinished(); ++turns) {
      ASSERT_LT(turns, kMostTurns) << "the batch did not finish";
      schedule_.Run(1);
    }
  }

  // Stops the engines and checks what they did.
  void Finish() {
    while (!replicas_.empty()) Stop(replicas_.back());
    for (const SimulatedBatch& batch : batches_) Check(batch);
    CheckRegisters();
  }

  // A server of which the process can die.
  struct Replica {
    int number = 0;
    std::unique_ptr<SimulatedTime> time;
    std::unique_ptr<SimulatedStore> store;
    std::unique_ptr<Engine> engine;
  };

  static constexpr int kDevices = 25;

  int64_t NumberOf(int partner, int device) const {
    return int64_t{world_} * 100 + partner * kDevices + device;
  }

  Replica Start() {
    Replica replica;
    replica.number = schedule_.AddEngine();
    replica.time = std::make_unique<SimulatedTime>(schedule_, replica.number);
    replica.store =
        std::make_unique<SimulatedStore>(store_, schedule_, replica.number, next_fault_);
    replica.engine =
        std::make_unique<Engine>(*replica.store, rules_, clock_,
                                 EngineOptions{.workers = 1,
                                               .slice = absl::Milliseconds(100),
                                               .time = replica.time.get(),
                                               .items_per_second = seed_ % 2 == 0 ? 0.0 : 100.0});
    replica.engine->Start();
    return replica;
  }

  void Stop(Replica& replica) {
    schedule_.Kill(replica.number);
    replica.engine.reset();
    replicas_.erase(replicas_.begin() + (&replica - replicas_.data()));
  }

  void Crash() {
    Stop(replicas_[static_cast<size_t>(schedule_.Below(kSimulatedEngines))]);
    replicas_.push_back(Start());
  }

  template <class Item>
  int NameDevice(int partner, Item& item) {
    const int device = schedule_.Below(kDevices);
    item.mutable_device_identifier()->set_imei(SimulatedImei(NumberOf(partner, device)));
    item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return device;
  }

  // Decides an item by `registers`, and changes them.
  static ItemResult Claimed(Register& device) {
    device = Register::kHeld;
    return {.outcome = Outcome::kSuccess, .device = {}};
  }
  static ItemResult Unclaimed(Register& device) {
    if (device == Register::kUnknown) return {.outcome = Outcome::kUnknownDevice, .device = {}};
    if (device == Register::kGivenUp) return {.outcome = Outcome::kNotClaimed, .device = {}};
    device = Register::kGivenUp;
    return {.outcome = Outcome::kSuccess, .device = {}};
  }

  // Accepts a random batch of the partner. Previews change copies of the registers.
  void Accept(int partner) {
    Engine sender(store_, rules_, clock_, EngineOptions());  // without workers
    const PartnerId caller(partner + 1);
    const int count = 1 + schedule_.Below(60);
    const bool is_preview = schedule_.OneIn(3);
    std::vector<Register> preview = registers_[partner];
    std::vector<Register>& registers = is_preview ? preview : registers_[partner];
    SimulatedBatch batch;
    if (schedule_.OneIn(2)) {
      api::ClaimDevicesRequest request;
      for (int i = 0; i < count; ++i) {
        api::PartnerClaim& item = *request.add_claims();
        const auto device = static_cast<size_t>(NameDevice(partner, item));
        item.set_customer_id(partner + 11);
        const Register before = registers[device];
        batch.expected.push_back(Claimed(registers[device]));
        batch.changes.push_back({device, before, registers[device]});
      }
      batch.head = (is_preview ? sender.PreviewClaims(caller, request.claims())
                               : sender.AcceptClaims(caller, request))
                       .value();
    } else {
      api::UnclaimDevicesRequest request;
      for (int i = 0; i < count; ++i) {
        const auto device = static_cast<size_t>(NameDevice(partner, *request.add_unclaims()));
        const Register before = registers[device];
        batch.expected.push_back(Unclaimed(registers[device]));
        batch.changes.push_back({device, before, registers[device]});
      }
      batch.head = (is_preview ? sender.PreviewUnclaims(caller, request.unclaims())
                               : sender.AcceptUnclaims(caller, request))
                       .value();
    }
    if (is_preview) batch.changes.clear();
    batches_.push_back(std::move(batch));
  }

  // Undoes the first batch of the partner that is finished and can be undone. Returns false
  // if no batch can be.
  bool Undo(int partner) {
    const auto found = std::find_if(batches_.begin(), batches_.end(), [&](const auto& each) {
      return each.head.partner == PartnerId(partner + 1) && !each.changes.empty() &&
             HeadOf(each).finished.has_value();
    });
    if (found == batches_.end()) return false;
    SimulatedBatch undo;
    undo.expected.resize(found->changes.size());
    for (size_t i = found->changes.size(); i-- > 0;) {
      const SimulatedChange& change = found->changes[i];
      Register& device = registers_[partner][change.device];
      Outcome& outcome = undo.expected[i].outcome;
      if (change.before == change.after) {
        outcome = Outcome::kNothingToUndo;
      } else if (device != change.after) {
        outcome = Outcome::kChangedSince;
      } else {
        outcome = Outcome::kSuccess;
        // A device that was unknown stays known.
        device = change.before == Register::kHeld ? Register::kHeld : Register::kGivenUp;
      }
    }
    Engine sender(store_, rules_, clock_, EngineOptions());  // without workers
    undo.head = sender.Undo(PartnerId(partner + 1), found->head.id).value();
    found->changes.clear();
    batches_.push_back(std::move(undo));
    return true;
  }

  store::OperationHead HeadOf(const SimulatedBatch& batch) {
    return *store_.Read().value()->FindOperation(batch.head.id).value();
  }

  bool IsFinished() {
    return std::all_of(batches_.begin(), batches_.end(), [&](const SimulatedBatch& each) {
      return HeadOf(each).finished.has_value();
    });
  }

  void Check(const SimulatedBatch& batch) {
    const store::OperationHead head = HeadOf(batch);
    EXPECT_FALSE(head.cancelled);
    EXPECT_EQ(head.items_done, head.items);
    std::map<uint32_t, ItemResult> results;
    const auto stored = store_.Read().value()->ReadResults(head.id).value();
    for (const store::IndexedResult& each : stored) {
      ASSERT_TRUE(results.emplace(each.index, each.result).second) << "a second result";
    }
    ASSERT_EQ(results.size(), batch.expected.size());
    for (const auto& [index, result] : results) {
      ASSERT_EQ(static_cast<int>(result.outcome), static_cast<int>(batch.expected[index].outcome))
          << "item " << index << " of a batch of kind " << static_cast<int>(head.kind);
    }
  }

  void CheckRegisters() {
    const auto snapshot = store_.Read().value();
    for (int partner = 0; partner < kSimulatedPartners; ++partner) {
      for (int device = 0; device < kDevices; ++device) {
        const Identity identity{
            .modems = {ModemKeyOfImei(SimulatedImei(NumberOf(partner, device)))},
            .serial_key = "",
            .serial = ""};
        const Identity* const sought[] = {&identity};
        const auto found = snapshot->Locate(sought).value()[0];
        const Register expected = registers_[partner][static_cast<size_t>(device)];
        ASSERT_EQ(found.size(), expected == Register::kUnknown ? 0u : 1u) << device;
        if (found.empty()) continue;
        const DeviceId ids[] = {found[0].device};
        ASSERT_EQ(IsHeld(snapshot->ReadClaims(ids).value()[0].zero_touch),
                  expected == Register::kHeld)
            << device;
      }
    }
  }

  store::Store& store_;
  FakeClock& clock_;
  const unsigned seed_;
  const int world_;
  Schedule schedule_;
  const RegistryRules rules_;
  SimulatedStore::NextFault next_fault_;
  std::vector<Replica> replicas_;
  std::vector<SimulatedBatch> batches_;
  std::map<int, std::vector<Register>> registers_ = {{0, std::vector<Register>(kDevices)},
                                                     {1, std::vector<Register>(kDevices)}};
};

class SimulationTest : public testing::Test {
 protected:
  void SetUp() override {
    log::SetLevel(log::Level::kOff);
    store_ = store::Open("sqlite://" + dir_ / "registry.db", clock_).value();
    ASSERT_TRUE(store_->Write([&](store::Transaction& tx) { return Seed(tx); }).ok());
  }
  void TearDown() override { log::SetLevel(log::Level::kInfo); }

  absl::Status Seed(store::Transaction& tx) {
    absl::Status status;
    for (int i = 0; i < kSimulatedPartners; ++i) {
      const PartnerId partner(i + 1);
      status.Update(tx.AddPartner({.id = partner, .name = "R", .created = clock_.Now()}));
      status.Update(tx.AddCustomer({.id = CustomerId(i + 11), .name = "C", .created = clock_.Now()},
                                   partner, VendorId()));
    }
    return status;
  }

  const test::TempDir dir_;
  const WithoutSyncs without_syncs_;
  FakeClock clock_{absl::FromUnixSeconds(1'800'000'000)};
  std::unique_ptr<store::Store> store_;
};

TEST_F(SimulationTest, ThreeWorkers_ThatStallAndDie_RunEachItemOnce) {
  const int first = NumberFrom("SIMULATION_FIRST_SEED", 1);
  const int seeds = NumberFrom("SIMULATION_SEEDS", 100);
  for (int seed = first; seed < first + seeds; ++seed) {
    SCOPED_TRACE(fmt::format("SIMULATION_FIRST_SEED={}", seed));
    Simulation(*store_, clock_, static_cast<unsigned>(seed), seed).Run();
    if (HasFailure()) break;
  }
}

TEST_F(SimulationTest, AnyCallOfTheStoreThatFails_LeavesEachItemOnce) {
  int world = 1;
  for (const StoreFault fault :
       {StoreFault::kRefused, StoreFault::kRolledBack, StoreFault::kAnswerLost}) {
    // Odd seeds cut the batches into chunks of ten items.
    for (const unsigned seed : {1u, 3u, 5u, 7u, 9u, 11u}) {
      const bool undoes = seed > 6;
      int call = 1;
      while (Simulation(*store_, clock_, seed, world++).RunWithFault(call, fault, undoes)) {
        ASSERT_FALSE(HasFailure())
            << "seed " << seed << ", call " << call << ", fault " << static_cast<int>(fault);
        ++call;
      }
      EXPECT_GT(call, 3);
    }
  }
}

}  // namespace
}  // namespace zerotouch::batch
