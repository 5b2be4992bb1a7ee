// SPDX-License-Identifier: Apache-2.0
#include "model/outcome.h"

#include <cstddef>
#include <string>

#include "errors/errors.h"
#include "google/android/device/provisioning/v1/errors.pb.h"

namespace zerotouch {
namespace {

using absl::StatusCode;

struct Meaning {
  Outcome outcome;
  api::SingleDeviceStatus in_batch;
  api::CustomErrorCode error;
  StatusCode alone;
  const char* message;  // for developers; without data of the device
};

constexpr Outcome kNone{0};

// The meaning of numbers that this version does not know, because a newer version
// stored them or because they are no longer used.
constexpr Meaning kUnknown = {kNone, api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR, api::UNKNOWN_ERROR,
                              StatusCode::kInternal, "This item failed for an unknown reason."};

// Indexed by the number of the outcome.
constexpr Meaning kMeanings[] = {
    kUnknown,
    {Outcome::kSuccess, api::SINGLE_DEVICE_STATUS_SUCCESS, api::NO_ERROR, StatusCode::kOk, ""},
    {Outcome::kNoIdentifier, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Missing device identifier: send deviceId, or a deviceIdentifier with an IMEI, a MEID, or "
     "serialNumber with manufacturer and model. A claim takes only deviceIdentifier."},
    {Outcome::kInvalidImei, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER, api::INVALID_IMEI,
     StatusCode::kInvalidArgument,
     "Invalid IMEI in imei or imei2: use 15 digits with a valid check digit, 14 digits, or a "
     "16-digit IMEISV."},
    {Outcome::kInvalidMeid, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER, api::INVALID_MEID,
     StatusCode::kInvalidArgument,
     "Invalid MEID in meid or meid2: use 14 hexadecimal digits, 15 with the check digit, or 18 "
     "decimal digits."},
    {Outcome::kInvalidSerial, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_SERIAL, StatusCode::kInvalidArgument,
     "Invalid serialNumber: use 1 to 64 printable characters."},
    {Outcome::kInvalidManufacturer, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_MANUFACTURER, StatusCode::kInvalidArgument,
     "Invalid manufacturer: use 1 to 256 bytes of printable text."},
    {Outcome::kInvalidModel, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_MODEL, StatusCode::kInvalidArgument,
     "Invalid model: use 1 to 256 bytes of printable text."},
    {Outcome::kSerialSetIncomplete, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Incomplete deviceIdentifier: send serialNumber with manufacturer and model; for a ChromeOS "
     "device, with model and chromeOsAttestedDeviceId."},
    {Outcome::kSecondSlotEqualsFirst, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Invalid imei2 or meid2: it equals imei or meid. Leave it out."},
    {Outcome::kIdentifiersPointApart, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Invalid deviceIdentifier: its identifiers belong to different devices. Send the identifiers "
     "of one device."},
    {Outcome::kInvalidSection, api::SINGLE_DEVICE_STATUS_INVALID_SECTION_TYPE,
     api::INVALID_SECTION_TYPE, StatusCode::kInvalidArgument,
     "Invalid sectionType: use SECTION_TYPE_ZERO_TOUCH or SECTION_TYPE_SIM_LOCK."},
    {Outcome::kInvalidCustomer, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_CUSTOMER_ID,
     StatusCode::kInvalidArgument,
     "Invalid customerId: use a customer of this reseller; for a ChromeOS device, either that or "
     "a googleWorkspaceCustomerId."},
    {Outcome::kInvalidConfiguration, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid configurationId: use a configuration of this customer, on a zero-touch claim, or "
     "leave it out."},
    {Outcome::kInvalidMetadataKey, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid key in deviceMetadata: use phonenumber or ordernumber; for a ChromeOS device, use "
     "ordernumber, annotatedassetid, annotatedlocation or annotateduser. The operator of this "
     "server can add keys."},
    {Outcome::kMetadataTooLarge, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid deviceMetadata: use at most 100 keys for a device, keys of at most 128 bytes and "
     "values of at most 1024 bytes."},
    {Outcome::kVacationOnZeroTouch, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid vacationModeDays or vacationModeExpireTime: a zero-touch claim has no vacation "
     "mode. Leave both out."},
    {Outcome::kVacationTwice, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid vacationModeDays and vacationModeExpireTime: send only one of them."},
    {Outcome::kVacationPast, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid vacation: use 1 to 3650 vacationModeDays, or a vacationModeExpireTime in the "
     "future, at most 3650 days from now."},
    {Outcome::kSimlockProfileMissing, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument, "Missing simlockProfileId: send one with each SIM-lock claim."},
    {Outcome::kSimlockProfileOnZeroTouch, api::SINGLE_DEVICE_STATUS_OTHER_ERROR,
     api::INVALID_PARAMETER, StatusCode::kInvalidArgument,
     "Invalid simlockProfileId: a zero-touch claim has no SIM-lock profile. Leave it out."},
    {Outcome::kTokenMissing, api::SINGLE_DEVICE_STATUS_INVALID_TOKEN, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Missing preProvisioningToken: send one with each claim of a ChromeOS device."},
    {Outcome::kTokenNotChromeOs, api::SINGLE_DEVICE_STATUS_INVALID_TOKEN, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Invalid preProvisioningToken: only ChromeOS devices have one. Leave it out."},
    kUnknown,
    {Outcome::kUnknownDevice, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_DEVICE_ID, StatusCode::kNotFound, errors::kDeviceNotFound},
    {Outcome::kNotClaimed, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_OPERATION,
     StatusCode::kFailedPrecondition,
     "The device has no claim in this section: nothing to unclaim. It may have been unclaimed "
     "already."},
    {Outcome::kHeldByOther, api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS, api::DEVICE_ALREADY_EXISTS,
     StatusCode::kFailedPrecondition,
     "The device is already claimed for another customer or by another reseller. The holder of "
     "that claim must unclaim it first."},
    {Outcome::kNotYours, api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS, api::AUTHORIZATION_FAIL,
     StatusCode::kPermissionDenied,
     "This reseller does not hold a claim on the device. Only the holder of the claim can change "
     "or unclaim the device."},
    {Outcome::kInvalidAttestedId, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Invalid chromeOsAttestedDeviceId: use 1 to 256 bytes of printable text."},
    {Outcome::kMetadataMissing, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "Missing deviceMetadata: send the entries to set, with an empty value for each entry to "
     "delete."},
    {Outcome::kCancelled, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::UNKNOWN_ERROR,
     StatusCode::kCancelled,
     "The operation was cancelled before this item ran. The device is unchanged."},
    {Outcome::kFailed, api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR, api::UNKNOWN_ERROR,
     StatusCode::kInternal,
     "The server cannot process this item. The device is unchanged. The operator finds the reason "
     "in the log of the server."},
    {Outcome::kNoZeroTouchClaim, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_OPERATION,
     StatusCode::kFailedPrecondition,
     "The device has no zero-touch claim for this customer: only its SIM lock is claimed. Ask the "
     "reseller to claim it for zero-touch."},
    {Outcome::kOtherSerialStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid serialNumber: this reseller registered the device with "
     "another serial number. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kOtherManufacturerStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid manufacturer: this reseller registered the device with "
     "another manufacturer. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kOtherModelStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid model: this reseller registered the device with another "
     "model. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kOtherAttestedIdStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid chromeOsAttestedDeviceId: this reseller registered the "
     "device with another attested device id. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kOtherImeisStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid imei or imei2: this reseller registered the device with "
     "two other IMEIs. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kOtherMeidsStated, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kFailedPrecondition,
     "Precondition check failed. Invalid meid or meid2: this reseller registered the device with "
     "two other MEIDs. "
     "Send what is registered, or unclaim the device first."},
    {Outcome::kNothingToUndo, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_OPERATION,
     StatusCode::kFailedPrecondition,
     "Nothing to undo: the item failed, or changed nothing. The device is unchanged."},
    {Outcome::kChangedSince, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_OPERATION,
     StatusCode::kFailedPrecondition,
     "The device was claimed, unclaimed or locked otherwise since the operation. It is "
     "unchanged. Look at its claims and change them with claim or unclaim."},
};

// Returns the errorIdentifier of an outcome for which the API has no code, or null.
const char* OwnIdentifierOf(Outcome outcome) {
  switch (outcome) {
    case Outcome::kCancelled:
      return "OPERATION_CANCELLED";
    case Outcome::kNothingToUndo:
      return "NOTHING_TO_UNDO";
    case Outcome::kChangedSince:
      return "CHANGED_SINCE";
    default:
      return nullptr;
  }
}

// Returns true if every row is at the index of its number.
constexpr bool IsIndexedByNumber() {
  for (size_t i = 0; i < std::size(kMeanings); ++i) {
    const Outcome outcome = kMeanings[i].outcome;
    if (outcome != kNone && static_cast<size_t>(outcome) != i) return false;
  }
  return true;
}
static_assert(IsIndexedByNumber());

const Meaning& MeaningOf(Outcome outcome) {
  const auto number = static_cast<size_t>(outcome);
  return number < std::size(kMeanings) ? kMeanings[number] : kUnknown;
}

// ItemResult::device of kMade has the error in the bits below this one, and the status
// from it on.
constexpr int kMadeStatusShift = 16;

void FillMade(const ItemResult& result, api::PerDeviceStatusInBatch* status) {
  const int64_t value = result.device.value();
  const auto error = static_cast<int>(value & ((int64_t{1} << kMadeStatusShift) - 1));
  const auto made = static_cast<int>(value >> kMadeStatusShift);
  status->set_status(api::SingleDeviceStatus_IsValid(made)
                         ? static_cast<api::SingleDeviceStatus>(made)
                         : api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR);
  if (error != api::NO_ERROR && api::CustomErrorCode_IsValid(error)) {
    status->set_error_identifier(
        api::CustomErrorCode_Name(static_cast<api::CustomErrorCode>(error)));
  }
  status->set_error_message("A fault rule of the sandbox made this result.");
}

std::string MessageWith(const Meaning& meaning, std::string_view detail) {
  std::string message = meaning.message;
  if (!detail.empty()) message.append(" ").append(detail);
  return message;
}

}  // namespace

ItemResult MadeResult(api::SingleDeviceStatus status, api::CustomErrorCode error) {
  return {.outcome = Outcome::kMade,
          .device = DeviceId((static_cast<int64_t>(status) << kMadeStatusShift) | error)};
}

absl::Status StatusOf(Outcome outcome, std::string_view detail) {
  const Meaning& meaning = MeaningOf(outcome);
  if (meaning.outcome == Outcome::kSuccess) return absl::OkStatus();
  if (meaning.outcome == kNone) return errors::Internal();
  return errors::Custom(meaning.alone, meaning.error, MessageWith(meaning, detail));
}

void FillResult(const ItemResult& result, api::PerDeviceStatusInBatch* status,
                std::string_view detail) {
  if (result.outcome == Outcome::kMade) return FillMade(result, status);
  const Meaning& meaning = MeaningOf(result.outcome);
  status->set_status(meaning.in_batch);
  if (meaning.outcome == Outcome::kSuccess) {
    status->set_device_id(result.device.value());
    return;
  }
  const char* const own = OwnIdentifierOf(meaning.outcome);
  status->set_error_identifier(own != nullptr ? own : api::CustomErrorCode_Name(meaning.error));
  status->set_error_message(MessageWith(meaning, detail));
}

}  // namespace zerotouch
