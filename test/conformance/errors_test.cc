// SPDX-License-Identifier: Apache-2.0
// Tests of every error that the server can produce, in each of its forms: JSON in
// both formats, gRPC, and the status of a batch item. test/tidy/check.py checks that
// each function of errors/errors.h is called here.

#include "errors/errors.h"

#include <string>
#include <vector>

#include "conformance/error_text.h"
#include "json/json.h"
#include "model/outcome.h"
#include "support/golden_file.h"
#include "wire/grpc/status.h"
#include "wire/rest/error_json.h"

namespace zerotouch::wire {
namespace {

struct NamedError {
  const char* name;
  absl::Status status;
};

std::vector<NamedError> PublicErrors() {
  constexpr size_t kLimit = 1'024;
  return {
      {"Custom", errors::Custom(absl::StatusCode::kInvalidArgument, api::INVALID_PARAMETER, "Why")},
      {"BadRequest", errors::BadRequest({{"claims[0].section_type", "Invalid value at 'it'"},
                                         {"", "Second \"reason\""}})},
      {"InvalidParameter", errors::InvalidParameter("limit", "a reason")},
      {"InvalidParameters", errors::InvalidParameters({{"a", "first"}, {"b.c", "second"}})},
      {"InvalidOperation", errors::InvalidOperation("A reason.")},
      {"InvalidFields", errors::InvalidFields("name,nothing", "nothing")},
      {"InvalidPageToken", errors::InvalidPageToken()},
      {"UnknownDevice", errors::UnknownDevice()},
      {"UnknownOperation", errors::UnknownOperation()},
      {"UnknownCustomer", errors::UnknownCustomer()},
      {"UnknownVendor", errors::UnknownVendor()},
      {"UnknownDeviceOfCustomer", errors::UnknownDeviceOfCustomer()},
      {"UnknownConfiguration", errors::UnknownConfiguration()},
      {"UnknownWebhook", errors::UnknownWebhook()},
      {"UnknownDelivery", errors::UnknownDelivery()},
      {"MissingCredentials", errors::MissingCredentials()},
      {"InvalidCredentials", errors::InvalidCredentials()},
      {"InsufficientScope", errors::InsufficientScope("https://scope/x", "package.Service.Method")},
      {"NotAllowed", errors::NotAllowed()},
      {"RoleNotEnough", errors::RoleNotEnough("VIEWER", "MANAGER")},
      {"TermsNotAccepted", errors::TermsNotAccepted()},
      {"ForeignHost", errors::ForeignHost("evil.example.com")},
      {"ForeignPage", errors::ForeignPage()},
      {"NotJson", errors::NotJson()},
      {"UnknownResource", errors::UnknownResource("Fault", "GET /sandbox/v1/faults")},
      {"ResourceExists", errors::ResourceExists("snapshots/before")},
      {"Made", errors::Made({})},
      {"Made with a reason", errors::Made({.code = absl::StatusCode::kResourceExhausted,
                                           .reason = api::INVALID_PARAMETER,
                                           .message = "On purpose.",
                                           .retry_after = absl::Milliseconds(1'500)})},
      {"Made with terms",
       errors::Made({.code = absl::StatusCode::kPermissionDenied, .terms = true})},
      {"NoSuchRoute", errors::NoSuchRoute()},
      {"NoSuchService", errors::NoSuchService()},
      {"Unimplemented", errors::Unimplemented("package.Service.Method")},
      {"TooBusy", errors::TooBusy("what is full", absl::Milliseconds(2'500))},
      {"BodyTooLarge", errors::BodyTooLarge(kLimit)},
      {"HeaderTooLarge", errors::HeaderTooLarge(kLimit)},
      {"UrlTooLong", errors::UrlTooLong(kLimit)},
      {"UnsupportedContentCoding", errors::UnsupportedContentCoding()},
      {"Unavailable", errors::Unavailable("a reason")},
      {"ChangeUnknown", errors::ChangeUnknown()},
      {"UnsupportedMessageEncoding", errors::UnsupportedMessageEncoding("snappy")},
      {"DeadlineExceeded", errors::DeadlineExceeded()},
      {"Internal", errors::Internal()},
  };
}

// Returns the enumerator's name, or null for any other value. A new outcome does
// not compile until it is added here, and then needs its golden.
const char* NameOf(Outcome outcome) {
  switch (outcome) {
    // clang-format off
    case Outcome::kSuccess: return "kSuccess";
    case Outcome::kNoIdentifier: return "kNoIdentifier";
    case Outcome::kInvalidImei: return "kInvalidImei";
    case Outcome::kInvalidMeid: return "kInvalidMeid";
    case Outcome::kInvalidSerial: return "kInvalidSerial";
    case Outcome::kInvalidManufacturer: return "kInvalidManufacturer";
    case Outcome::kInvalidModel: return "kInvalidModel";
    case Outcome::kSerialSetIncomplete: return "kSerialSetIncomplete";
    case Outcome::kSecondSlotEqualsFirst: return "kSecondSlotEqualsFirst";
    case Outcome::kIdentifiersPointApart: return "kIdentifiersPointApart";
    case Outcome::kInvalidSection: return "kInvalidSection";
    case Outcome::kInvalidCustomer: return "kInvalidCustomer";
    case Outcome::kInvalidConfiguration: return "kInvalidConfiguration";
    case Outcome::kInvalidMetadataKey: return "kInvalidMetadataKey";
    case Outcome::kMetadataTooLarge: return "kMetadataTooLarge";
    case Outcome::kVacationOnZeroTouch: return "kVacationOnZeroTouch";
    case Outcome::kVacationTwice: return "kVacationTwice";
    case Outcome::kVacationPast: return "kVacationPast";
    case Outcome::kSimlockProfileMissing: return "kSimlockProfileMissing";
    case Outcome::kSimlockProfileOnZeroTouch: return "kSimlockProfileOnZeroTouch";
    case Outcome::kTokenMissing: return "kTokenMissing";
    case Outcome::kTokenNotChromeOs: return "kTokenNotChromeOs";
    case Outcome::kUnknownDevice: return "kUnknownDevice";
    case Outcome::kNotClaimed: return "kNotClaimed";
    case Outcome::kHeldByOther: return "kHeldByOther";
    case Outcome::kNotYours: return "kNotYours";
    case Outcome::kInvalidAttestedId: return "kInvalidAttestedId";
    case Outcome::kMetadataMissing: return "kMetadataMissing";
    case Outcome::kCancelled: return "kCancelled";
    case Outcome::kFailed: return "kFailed";
    case Outcome::kNoZeroTouchClaim: return "kNoZeroTouchClaim";
    case Outcome::kOtherSerialStated: return "kOtherSerialStated";
    case Outcome::kOtherManufacturerStated: return "kOtherManufacturerStated";
    case Outcome::kOtherModelStated: return "kOtherModelStated";
    case Outcome::kOtherAttestedIdStated: return "kOtherAttestedIdStated";
    case Outcome::kOtherImeisStated: return "kOtherImeisStated";
    case Outcome::kOtherMeidsStated: return "kOtherMeidsStated";
    case Outcome::kNothingToUndo: return "kNothingToUndo";
    case Outcome::kChangedSince: return "kChangedSince";
    case Outcome::kMade: return "kMade";
      // clang-format on
  }
  return nullptr;
}

std::string FormsOf(const absl::Status& status) {
  EXPECT_TRUE(errors::IsPublic(status)) << status;
  return HttpText("HTTP, format 2", ErrorResponse(status, /*pretty=*/false, ErrorFormat::kV2)) +
         HttpText("HTTP, format 1", ErrorResponse(status, /*pretty=*/false, ErrorFormat::kV1)) +
         GrpcText(grpc::StatusFields(status));
}

TEST(EveryError, InErrorsH_MatchesItsGolden) {
  std::string text;
  for (const NamedError& error : PublicErrors()) {
    text += fmt::format("# {}\n{}\n", error.name, FormsOf(error.status));
  }
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors.txt", text);
}

TEST(EveryError, OfAnOutcome_MatchesItsGolden_InACallAndInABatch) {
  std::string text;
  for (int number = 0; number < 256; ++number) {
    const auto outcome = static_cast<Outcome>(number);
    const char* const name = NameOf(outcome);
    if (name == nullptr) continue;
    api::PerDeviceStatusInBatch item;
    FillResult({.outcome = outcome, .device = DeviceId(5)}, &item);
    std::string json;
    json::Append(item, {.pretty = false}, json);
    text += fmt::format("# {} ({})\nin a batch: {}\n", name, number, json);
    const absl::Status alone = StatusOf(outcome);
    text += alone.ok() ? "\n" : FormsOf(alone) + "\n";
  }
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/outcomes.txt", text);
}

// A newer version of the program may have stored it.
TEST(EveryError, AnOutcomeOfANewerVersion_IsAnErrorOfItsOwn) {
  const auto unknown = static_cast<Outcome>(255);
  api::PerDeviceStatusInBatch item;
  FillResult({.outcome = unknown, .device = {}}, &item);
  EXPECT_EQ(item.status(), api::SINGLE_DEVICE_STATUS_UNKNOWN_ERROR);
  EXPECT_EQ(item.error_identifier(), "UNKNOWN_ERROR");
  EXPECT_EQ(StatusOf(unknown), errors::Internal());
}

}  // namespace
}  // namespace zerotouch::wire
