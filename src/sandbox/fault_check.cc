// SPDX-License-Identifier: Apache-2.0
#include "sandbox/fault_check.h"

#include <fmt/format.h>

#include <optional>

#include "base/limits.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/rpc/code.pb.h"

namespace zerotouch::sandbox {
namespace {

constexpr std::string_view kTerms = "TOS";

std::optional<absl::StatusCode> CodeNamed(const std::string& name) {
  google::rpc::Code code = {};
  if (!google::rpc::Code_Parse(name, &code) || code == google::rpc::OK) return std::nullopt;
  return static_cast<absl::StatusCode>(code);
}

bool NamesHardware(const google::android::device::provisioning::v1::DeviceIdentifier& named) {
  return !(named.imei().empty() && named.imei2().empty() && named.meid().empty() &&
           named.meid2().empty() && named.serial_number().empty() &&
           named.chrome_os_attested_device_id().empty());
}

class Check {
 public:
  Check(const proto::Fault& fault, const MethodNames& names) : fault_(fault), names_(names) {}

  std::vector<Violation> Run() {
    CheckSelection();
    CheckAction();
    if (fault_.has_error()) CheckError();
    if (fault_.has_raw()) CheckRaw();
    if (fault_.has_item()) CheckItem();
    return std::move(found_);
  }

 private:
  void Note(std::string field, std::string reason) {
    found_.push_back({"fault." + std::move(field), std::move(reason)});
  }

  void CheckSelection() {
    if (!fault_.method().empty() && fault_.method() != "*" && !names_.contains(fault_.method())) {
      Note("method",
           "use a method's id, such as partners.devices.claimAsync, its full RPC name, token or *");
    }
    if (fault_.partner_id() < 0) Note("partnerId", "use the id of a reseller");
    if (fault_.customer_id() < 0) Note("customerId", "use the id of a customer");
    if (fault_.has_device() && fault_.device().device_id() <= 0 &&
        !NamesHardware(fault_.device().device_identifier())) {
      Note("device",
           "give a deviceId, or a deviceIdentifier with an IMEI, a MEID, a serialNumber or a "
           "chromeOsAttestedDeviceId");
    }
    if (fault_.skip() < 0) Note("skip", "use 0 or more");
    if (fault_.times() < 0) Note("times", "use 1 or more, or 0 for always");
    // Also refuses what is not a number.
    if (fault_.has_probability() && !(fault_.probability() >= 0 && fault_.probability() <= 1)) {
      Note("probability", "use a number from 0 to 1");
    }
  }

  void CheckAction() {
    const int actions = int{fault_.has_error()} + int{fault_.has_delay()} +
                        int{fault_.disconnect() != proto::Fault::DISCONNECT_UNSPECIFIED} +
                        int{fault_.has_truncate()} + int{fault_.has_raw()} + int{fault_.has_item()};
    if (actions != 1) {
      found_.push_back(
          {"fault", "give exactly one of error, delay, disconnect, truncate, raw and item"});
    }
    if (fault_.has_delay()) {
      const absl::Duration delay = DurationOf(fault_.delay());
      if (delay < absl::ZeroDuration() || delay > limits::kFaultDelay) {
        Note("delay", "use 0s to 300s");
      }
    }
    if (!proto::Fault::Disconnect_IsValid(fault_.disconnect())) {
      Note("disconnect", "use BEFORE or AFTER");
    }
    if (fault_.has_truncate() && fault_.truncate() < 0) Note("truncate", "use 0 or more bytes");
  }

  void CheckError() {
    const proto::FaultError& error = fault_.error();
    if (!CodeNamed(error.status()).has_value()) {
      Note("error.status", "use the name of an error code, such as UNAVAILABLE");
    }
    errors::ErrorCode reason = {};
    if (!error.reason().empty() && error.reason() != kTerms &&
        !google::android::device::provisioning::v1::CustomErrorCode_Parse(error.reason(),
                                                                          &reason)) {
      Note("error.reason", "use a CustomErrorCode, such as INVALID_DEVICE_ID, or TOS");
    }
    const absl::Duration retry = DurationOf(error.retry_after());
    if (retry < absl::ZeroDuration() || retry > absl::Hours(24)) {
      Note("error.retryAfter", "use 0s to 86400s");
    }
  }

  void CheckRaw() {
    const int status = fault_.raw().http_status();
    if (status < 200 || status > 599) Note("raw.httpStatus", "use 200 to 599");
    if ((status == 204 || status == 304) && !fault_.raw().body().empty()) {
      Note("raw.body", "leave it out: answers with 204 and 304 have none");
    }
    for (const char c : fault_.raw().content_type()) {
      if (c < ' ' || c > '~') return Note("raw.contentType", "use printable ASCII text");
    }
  }

  void CheckItem() {
    namespace api = google::android::device::provisioning::v1;
    const proto::FaultItem& item = fault_.item();
    if (!fault_.has_device()) Note("device", "name the device of the item");
    const auto method = names_.find(fault_.method());
    if (method != names_.end() && !IsBatchMethod(method->second)) {
      Note("method",
           "name a method that takes batches, such as partners.devices.claimAsync, or leave it "
           "out");
    }
    if (!api::SingleDeviceStatus_IsValid(item.status()) ||
        item.status() == api::SINGLE_DEVICE_STATUS_UNSPECIFIED ||
        item.status() == api::SINGLE_DEVICE_STATUS_SUCCESS) {
      Note("item.status",
           "use the status of a failed item, such as SINGLE_DEVICE_STATUS_SECTION_NOT_YOURS");
    }
    errors::ErrorCode code = {};
    if (!item.error_identifier().empty() &&
        !api::CustomErrorCode_Parse(item.error_identifier(), &code)) {
      Note("item.errorIdentifier", "use a CustomErrorCode, such as INVALID_DEVICE_ID");
    }
  }

  const proto::Fault& fault_;
  const MethodNames& names_;
  std::vector<Violation> found_;
};

}  // namespace

absl::Duration DurationOf(const google::protobuf::Duration& duration) {
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

bool IsBatchMethod(std::string_view method) {
  constexpr std::string_view kService = "google.android.device.provisioning.v1.PartnerService.";
  if (!method.starts_with(kService)) return false;
  method.remove_prefix(kService.size());
  return method == "ClaimDevicesAsync" || method == "UnclaimDevicesAsync" ||
         method == "UpdateDeviceMetadataInBatch";
}

std::vector<Violation> CheckFault(const proto::Fault& fault, const MethodNames& names) {
  return Check(fault, names).Run();
}

errors::MadeError ErrorOf(const proto::FaultError& error) {
  errors::MadeError made;
  made.code = CodeNamed(error.status()).value_or(absl::StatusCode::kUnknown);
  google::android::device::provisioning::v1::CustomErrorCode_Parse(error.reason(), &made.reason);
  made.terms = error.reason() == kTerms;
  made.message = error.message();
  made.retry_after = DurationOf(error.retry_after());
  const bool asks_to_retry = made.code == absl::StatusCode::kUnavailable ||
                             made.code == absl::StatusCode::kResourceExhausted;
  if (!error.has_retry_after() && asks_to_retry) made.retry_after = absl::Seconds(1);
  return made;
}

}  // namespace zerotouch::sandbox
