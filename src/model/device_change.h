// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_DEVICE_CHANGE_H_
#define ZEROTOUCH_MODEL_DEVICE_CHANGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "model/api.h"
#include "model/claim.h"

namespace zerotouch {

// A statement about a device as it was before a change dropped or replaced it.
struct FormerStatement {
  PartnerId reseller;
  api::DeviceIdentifier identifier;
  api::DeviceMetadata metadata;
  // The place in the log of the last change of its metadata alone; 0: none.
  int64_t last_entry = 0;
  // The statement was dropped. Otherwise it was changed, and is still there.
  bool dropped = false;
};

// The change that one item made on one device: a claim, statements, or both. An item that changes
// nothing makes none.
struct DeviceChange {
  DeviceId device;
  // The section of the claim; for metadata, of the claim that their reseller holds.
  Section section = Section::kZeroTouch;
  // The index of the item in the request of its operation; 0 for a single call.
  uint32_t item = 0;
  // The claim as it was and as it became; nullopt: the section was never claimed. Equal if
  // the item changed statements only.
  std::optional<Claim> before;
  std::optional<Claim> after;
  // The statements that the item changed or dropped, as they were. A statement that is new
  // is not among them.
  std::vector<FormerStatement> statements;
  // The metadata keys that the item set or removed.
  std::vector<std::string> metadata_keys;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_DEVICE_CHANGE_H_
