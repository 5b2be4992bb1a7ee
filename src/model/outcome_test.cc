// SPDX-License-Identifier: Apache-2.0
#include "model/outcome.h"

#include <gtest/gtest.h>

#include <set>

#include "base/status_text.h"
#include "errors/errors.h"
#include "google/android/device/provisioning/v1/errors.pb.h"

namespace zerotouch {
namespace {

using absl::StatusCode;

struct Row {
  Outcome outcome;
  const char* in_batch;    // SingleDeviceStatus, without its prefix
  const char* identifier;  // errorIdentifier, and the single call's CustomError code
  StatusCode alone;
  int http;
};

constexpr char kIdentifier[] = "INVALID_DEVICE_IDENTIFIER";
constexpr StatusCode kArgument = StatusCode::kInvalidArgument;

// The meaning of each outcome, in a single call and in a batch.
constexpr Row kRows[] = {
    {Outcome::kNoIdentifier, kIdentifier, "INVALID_IDENTIFIER_SET", kArgument, 400},
    {Outcome::kInvalidImei, kIdentifier, "INVALID_IMEI", kArgument, 400},
    {Outcome::kInvalidMeid, kIdentifier, "INVALID_MEID", kArgument, 400},
    {Outcome::kInvalidSerial, kIdentifier, "INVALID_SERIAL", kArgument, 400},
    {Outcome::kInvalidManufacturer, kIdentifier, "INVALID_MANUFACTURER", kArgument, 400},
    {Outcome::kInvalidModel, kIdentifier, "INVALID_MODEL", kArgument, 400},
    {Outcome::kInvalidAttestedId, kIdentifier, "INVALID_IDENTIFIER_SET", kArgument, 400},
    {Outcome::kSerialSetIncomplete, kIdentifier, "INVALID_IDENTIFIER_SET", kArgument, 400},
    {Outcome::kSecondSlotEqualsFirst, kIdentifier, "INVALID_IDENTIFIER_SET", kArgument, 400},
    {Outcome::kIdentifiersPointApart, kIdentifier, "INVALID_IDENTIFIER_SET", kArgument, 400},
    {Outcome::kInvalidSection, "INVALID_SECTION_TYPE", "INVALID_SECTION_TYPE", kArgument, 400},
    {Outcome::kInvalidCustomer, "OTHER_ERROR", "INVALID_CUSTOMER_ID", kArgument, 400},
    {Outcome::kInvalidConfiguration, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kInvalidMetadataKey, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kMetadataTooLarge, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kVacationOnZeroTouch, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kVacationTwice, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kVacationPast, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kSimlockProfileMissing, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kSimlockProfileOnZeroTouch, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kTokenMissing, "INVALID_TOKEN", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kTokenNotChromeOs, "INVALID_TOKEN", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kMetadataMissing, "OTHER_ERROR", "INVALID_PARAMETER", kArgument, 400},
    {Outcome::kUnknownDevice, kIdentifier, "INVALID_DEVICE_ID", StatusCode::kNotFound, 404},
    {Outcome::kNotClaimed, "OTHER_ERROR", "INVALID_OPERATION", StatusCode::kFailedPrecondition,
     400},
    {Outcome::kNoZeroTouchClaim, "OTHER_ERROR", "INVALID_OPERATION",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kHeldByOther, "SECTION_NOT_YOURS", "DEVICE_ALREADY_EXISTS",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kNotYours, "SECTION_NOT_YOURS", "AUTHORIZATION_FAIL", StatusCode::kPermissionDenied,
     403},
    {Outcome::kOtherSerialStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kOtherManufacturerStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kOtherModelStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kOtherAttestedIdStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kOtherImeisStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kOtherMeidsStated, kIdentifier, "INVALID_IDENTIFIER_SET",
     StatusCode::kFailedPrecondition, 400},
    {Outcome::kFailed, "UNKNOWN_ERROR", "UNKNOWN_ERROR", StatusCode::kInternal, 500},
};

TEST(Outcome, EachFailure_HasItsErrorInACallAndInABatch) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(static_cast<int>(row.outcome));
    const absl::Status status = StatusOf(row.outcome);
    EXPECT_EQ(status.code(), row.alone);
    EXPECT_EQ(errors::HttpStatusOf(status), row.http);
    EXPECT_EQ(api::CustomErrorCode_Name(errors::CodeOf(status)), row.identifier);
    EXPECT_TRUE(errors::IsPublic(status));
    EXPECT_FALSE(status.message().empty());

