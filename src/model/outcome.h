// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_OUTCOME_H_
#define ZEROTOUCH_MODEL_OUTCOME_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "base/ids.h"
#include "model/api.h"

namespace zerotouch {

// Every way in which a change to one device can end. One table (outcome.cc)
// says what each means to a caller, alone or in a batch. The numbers are
// stored: never reuse one.
enum class Outcome : uint8_t {
  kSuccess = 1,
  // The identifiers are malformed or insufficient.
  kNoIdentifier = 2,
  kInvalidImei = 3,
  kInvalidMeid = 4,
  kInvalidSerial = 5,
  kInvalidManufacturer = 6,
  kInvalidModel = 7,
  kSerialSetIncomplete = 8,
  kSecondSlotEqualsFirst = 9,
  kIdentifiersPointApart = 10,  // to different records
  // The request is wrong in another way.
  kInvalidSection = 11,
  kInvalidCustomer = 12,
  kInvalidConfiguration = 13,
  kInvalidMetadataKey = 14,
  kMetadataTooLarge = 15,
  kVacationOnZeroTouch = 16,
  kVacationTwice = 17,
  kVacationPast = 18,
  kSimlockProfileMissing = 19,
  kSimlockProfileOnZeroTouch = 20,
  kTokenMissing = 21,  // pre-provisioning token of a ChromeOS device
  kTokenNotChromeOs = 22,
  // 23 was never used.
  // The registry says no.
  kUnknownDevice = 24,
  kNotClaimed = 25,
  kHeldByOther = 26,  // on claim: another customer's or reseller's
  kNotYours = 27,     // on unclaim and metadata: another reseller's
  // Malformed, as those up to kInvalidModel; ChromeOS only.
  kInvalidAttestedId = 28,
  kMetadataMissing = 29,
  // The batch was cancelled before this item was run.
  kCancelled = 30,
  // The server itself could not run this item, however often it tried.
  kFailed = 31,
};

// How one item ended.
struct ItemResult {
  Outcome outcome = Outcome::kSuccess;
  DeviceId device;  // where it succeeded

  friend bool operator==(const ItemResult&, const ItemResult&) = default;
};

// The error of a single call; OK for kSuccess.
absl::Status StatusOf(Outcome outcome);

// The result of a batch's item.
void FillResult(const ItemResult& result, api::PerDeviceStatusInBatch* status);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_OUTCOME_H_
