// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_TARGETS_H_
#define ZEROTOUCH_BATCH_TARGETS_H_

#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/check.h"
#include "model/change_recorder.h"
#include "model/hardware.h"
#include "model/rules.h"
#include "store/store.h"

namespace zerotouch::batch {

// A device that an item refers to, by its id or by identifiers that its caller stated.
struct TargetDevice {
  DeviceId id;
  // The item has identifiers that may contradict what its caller stated.
  bool check_identifier = false;

  friend bool operator==(const TargetDevice&, const TargetDevice&) = default;
};

// The target of an item that refers to a device: a record, hardware whose record is
// not known, or the outcome of an item that is refused.
using ItemTarget = std::variant<TargetDevice, Identity, Outcome>;

// Returns the target of an item whose request was checked, before any look-up.
ItemTarget TargetOf(std::variant<Target, Outcome> checked);

// Gives the identifiers of the item at [i].
using IdentifierOf = absl::FunctionRef<const api::DeviceIdentifier&(size_t i)>;

// Looks up the hardware among the targets of items and replaces it by its record, if
// `caller` stated it. Hardware that only others stated stays as it is.
// `fields_of(i)` says what the identifier of the item at [i] has.
absl::Status LocateTargets(store::DeviceReads& reads, PartnerId caller,
                           absl::FunctionRef<GivenFields(size_t i)> fields_of,
                           std::span<ItemTarget> targets);

// Clears check_identifier of the targets whose item repeats what `caller` stated. Reads the
// statements in the order of device ids. An identifier that was repeated stays so, unless the
// caller gives up the device and claims it with other identifiers. `repeats(i, stated)` returns
// true if the item at [i] repeats the serialized DeviceIdentifier.
absl::Status ClearRepeated(store::DeviceReads& reads, PartnerId caller,
                           absl::FunctionRef<bool(size_t i, std::string_view stated)> repeats,
                           std::span<ItemTarget> targets);

// The devices of a chunk of items. The items decide one after the other, so that
// each sees the changes of earlier ones; then all changes are written.
class TargetDevices {
 public:
  // Looks up the devices that were not found before, and reads the claims. Reads the
  // statements of devices whose items need them, or of all of them for rules that do.
  static absl::StatusOr<TargetDevices> Load(store::DeviceReads& reads, PartnerId caller,
                                            IdentifierOf identifier_of,
                                            std::span<const ItemTarget> targets,
                                            bool with_statements = false);
  // The same for an item of a customer, which refers to devices by what the resellers that
  // hold its claims stated.
  static absl::StatusOr<TargetDevices> LoadForCustomer(store::DeviceReads& reads, CustomerId caller,
                                                       const ItemTarget& target);

  // Calls `decide` with the hardware of item `i`, records what it changes, and returns its
  // result, an ItemResult or a StatusOr of one. Returns the outcome of a refused item without
  // calling `decide`.
  template <class Decision>
  std::invoke_result_t<const Decision&, const Hardware&> Decide(size_t i, const Decision& decide) {
    ZT_CHECK(i < targets_.size(), "an item has no target");
    if (const auto* refused = std::get_if<Outcome>(&targets_[i])) {
      return ItemResult{.outcome = *refused, .device = {}};
    }
    const Hardware hardware = HardwareOf(i);
    ChangeRecorder recorder(hardware.device);
    auto result = decide(hardware);
    recorder.Record(static_cast<uint32_t>(i), caller_);
    return result;
  }

  // Writes the changes.
  absl::Status Apply(store::Transaction& transaction) const;

 private:
  // Hardware that only others stated.
  using OfOthers = absl::flat_hash_map<size_t, KeyMatches>;

  // Reads all targets and the devices of others.
  absl::Status ReadStates(store::DeviceReads& reads, const OfOthers& others, bool with_statements);
  // Decides what the caller may know of hardware that only others stated.
  absl::Status ResolveOthers(store::DeviceReads& reads, PartnerId caller, const OfOthers& others);
  absl::Status ReadStatementsIf(store::DeviceReads& reads,
                                absl::FunctionRef<bool(const DeviceState&)> needs);
  DeviceState& StateOf(DeviceId id);
  Hardware HardwareOf(size_t i);

  PartnerId caller_;  // 0: a customer
  std::vector<ItemTarget> targets_;
  std::vector<DeviceState> states_;               // ascending by id
  absl::flat_hash_map<size_t, Hardware> others_;  // by item
};

// A chunk of items that was decided: the devices with the changes, and results[i] for item i.
struct DecidedTargets {
  TargetDevices devices;
  std::vector<ItemResult> results;
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_TARGETS_H_
