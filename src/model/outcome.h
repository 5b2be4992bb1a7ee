// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_OUTCOME_H_
#define ZEROTOUCH_MODEL_OUTCOME_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "base/ids.h"
#include "google/android/device/provisioning/v1/errors.pb.h"
#include "model/api.h"

namespace zerotouch {

// The outcomes of a change to one device. One table (outcome.cc) maps each to the
// error of a single call and to the result of a batch item. The numbers are
// stored: never reuse one.
enum class Outcome : uint8_t {
  kSuccess = 1,
  // Malformed or insufficient identifiers.
  kNoIdentifier = 2,
  kInvalidImei = 3,
  kInvalidMeid = 4,
  kInvalidSerial = 5,
  kInvalidManufacturer = 6,
  kInvalidModel = 7,
  kSerialSetIncomplete = 8,
  kSecondSlotEqualsFirst = 9,
  kIdentifiersPointApart = 10,  // they belong to different records
  // Other invalid requests.
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
  // Refused because of what the registry holds.
  kUnknownDevice = 24,
  kNotClaimed = 25,         // unclaim by a reseller: nobody holds the section
  kHeldByOther = 26,        // claim: held for another customer or by another reseller
  kNotYours = 27,           // unclaim, metadata: the caller does not hold the claim
  kInvalidAttestedId = 28,  // malformed; ChromeOS only
  kMetadataMissing = 29,
  kCancelled = 30,         // the operation was cancelled before this item ran
  kFailed = 31,            // the server cannot run this item; the error is permanent
  kNoZeroTouchClaim = 32,  // call of a customer that owns the device by its SIM lock only
  // The identifiers contradict what the caller stated about the device.
  kOtherSerialStated = 33,
  kOtherManufacturerStated = 34,
  kOtherModelStated = 35,
  kOtherAttestedIdStated = 36,
  kOtherImeisStated = 37,
  kOtherMeidsStated = 38,
  // Items of an undo.
  kNothingToUndo = 39,  // the item had failed, or had changed nothing
  kChangedSince = 40,   // the section is no longer as the item left it
  // A fault rule of a sandbox made the result; ItemResult::device holds it (MadeResult).
  kMade = 250,
};

// The result of one item.
struct ItemResult {
  Outcome outcome = Outcome::kSuccess;
  DeviceId device;  // set on success, and with kMade

  friend bool operator==(const ItemResult&, const ItemResult&) = default;
};

// Returns the result that a fault rule of a sandbox gives an item. `status` is not
// success.
ItemResult MadeResult(api::SingleDeviceStatus status, api::CustomErrorCode error);

// Returns the error of a single call, or OK for kSuccess. `detail`, one sentence about
// the request or empty, follows the outcome's own message.
absl::Status StatusOf(Outcome outcome, std::string_view detail = {});

// Fills in the result of a batch item. `detail` is as in StatusOf.
void FillResult(const ItemResult& result, api::PerDeviceStatusInBatch* status,
                std::string_view detail = {});

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_OUTCOME_H_