    api::PerDeviceStatusInBatch result;
    FillResult({.outcome = row.outcome, .device = DeviceId(7)}, &result);
    EXPECT_EQ(api::SingleDeviceStatus_Name(result.status()),
              std::string("SINGLE_DEVICE_STATUS_") + row.in_batch);
    EXPECT_EQ(result.error_identifier(), row.identifier);
    EXPECT_EQ(result.error_message(), MessageOf(status)) << "one text for both";
    EXPECT_EQ(result.device_id(), 0) << "a failure names no device";
  }
}

TEST(Outcome, TheTableAbove_IsComplete) {
  std::set<Outcome> covered = {Outcome::kSuccess, Outcome::kCancelled, Outcome::kNothingToUndo,
                               Outcome::kChangedSince, Outcome::kMade};
  for (const Row& row : kRows) EXPECT_TRUE(covered.insert(row.outcome).second);
  api::PerDeviceStatusInBatch unknown;
  FillResult({.outcome = Outcome{255}, .device = {}}, &unknown);
  for (int number = 1; number < 256; ++number) {
    const auto outcome = static_cast<Outcome>(number);
    if (covered.contains(outcome)) continue;
    api::PerDeviceStatusInBatch result;
    FillResult({.outcome = outcome, .device = {}}, &result);
    EXPECT_EQ(result.error_message(), unknown.error_message())
        << "outcome " << number << " has a meaning but no row";
  }
}

TEST(Outcome, Cancelled_HasItsOwnIdentifier) {
  api::PerDeviceStatusInBatch result;
  FillResult({.outcome = Outcome::kCancelled, .device = {}}, &result);
  EXPECT_EQ(result.status(), api::SINGLE_DEVICE_STATUS_OTHER_ERROR);
  EXPECT_EQ(result.error_identifier(), "OPERATION_CANCELLED");
  EXPECT_FALSE(result.error_message().empty());
}

TEST(Outcome, ItemsOfAnUndo_HaveTheirOwnIdentifiers) {
  for (const auto& [outcome, identifier] : {std::pair(Outcome::kNothingToUndo, "NOTHING_TO_UNDO"),
                                            std::pair(Outcome::kChangedSince, "CHANGED_SINCE")}) {
    api::PerDeviceStatusInBatch result;
    FillResult({.outcome = outcome, .device = {}}, &result);
    EXPECT_EQ(result.status(), api::SINGLE_DEVICE_STATUS_OTHER_ERROR);
    EXPECT_EQ(result.error_identifier(), identifier);
    EXPECT_FALSE(result.error_message().empty());
  }
}

TEST(Outcome, Made_HasTheStatusAndTheErrorThatItWasMadeWith) {
  api::PerDeviceStatusInBatch result;
  FillResult(MadeResult(api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS, api::INVALID_IMEI), &result);
  EXPECT_EQ(result.status(), api::SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS);
  EXPECT_EQ(result.error_identifier(), "INVALID_IMEI");
  EXPECT_FALSE(result.error_message().empty());
  EXPECT_EQ(result.device_id(), 0);
}

TEST(Outcome, Success_HasTheDevice) {
  EXPECT_TRUE(StatusOf(Outcome::kSuccess).ok());
  api::PerDeviceStatusInBatch result;
  FillResult({.outcome = Outcome::kSuccess, .device = DeviceId(7)}, &result);
  EXPECT_EQ(result.status(), api::SINGLE_DEVICE_STATUS_SUCCESS);
  EXPECT_EQ(result.device_id(), 7);
  EXPECT_EQ(result.error_identifier(), "");
  EXPECT_EQ(result.error_message(), "");
}

// A newer version may store a number that this one does not know.
TEST(Outcome, UnknownNumber_IsAnInternalError) {
  const auto unknown = static_cast<Outcome>(249);
  EXPECT_EQ(errors::HttpStatusOf(StatusOf(unknown)), 500);
  api::PerDeviceStatusInBatch result;
  FillResult({.outcome = unknown, .device = {}}, &result);
  EXPECT_EQ(result.error_identifier(), "UNKNOWN_ERROR");
}

}  // namespace
}  // namespace zerotouch
