// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_STORE_SIMULATION_H_
#define ZEROTOUCH_TEST_STORE_SIMULATION_H_

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "batch/engine.h"
#include "batch/read_devices.h"
#include "store/simulated_engines.h"
#include "store/store.h"

// Batches of two resellers, and a model of what they should do: whatever happens to the
// servers that run them, each batch has the effect of its items one after the other, each
// with one result.
namespace zerotouch::batch {

inline constexpr int kSimulatedEngines = 3;
inline constexpr int kSimulatedPartners = 2;
inline constexpr int kTurnsAtOnce = 40;
inline constexpr int kSimulatedItems = 30;  // of a batch, at most
inline constexpr int kMostTurns = 40'000;
// Short, because PostgreSQL's leases follow its own clock, on which tests wait.
inline constexpr absl::Duration kSimulatedLease = absl::Seconds(1);

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

inline std::string SimulatedImei(int64_t number) {
  const std::string digits = fmt::format("35{:012}", number);
  return digits + LuhnDigit(digits);
}

// Names what a batch does.
enum class SimulatedDeed { kClaim, kUnclaim, kMetadata, kUndo };

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

  // Runs a batch of claims and one of unclaims, then what `failing` does, and checks. `fault`
  // decides about each call of the store from then on.
  void RunWithFaults(SimulatedDeed failing, const SimulatedStore::NextFault& fault) {
    next_fault_ = [] { return StoreFault::kNone; };
    replicas_.push_back(Start());
    for (const SimulatedDeed each : {SimulatedDeed::kClaim, SimulatedDeed::kUnclaim}) {
      Accept(0, each);
      RunUntilFinished();
    }
    next_fault_ = fault;
    if (failing == SimulatedDeed::kUndo) {
      ASSERT_TRUE(Undo(0));
    } else {
      Accept(0, failing);
    }
    RunUntilFinished();
    next_fault_ = [] { return StoreFault::kNone; };
    Finish();
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
    replica.store = std::make_unique<SimulatedStore>(store_, schedule_, replica.number,
                                                     [this] { return next_fault_(); });
    replica.engine =
        std::make_unique<Engine>(*replica.store, rules_, clock_,
                                 EngineOptions{.workers = 1,
                                               .lease = kSimulatedLease,
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

  static ItemResult Updated(Register device) {
    switch (device) {
      case Register::kUnknown:
        return {.outcome = Outcome::kUnknownDevice, .device = {}};
      case Register::kGivenUp:
        return {.outcome = Outcome::kNotYours, .device = {}};
      case Register::kHeld:
        break;
    }
    return {.outcome = Outcome::kSuccess, .device = {}};
  }

  // Accepts a random batch of the partner.
  void Accept(int partner) {
    const bool is_preview = schedule_.OneIn(3);
    const SimulatedDeed deed = schedule_.OneIn(2)   ? SimulatedDeed::kClaim
                               : schedule_.OneIn(3) ? SimulatedDeed::kMetadata
                                                    : SimulatedDeed::kUnclaim;
    Accept(partner, deed, is_preview && deed != SimulatedDeed::kMetadata);
  }

  // Accepts a batch of the partner. Previews change copies of the registers.
  void Accept(int partner, SimulatedDeed deed, bool is_preview = false) {
    std::vector<Register> preview = registers_[partner];
    std::vector<Register>& registers = is_preview ? preview : registers_[partner];
    SimulatedBatch batch;
    switch (deed) {
      case SimulatedDeed::kClaim:
        AcceptClaims(partner, is_preview, registers, batch);
        break;
      case SimulatedDeed::kUnclaim:
        AcceptUnclaims(partner, is_preview, registers, batch);
        break;
      default:
        AcceptUpdates(partner, registers, batch);
    }
    if (is_preview || deed == SimulatedDeed::kMetadata) batch.changes.clear();
    batches_.push_back(std::move(batch));
  }

  void AcceptClaims(int partner, bool is_preview, std::vector<Register>& registers,
                    SimulatedBatch& batch) {
    api::ClaimDevicesRequest request;
    for (int i = 1 + schedule_.Below(kSimulatedItems); i > 0; --i) {
      api::PartnerClaim& item = *request.add_claims();
      const auto device = static_cast<size_t>(NameDevice(partner, item));
      item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      item.set_customer_id(partner + 11);
      const Register before = registers[device];
      batch.expected.push_back(Claimed(registers[device]));
      batch.changes.push_back({device, before, registers[device]});
    }
    const PartnerId caller(partner + 1);
    batch.head = (is_preview ? sender_.PreviewClaims(caller, request.claims())
                             : sender_.AcceptClaims(caller, request.claims()))
                     .value();
  }

  void AcceptUnclaims(int partner, bool is_preview, std::vector<Register>& registers,
                      SimulatedBatch& batch) {
    api::UnclaimDevicesRequest request;
    for (int i = 1 + schedule_.Below(kSimulatedItems); i > 0; --i) {
      api::PartnerUnclaim& item = *request.add_unclaims();
      const auto device = static_cast<size_t>(NameDevice(partner, item));
      item.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
      const Register before = registers[device];
      batch.expected.push_back(Unclaimed(registers[device]));
      batch.changes.push_back({device, before, registers[device]});
    }
    const PartnerId caller(partner + 1);
    batch.head = (is_preview ? sender_.PreviewUnclaims(caller, request.unclaims())
                             : sender_.AcceptUnclaims(caller, request.unclaims()))
                     .value();
  }

  void AcceptUpdates(int partner, const std::vector<Register>& registers, SimulatedBatch& batch) {
    api::UpdateDeviceMetadataInBatchRequest request;
    for (int i = 1 + schedule_.Below(kSimulatedItems); i > 0; --i) {
      auto& item = *request.add_updates();
      const auto device = static_cast<size_t>(NameDevice(partner, item));
      const std::string order = fmt::format("{}", ++last_order_);
      (*item.mutable_device_metadata()->mutable_entries())["ordernumber"] = order;
      batch.expected.push_back(Updated(registers[device]));
      if (batch.expected.back().outcome == Outcome::kSuccess) orders_[partner][device] = order;
    }
    batch.head = sender_.AcceptMetadataUpdates(PartnerId(partner + 1), request.updates()).value();
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
    undo.head = sender_.Undo(PartnerId(partner + 1), found->head.id).value();
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
    for (int partner = 0; partner < kSimulatedPartners; ++partner) CheckRegisters(partner);
  }

  void CheckRegisters(int partner) {
    const auto snapshot = store_.Read().value();
    std::vector<Identity> identities(kDevices);
    std::vector<const Identity*> sought;
    for (int device = 0; device < kDevices; ++device) {
      Identity& identity = identities[static_cast<size_t>(device)];
      identity.modems = {ModemKeyOfImei(SimulatedImei(NumberOf(partner, device)))};
      sought.push_back(&identity);
    }
    const std::vector<KeyMatches> found = snapshot->Locate(sought).value();
    std::map<DeviceId, size_t> devices;
    for (size_t device = 0; device < found.size(); ++device) {
      const bool is_known = registers_[partner][device] != Register::kUnknown;
      ASSERT_EQ(found[device].size(), is_known ? 1u : 0u) << device;
      if (is_known) devices[found[device][0].device] = device;
    }
    std::vector<DeviceId> ids;
    ids.reserve(devices.size());
    for (const auto& [id, device] : devices) ids.push_back(id);
    const std::vector<DeviceState> states = ReadDevices(*snapshot, ids).value();
    for (const DeviceState& state : states) {
      const size_t device = devices[state.id];
      EXPECT_EQ(IsHeld(state.zero_touch), registers_[partner][device] == Register::kHeld) << device;
      const auto& metadata = state.StatementOf(PartnerId(partner + 1))->metadata.entries();
      const auto order = metadata.find("ordernumber");
      EXPECT_EQ(order == metadata.end() ? "" : order->second, orders_[partner][device]) << device;
    }
  }

  store::Store& store_;
  FakeClock& clock_;
  const unsigned seed_;
  const int world_;
  Schedule schedule_;
  const RegistryRules rules_{};
  Engine sender_{store_, rules_, clock_, EngineOptions()};  // without workers
  SimulatedStore::NextFault next_fault_;
  std::vector<Replica> replicas_;
  std::vector<SimulatedBatch> batches_;
  std::map<int, std::vector<Register>> registers_ = {{0, std::vector<Register>(kDevices)},
                                                     {1, std::vector<Register>(kDevices)}};
  // The order number that each device should have, by partner.
  std::map<int, std::vector<std::string>> orders_ = {{0, std::vector<std::string>(kDevices)},
                                                     {1, std::vector<std::string>(kDevices)}};
  int last_order_ = 0;
};

// Adds the companies of simulations.
inline absl::Status SeedSimulations(store::Transaction& tx, absl::Time now) {
  absl::Status status;
  for (int i = 0; i < kSimulatedPartners; ++i) {
    const PartnerId partner(i + 1);
    status.Update(tx.AddPartner({.id = partner, .name = "R", .created = now}));
    status.Update(
        tx.AddCustomer({.id = CustomerId(i + 11), .name = "C", .created = now}, partner, {}));
  }
  return status;
}

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_TEST_STORE_SIMULATION_H_
