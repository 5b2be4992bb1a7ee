// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CHANGE_RECORDER_H_
#define ZEROTOUCH_MODEL_CHANGE_RECORDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/device.h"

namespace zerotouch {

// Records what one item changes on a device: make it before the decision, and call Record
// after it. For one thread.
class ChangeRecorder {
 public:
  // `device` must outlive it, and its statements may be added to meanwhile. Null: records
  // nothing.
  explicit ChangeRecorder(DeviceState* device);

  // Adds the change, if there is one, to the device's. `item` is the item's place in its
  // chunk, and `caller` the reseller whose statement it may change; 0 for a customer.
  void Record(uint32_t item, PartnerId caller);

 private:
  struct Former {
    PartnerId reseller;
    Statement statement;
  };

  // Adds the statements that differ to `change`. Returns true if metadata or identifiers of
  // any of them do.
  bool NoteStatements(PartnerId caller, DeviceChange& change) const;
  const Statement* FormerOf(PartnerId reseller) const;

  DeviceState* const device_;
  std::optional<Claim> sim_lock_;
  std::optional<Claim> zero_touch_;
  std::vector<Former> statements_;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CHANGE_RECORDER_H_
