#include "service/devices.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/status_macros.h"
#include "batch/engine.h"
#include "model/errors.h"
#include "model/resource_name.h"
#include "service/operations.h"
#include "service/page_token.h"
#include "store/store.h"

namespace zerotouch::service {
namespace {

api::PartnerClaim ItemOf(const api::ClaimDeviceRequest& request) {
  api::PartnerClaim item;
  if (request.has_device_identifier()) {
    *item.mutable_device_identifier() = request.device_identifier();
  }
  item.set_section_type(request.section_type());
  item.set_customer_id(request.customer_id());
  if (request.has_device_metadata()) *item.mutable_device_metadata() = request.device_metadata();
  item.set_configuration_id(request.configuration_id());
  item.set_google_workspace_customer_id(request.google_workspace_customer_id());
  item.set_pre_provisioning_token(request.pre_provisioning_token());
  item.set_simlock_profile_id(request.simlock_profile_id());
  return item;
}

api::PartnerUnclaim ItemOf(const api::UnclaimDeviceRequest& request) {
  api::PartnerUnclaim item;
  if (request.has_device_id()) item.set_device_id(request.device_id());
  if (request.has_device_identifier()) {
    *item.mutable_device_identifier() = request.device_identifier();
  }
  item.set_section_type(request.section_type());
  item.set_vacation_mode_days(request.vacation_mode_days());
  if (request.has_vacation_mode_expire_time()) {
    *item.mutable_vacation_mode_expire_time() = request.vacation_mode_expire_time();
  }
  return item;
}

absl::Status CheckBatchSize(std::string_view field, int items) {
  if (items == 0) return errors::InvalidParameter(field, "a batch needs at least one device");
  if (items > limits::kBatchItems) {
    return errors::InvalidParameter(
        field, fmt::format("a batch has at most {} devices, and this one has {}; send several",
                           limits::kBatchItems, items));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<api::ClaimDeviceResponse> Devices::Claim(const Caller& caller,
                                                        const api::ClaimDeviceRequest& request) {
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(const ItemResult result, engine_.ClaimOne(partner, ItemOf(request)));
  ZT_RETURN_IF_ERROR(StatusOf(result.outcome));
  api::ClaimDeviceResponse response;
  response.set_device_id(result.device.value());
  response.set_device_name(FormatDeviceName(partner, result.device));
  return response;
}

absl::StatusOr<google::longrunning::Operation> Devices::ClaimAsync(
    const Caller& caller, const api::ClaimDevicesRequest& request) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("claims", request.claims_size()));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.AcceptClaims(caller.right().partner, request));
  return OperationOf(head);
}

absl::StatusOr<google::protobuf::Empty> Devices::Unclaim(const Caller& caller,
                                                         const api::UnclaimDeviceRequest& request) {
  ZT_ASSIGN_OR_RETURN(const ItemResult result,
                      engine_.UnclaimOne(caller.right().partner, ItemOf(request)));
  ZT_RETURN_IF_ERROR(StatusOf(result.outcome));
  return google::protobuf::Empty();
}

absl::StatusOr<google::longrunning::Operation> Devices::UnclaimAsync(
    const Caller& caller, const api::UnclaimDevicesRequest& request) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("unclaims", request.unclaims_size()));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.AcceptUnclaims(caller.right().partner, request));
  return OperationOf(head);
}

absl::StatusOr<api::Device> Devices::Get(const Caller& caller,
                                         const api::GetDeviceRequest& request) {
  const PartnerId partner = caller.right().partner;
  const std::optional<DeviceName> name = ParseDeviceName(request.name());
  if (!name.has_value()) {
    return errors::InvalidParameter("name", "a device is named partners/PARTNER/devices/DEVICE");
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  const DeviceId ids[] = {name->device};
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states, snapshot->ReadClaims(ids));
  if (!IsVisibleTo(partner, states[0])) return errors::UnknownDevice();
  DeviceState* const found[] = {&states[0]};
  ZT_RETURN_IF_ERROR(snapshot->ReadRecords(found));
  return PartnerView(partner, states[0], clock_.Now());
}

absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> Devices::FindByIdentifier(
    const Caller& caller, const api::FindDevicesByDeviceIdentifierRequest& request) {
  const PartnerId partner = caller.right().partner;
  if (request.limit() < 1 || request.limit() > limits::kFindLimit) {
    return errors::InvalidParameter("limit",
                                    fmt::format("give a limit from 1 to {}", limits::kFindLimit));
  }
  const std::variant<Identity, Outcome> identity =
      ParseIdentity(request.device_identifier(), rules_.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) return StatusOf(*wrong);

  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::string secret, snapshot->ServerSecret());
  const std::string list = fmt::format("devices.findByIdentifier {} {}", partner.value(),
                                       request.device_identifier().SerializeAsString());
  ZT_ASSIGN_OR_RETURN(const int64_t after, ReadPageToken(secret, list, request.page_token()));
  ZT_ASSIGN_OR_RETURN(const store::Page<DeviceState> page,
                      snapshot->FindByIdentity(partner, std::get<Identity>(identity),
                                               DeviceId(after), request.limit()));
  api::FindDevicesByDeviceIdentifierResponse response;
  for (const DeviceState& device : page.rows) {
    *response.add_devices() = PartnerView(partner, device, clock_.Now());
  }
  response.set_total_size(static_cast<int32_t>(page.total_size));
  if (page.more) {
    response.set_next_page_token(MakePageToken(secret, list, page.rows.back().id.value()));
  }
  return response;
}

}  // namespace zerotouch::service
