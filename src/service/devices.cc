// SPDX-License-Identifier: Apache-2.0
#include "service/devices.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "base/limits.h"
#include "base/sorted.h"
#include "base/status_macros.h"
#include "batch/engine.h"
#include "batch/read_devices.h"
#include "errors/errors.h"
#include "model/batch_size.h"
#include "model/hardware.h"
#include "model/resource_name.h"
#include "model/text.h"
#include "model/views.h"
#include "service/batch_sender.h"
#include "service/listing.h"
#include "service/visible_device.h"
#include "store/operation_message.h"
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

// Returns the error of a call with this identifier, or OK for kSuccess.
absl::Status ErrorFor(Outcome outcome, const api::DeviceIdentifier& identifier) {
  return StatusOf(outcome, DescribeInvisible(identifier, outcome));
}

absl::Status CheckLimit(int64_t limit) {
  if (limit >= 1 && limit <= limits::kFindLimit) return absl::OkStatus();
  return errors::InvalidParameter("limit",
                                  fmt::format("use a limit from 1 to {}", limits::kFindLimit));
}

// Returns the query for the owners of `request`.
absl::StatusOr<store::OwnerQuery> OwnerQueryOf(PartnerId partner,
                                               const api::FindDevicesByOwnerRequest& request) {
  const std::optional<Section> section = SectionOf(request.section_type());
  if (!section.has_value()) return StatusOf(Outcome::kInvalidSection);
  store::OwnerQuery query{.reseller = partner,
                          .section = *section,
                          .customers = {request.customer_id().begin(), request.customer_id().end()},
                          .workspaces = {request.google_workspace_customer_id().begin(),
                                         request.google_workspace_customer_id().end()}};
  // No claim has such an owner, and PostgreSQL refuses NUL in a query.
  std::erase_if(query.workspaces, [](const std::string& workspace) {
    return workspace.empty() || HasControlCharacter(workspace);
  });
  SortUnique(query.customers);
  SortUnique(query.workspaces);
  const size_t owners = query.customers.size() + query.workspaces.size();
  if (owners == 0) {
    return errors::InvalidParameter("customer_id",
                                    "use at least one customerId or googleWorkspaceCustomerId");
  }
  if (owners > limits::kOwnersSought) {
    return errors::InvalidParameter(
        "customer_id", fmt::format("use at most {} owners in one call", limits::kOwnersSought));
  }
  return query;
}

// Returns the name of the list for page tokens.
std::string NameOf(const store::OwnerQuery& query) {
  std::string name = fmt::format("devices.findByOwner {} {}", query.reseller.value(),
                                 static_cast<int>(query.section));
  for (const CustomerId customer : query.customers) name += fmt::format(" {}", customer.value());
  for (const std::string& workspace : query.workspaces) {
    name += fmt::format(" {}:{}", workspace.size(), workspace);
  }
  return name;
}

template <class Response>
void FillDevices(PartnerId partner, const Listing& listing, const store::Page<DeviceState>& page,
                 int64_t total_size, absl::Time now, Response& response) {
  for (const DeviceState& device : page.rows) {
    *response.add_devices() = PartnerView(partner, device, now);
  }
  if (total_size != kNotCounted) response.set_total_size(TotalSize(total_size));
  if (page.more) {
    response.set_next_page_token(listing.TokenAfter(page.rows.back().id.value(), total_size));
  }
}

}  // namespace

absl::StatusOr<api::ClaimDeviceResponse> Devices::Claim(const Assigner& caller,
                                                        const api::ClaimDeviceRequest& request) {
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(const ItemResult result, engine_.ClaimOne(SenderOf(caller), ItemOf(request)));
  ZT_RETURN_IF_ERROR(ErrorFor(result.outcome, request.device_identifier()));
  api::ClaimDeviceResponse response;
  response.set_device_id(result.device.value());
  response.set_device_name(FormatDeviceName(partner, result.device));
  return response;
}

absl::StatusOr<google::longrunning::Operation> Devices::ClaimAsync(
    const Assigner& caller, const api::ClaimDevicesRequest&, const batch::PackedItems& items) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("claims", static_cast<size_t>(items.size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.AcceptClaims(SenderOf(caller), items));
  return OperationOf(head);
}

absl::StatusOr<google::protobuf::Empty> Devices::Unclaim(const Manager& caller,
                                                         const api::UnclaimDeviceRequest& request) {
  ZT_ASSIGN_OR_RETURN(const ItemResult result,
                      engine_.UnclaimOne(SenderOf(caller), ItemOf(request)));
  ZT_RETURN_IF_ERROR(ErrorFor(result.outcome, request.device_identifier()));
  return google::protobuf::Empty();
}

absl::StatusOr<google::longrunning::Operation> Devices::UnclaimAsync(
    const Manager& caller, const api::UnclaimDevicesRequest&, const batch::PackedItems& items) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("unclaims", static_cast<size_t>(items.size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.AcceptUnclaims(SenderOf(caller), items));
  return OperationOf(head);
}

absl::StatusOr<api::Device> Devices::Get(const Reader& caller,
                                         const api::GetDeviceRequest& request) {
  const PartnerId partner = caller.right().partner;
  ZT_ASSIGN_OR_RETURN(const DeviceState device, ReadVisibleDevice(store_, partner, request.name()));
  return PartnerView(partner, device, clock_.Now());
}

absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> Devices::FindByIdentifier(
    const Reader& caller, const api::FindDevicesByDeviceIdentifierRequest& request) {
  const PartnerId partner = caller.right().partner;
  ZT_RETURN_IF_ERROR(CheckLimit(request.limit()));
  const std::variant<Identity, Outcome> identity =
      ParseIdentity(request.device_identifier(), rules_.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) {
    return ErrorFor(*wrong, request.device_identifier());
  }
  ZT_ASSIGN_OR_RETURN(Listing listing,
                      Listing::Open(store_,
                                    fmt::format("devices.findByIdentifier {} {}", partner.value(),
                                                request.device_identifier().SerializeAsString()),
                                    request.page_token()));
  ZT_ASSIGN_OR_RETURN(
      const store::Page<DeviceState> page,
      listing.snapshot().FindByIdentity(partner, std::get<Identity>(identity),
                                        DeviceId(listing.after()), request.limit()));
  api::FindDevicesByDeviceIdentifierResponse response;
  FillDevices(partner, listing, page, page.total_size, clock_.Now(), response);
  return response;
}

absl::StatusOr<api::FindDevicesByOwnerResponse> Devices::FindByOwner(
    const Reader& caller, const api::FindDevicesByOwnerRequest& request,
    const WantedFields& wanted) {
  const PartnerId partner = caller.right().partner;
  ZT_RETURN_IF_ERROR(CheckLimit(request.limit()));
  ZT_ASSIGN_OR_RETURN(const store::OwnerQuery query, OwnerQueryOf(partner, request));
  ZT_ASSIGN_OR_RETURN(Listing listing, Listing::Open(store_, NameOf(query), request.page_token()));
  ZT_ASSIGN_OR_RETURN(const CustomersOfReseller own,
                      listing.snapshot().ReadCustomerFacts(partner, query.customers));
  if (own.size() != query.customers.size()) return errors::UnknownCustomer();
  ZT_ASSIGN_OR_RETURN(
      const store::Page<DeviceState> page,
      listing.snapshot().FindByOwner(query, DeviceId(listing.after()), request.limit()));
  // Counted at most once, because counting takes time on long lists.
  int64_t total = listing.after() == 0 ? kNotCounted : listing.total_size();
  if (wanted.total_size && total == kNotCounted) {
    ZT_ASSIGN_OR_RETURN(total, listing.snapshot().CountByOwner(query));
  }
  api::FindDevicesByOwnerResponse response;
  FillDevices(partner, listing, page, total, clock_.Now(), response);
  return response;
}

absl::StatusOr<api::GetDeviceSimLockStateResponse> Devices::GetSimLockState(
    const Reader& caller, const api::GetDeviceSimLockStateRequest& request) {
  const std::variant<Identity, Outcome> identity =
      ParseIdentity(request.device_identifier(), rules_.identity);
  if (const auto* wrong = std::get_if<Outcome>(&identity)) {
    return ErrorFor(*wrong, request.device_identifier());
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  const Identity* const sought[] = {&std::get<Identity>(identity)};
  ZT_ASSIGN_OR_RETURN(const std::vector<KeyMatches> found, snapshot->Locate(sought));
  if (OwnDevices(caller.right().partner, found[0]).size() > 1) {
    return StatusOf(Outcome::kIdentifiersPointApart);
  }
  const Matches found_devices = DevicesOf(found[0]);
  ZT_ASSIGN_OR_RETURN(std::vector<DeviceState> states,
                      batch::ReadDevices(*snapshot, found_devices));
  const auto state_of = [&](DeviceId id) -> DeviceState& {
    return *std::ranges::find(states, id, &DeviceState::id);
  };
  api::GetDeviceSimLockStateResponse response;
  response.set_sim_lock_state(
      SimLockStateOf(caller.right().partner, found[0], state_of, clock_.Now()));
  return response;
}

absl::StatusOr<api::DeviceMetadata> Devices::UpdateMetadata(
    const Manager& caller, const api::UpdateDeviceMetadataRequest& request) {
  api::UpdateMetadataArguments item;
  item.set_device_id(request.device_id());
  if (request.has_device_metadata()) *item.mutable_device_metadata() = request.device_metadata();
  api::DeviceMetadata after;
  ZT_ASSIGN_OR_RETURN(const ItemResult result,
                      engine_.UpdateMetadataOne(SenderOf(caller), item, after));
  ZT_RETURN_IF_ERROR(StatusOf(result.outcome));
  return after;
}

absl::StatusOr<google::longrunning::Operation> Devices::UpdateMetadataAsync(
    const Manager& caller, const api::UpdateDeviceMetadataInBatchRequest&,
    const batch::PackedItems& items) {
  ZT_RETURN_IF_ERROR(CheckBatchSize("updates", static_cast<size_t>(items.size())));
  ZT_ASSIGN_OR_RETURN(const store::OperationHead head,
                      engine_.AcceptMetadataUpdates(SenderOf(caller), items));
  return OperationOf(head);
}

}  // namespace zerotouch::service
