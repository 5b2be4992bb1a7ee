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
  const char* message;  // for developers; never holds data of a device
};

constexpr Outcome kNone{0};

// What a number means that this version does not know, as a newer version may
// have stored; and what holds the place of numbers that mean nothing any more.
constexpr Meaning kUnknown = {kNone, api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR, api::UNKNOWN_ERROR,
                              StatusCode::kInternal, "This item failed for an unknown reason."};

// By number.
constexpr Meaning kMeanings[] = {
    kUnknown,
    {Outcome::kSuccess, api::SINGLE_DEVICE_STATUS_SUCCESS, api::NO_ERROR, StatusCode::kOk, ""},
    {Outcome::kNoIdentifier, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "Nothing names the device. Give its deviceId, or in deviceIdentifier an IMEI, a MEID, or the "
     "serialNumber with manufacturer and model. A claim takes deviceIdentifier only."},
    {Outcome::kInvalidImei, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER, api::INVALID_IMEI,
     StatusCode::kInvalidArgument,
     "The IMEI is not one. Give 15 digits whose last is the check digit, 14 without it, or 16 with "
     "the software version."},
    {Outcome::kInvalidMeid, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER, api::INVALID_MEID,
     StatusCode::kInvalidArgument,
     "The MEID is not one. Give 14 hexadecimal digits, 15 with the check digit, or 18 decimal "
     "ones."},
    {Outcome::kInvalidSerial, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_SERIAL, StatusCode::kInvalidArgument,
     "The serialNumber is not one. Give 1 to 64 printable characters."},
    {Outcome::kInvalidManufacturer, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_MANUFACTURER, StatusCode::kInvalidArgument,
     "The manufacturer is not one. Give at most 256 bytes of printable characters."},
    {Outcome::kInvalidModel, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_MODEL, StatusCode::kInvalidArgument,
     "The model is not one. Give at most 256 bytes of printable characters."},
    {Outcome::kSerialSetIncomplete, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "A serialNumber is not enough. Give manufacturer and model with it; for a ChromeOS device, "
     "model and chromeOsAttestedDeviceId."},
    {Outcome::kSecondSlotEqualsFirst, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "The second IMEI or MEID is the same as the first. Leave imei2 or meid2 out."},
    {Outcome::kIdentifiersPointApart, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "The identifiers do not belong to one device. Give those of a single device."},
    {Outcome::kInvalidSection, api::SINGLE_DEVICE_STATUS_INVALID_SECTION_TYPE,
     api::INVALID_SECTION_TYPE, StatusCode::kInvalidArgument,
     "The sectionType is missing. Give SECTION_TYPE_ZERO_TOUCH or SECTION_TYPE_SIM_LOCK."},
    {Outcome::kInvalidCustomer, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_CUSTOMER_ID,
     StatusCode::kInvalidArgument,
     "There is no such customer of this reseller. Give the customerId of one, or for a ChromeOS "
     "device the googleWorkspaceCustomerId instead."},
    {Outcome::kInvalidConfiguration, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The configurationId is not one of the customer's configurations. Give one of them, on a "
     "zero-touch claim only, or leave it out."},
    {Outcome::kInvalidMetadataKey, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The deviceMetadata has a key that is not allowed. Use phonenumber and ordernumber, for "
     "ChromeOS ordernumber, annotatedassetid, annotatedlocation and annotateduser, or what this "
     "server's operator has added."},
    {Outcome::kMetadataTooLarge, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The deviceMetadata is too large. A device takes 100 keys of 128 bytes, with values of 1024 "
     "bytes."},
    {Outcome::kVacationOnZeroTouch, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "A zero-touch claim has no vacation mode. Leave vacationModeDays and vacationModeExpireTime "
     "out."},
    {Outcome::kVacationTwice, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The vacation is given twice. Give either vacationModeDays or vacationModeExpireTime."},
    {Outcome::kVacationPast, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The vacation cannot end then. Give a vacationModeExpireTime in the future, or "
     "vacationModeDays from 1 to 3650."},
    {Outcome::kSimlockProfileMissing, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument, "The simlockProfileId is missing. A SIM-lock claim needs one."},
    {Outcome::kSimlockProfileOnZeroTouch, api::SINGLE_DEVICE_STATUS_OTHER_ERROR,
     api::INVALID_PARAMETER, StatusCode::kInvalidArgument,
     "A zero-touch claim has no SIM-lock profile. Leave simlockProfileId out."},
    {Outcome::kTokenMissing, api::SINGLE_DEVICE_STATUS_INVALID_TOKEN, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The preProvisioningToken is missing. A claim of a ChromeOS device needs one."},
    {Outcome::kTokenNotChromeOs, api::SINGLE_DEVICE_STATUS_INVALID_TOKEN, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "A preProvisioningToken is for ChromeOS devices only. Leave it out."},
    kUnknown,
    {Outcome::kUnknownDevice, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_DEVICE_ID, StatusCode::kNotFound,
     "There is no such device among those that this reseller has claimed."},
    {Outcome::kNotClaimed, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_OPERATION,
     StatusCode::kFailedPrecondition,
     "The device has no claim in this section. It may have been given up already."},
    {Outcome::kHeldByOther, api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS, api::DEVICE_ALREADY_EXISTS,
     StatusCode::kFailedPrecondition,
     "The device is claimed already, for another customer or by another reseller. Its claim must "
     "be given up first."},
    {Outcome::kNotYours, api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS, api::AUTHORIZATION_FAIL,
     StatusCode::kPermissionDenied,
     "This reseller does not hold the claim on this device. Only its holder may change or give it "
     "up."},
    {Outcome::kInvalidAttestedId, api::SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER,
     api::INVALID_IDENTIFIER_SET, StatusCode::kInvalidArgument,
     "The chromeOsAttestedDeviceId is not one. Give at most 256 bytes of printable characters."},
    {Outcome::kMetadataMissing, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::INVALID_PARAMETER,
     StatusCode::kInvalidArgument,
     "The deviceMetadata is missing. Give the entries to set, with an empty value for those to "
     "delete."},
    {Outcome::kCancelled, api::SINGLE_DEVICE_STATUS_OTHER_ERROR, api::UNKNOWN_ERROR,
     StatusCode::kCancelled,
     "The operation was cancelled before this item was run: the device is as it was."},
    {Outcome::kFailed, api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR, api::UNKNOWN_ERROR,
     StatusCode::kInternal,
     "The server could not run this item: the device is as it was. Its operator finds the reason "
     "in the server's log."},
};

// For a cancelled item, which the API's own codes have no name for.
constexpr char kCancelledIdentifier[] = "OPERATION_CANCELLED";

constexpr bool EachStandsAtItsNumber() {
  for (size_t i = 0; i < std::size(kMeanings); ++i) {
    const Outcome outcome = kMeanings[i].outcome;
    if (outcome != kNone && static_cast<size_t>(outcome) != i) return false;
  }
  return true;
}
static_assert(EachStandsAtItsNumber());

const Meaning& MeaningOf(Outcome outcome) {
  const auto number = static_cast<size_t>(outcome);
  return number < std::size(kMeanings) ? kMeanings[number] : kUnknown;
}

}  // namespace

absl::Status StatusOf(Outcome outcome) {
  const Meaning& meaning = MeaningOf(outcome);
  if (meaning.outcome == Outcome::kSuccess) return absl::OkStatus();
  if (meaning.outcome == Outcome::kUnknownDevice) return errors::UnknownDevice();
  if (meaning.outcome == kNone) return errors::Internal();
  return errors::Custom(meaning.alone, meaning.error, meaning.message);
}

void FillResult(const ItemResult& result, api::PerDeviceStatusInBatch* status) {
  const Meaning& meaning = MeaningOf(result.outcome);
  status->set_status(meaning.in_batch);
  if (meaning.outcome == Outcome::kSuccess) {
    status->set_device_id(result.device.value());
    return;
  }
  status->set_error_identifier(meaning.outcome == Outcome::kCancelled
                                   ? kCancelledIdentifier
                                   : api::CustomErrorCode_Name(meaning.error));
  status->set_error_message(meaning.message);
}

}  // namespace zerotouch
