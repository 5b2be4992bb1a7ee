// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/devices.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "json/json.h"
#include "zerotouch/device_rows.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"
#include "zerotouch/rest_call.h"

namespace zerotouch::cli {

using google::longrunning::Operation;

namespace {

constexpr std::string_view kPartnerService = "google.android.device.provisioning.v1.PartnerService";

std::string PartnerRpc(std::string_view method) {
  return fmt::format("{}.{}", kPartnerService, method);
}

// Returns true if a flag names a device's hardware.
bool HasIdentifier(const Invocation& invocation) {
  for (const Flag& flag : invocation.command->flags) {
    if (flag.field.find("device_identifier.") != std::string_view::npos &&
        invocation.Has(flag.first_name())) {
      return true;
    }
  }
  return false;
}

// Checks that the command line names one device, or a file.
absl::Status CheckDevice(const Invocation& invocation) {
  const bool has_id = invocation.Has("device-id");
  const int ways = (invocation.Has("csv") ? 1 : 0) + (has_id ? 1 : 0) +
                   (HasIdentifier(invocation) ? 1 : 0) + (invocation.Has("data") ? 1 : 0);
  if (ways == 0) {
    return absl::InvalidArgumentError(
        "no device; give one by --imei, --meid, --serial with --manufacturer and --model, or "
        "--device-id, or many by --csv FILE");
  }
  if (invocation.Has("csv") && ways > 1) {
    return absl::InvalidArgumentError("give either --csv or one device by its flags");
  }
  if (has_id && HasIdentifier(invocation)) {
    return absl::InvalidArgumentError("give either --device-id or the device's identifiers");
  }
  if (!invocation.Has("csv")) {
    for (const char* flag : {"results", "batch-size", "allow-multiline"}) {
      if (invocation.Has(flag)) {
        return absl::InvalidArgumentError(fmt::format("--{} needs --csv", flag));
      }
    }
  } else if (invocation.Has("async") && invocation.Has("results")) {
    return absl::InvalidArgumentError("give either --async or --results");
  }
  return absl::OkStatus();
}

// Sends a batch of one item and shows its result, or its name with --async.
// With --preview, the operation says what would happen.
template <class Request>
ExitCode RunBatchOfOne(const Invocation& invocation, const std::string& rpc, Request& request) {
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  Operation operation;
  absl::Status status;
  if (invocation.Has("preview")) {
    request.clear_partner_id();
    std::string body;
    json::Append(request, {.pretty = false}, body);
    absl::StatusOr<Operation> started = StartOperation(
        *connection->client,
        fmt::format("/openzerotouch/v1/partners/{}/devices:preview{}", invocation.partner,
                    invocation.command->verb == "claim" ? "Claim" : "Unclaim"),
        body);
    status = started.status();
    if (started.ok()) operation = *std::move(started);
  } else {
    status = connection->client->CallMethod(MethodNamed(rpc), request, operation);
  }
  if (!status.ok()) return Fail(invocation, status, kSomeFailed);
  if (invocation.Has("async")) {
    fmt::print("{}\n", ForTerminal(operation.name()));
    return kDone;
  }
  terminal::ProgressDisplay display("wait", stderr, terminal::IsTerminal());
  const absl::StatusOr<Operation> finished = WaitFor(
      *connection, operation.name(), WaitCommand(operation.name(), invocation.connection), display);
  if (!finished.ok()) return Fail(invocation, finished.status(), kSomeFailed);
  return ShowOperation(invocation, *finished, /*is_whole=*/false);
}

// Calls a method for one device, which has failed if the API refuses the call.
ExitCode RunOnDevice(const Invocation& invocation, const std::string& rpc,
                     google::protobuf::Message& request) {
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  const absl::Status status = CallAndPrint(invocation, *connection->client, {.rpc = rpc}, request);
  return status.ok() ? kDone : Fail(invocation, status, kSomeFailed);
}

// Returns the name of a configuration, for its name or its id.
std::string ConfigurationName(const Invocation& invocation, const std::string& text) {
  if (text.find('/') != std::string::npos) return text;
  return fmt::format("customers/{}/configurations/{}", invocation.as_customer, text);
}

// Fills in the device and the customer of a request of the customer's side.
template <class Request>
absl::Status FillCustomerRequest(const Invocation& invocation, Request& request) {
  if (invocation.Has("data")) {
    ZT_ASSIGN_OR_RETURN(std::string json, TextOrFile(invocation.Get("data")));
    ZT_RETURN_IF_ERROR(ParseJson(std::move(json), "--data", request));
  }
  ZT_RETURN_IF_ERROR(FillFromFlags(invocation, *request.mutable_device()));
  ZT_ASSIGN_OR_RETURN(*request.mutable_parent(), ParentOf(invocation));
  return absl::OkStatus();
}

// Returns the id of the device that the flags name by its hardware.
absl::StatusOr<std::string> FindOne(const Invocation& invocation) {
  if (!invocation.positionals.empty() || invocation.Has("device-id")) {
    return absl::InvalidArgumentError("give either the device's id or its identifiers");
  }
  if (invocation.is_customer()) {
    return absl::InvalidArgumentError(
        "a customer names a device by its id; find it in devices list --as-customer");
  }
  ZT_ASSIGN_OR_RETURN(const std::string parent, ParentOf(invocation));
  api::FindDevicesByDeviceIdentifierRequest request;
  ZT_RETURN_IF_ERROR(FillFromFlags(invocation, request));
  request.set_partner_id(invocation.partner);
  request.set_limit(2);
  ZT_ASSIGN_OR_RETURN(const Connection connection, ConnectFor(invocation));
  ZT_ASSIGN_OR_RETURN(const auto found,
                      connection.client->FindDevicesByDeviceIdentifier(std::move(request)));
  if (found.devices_size() == 1) return fmt::format("{}", found.devices(0).device_id());
  return absl::InvalidArgumentError(
      found.devices().empty()
          ? "no device that this reseller holds has these identifiers; name a device that was "
            "given up by its id"
          : "several devices have these identifiers; give the id of one: zerotouch devices find");
}

}  // namespace

ExitCode RunClaim(const Invocation& invocation) {
  absl::Status status = CheckDevice(invocation);
  if (!status.ok()) return Fail(invocation, status);
  if (invocation.Has("csv")) return RunBatches(Action::kClaim, invocation);
  if (invocation.Has("async") || invocation.Has("preview")) {
    api::ClaimDevicesRequest request;
    request.set_partner_id(invocation.partner);
    api::PartnerClaim& claim = *request.add_claims();
    status = FillMessage(invocation, "", claim);
    if (status.ok() && invocation.partner == 0) status = ParentOf(invocation).status();
    if (!status.ok()) return Fail(invocation, status);
    if (claim.section_type() == 0) claim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return RunBatchOfOne(invocation, PartnerRpc("ClaimDevicesAsync"), request);
  }
  api::ClaimDeviceRequest request;
  status = FillMessage(invocation, "", request);
  if (status.ok()) status = SetTarget(invocation, {}, "", request);
  if (!status.ok()) return Fail(invocation, status);
  if (request.section_type() == 0) request.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  return RunOnDevice(invocation, PartnerRpc("ClaimDevice"), request);
}

ExitCode RunUnclaim(const Invocation& invocation) {
  absl::Status status = CheckDevice(invocation);
  if (!status.ok()) return Fail(invocation, status);
  if (invocation.is_customer()) {
    if (invocation.Has("preview") || invocation.Has("async")) {
      return Fail(invocation,
                  absl::InvalidArgumentError("--preview and --async are for resellers; leave out "
                                             "--as-customer"));
    }
    const std::string rpc = "google.android.device.provisioning.v1.CustomerService.UnclaimDevice";
    if (invocation.Has("csv")) {
      return RunRows(invocation,
                     [&](client::Client& client, const csv::DeviceCsv& columns,
                         const csv::CsvRecord& row) -> absl::Status {
                       api::CustomerUnclaimDeviceRequest request;
                       ZT_ASSIGN_OR_RETURN(*request.mutable_device(), columns.DeviceOf(row));
                       ZT_ASSIGN_OR_RETURN(const int64_t owner, columns.OwnerOf(row));
                       if (owner != 0 && owner != invocation.as_customer) {
                         return absl::InvalidArgumentError(fmt::format(
                             "the owner is not customer {}; correct the owner, or leave it empty",
                             invocation.as_customer));
                       }
                       request.set_parent(fmt::format("customers/{}", invocation.as_customer));
                       google::protobuf::Empty answer;
                       return client.CallMethod(MethodNamed(rpc), request, answer);
                     });
    }
    api::CustomerUnclaimDeviceRequest request;
    status = FillCustomerRequest(invocation, request);
    return status.ok() ? RunOnDevice(invocation, rpc, request) : Fail(invocation, status);
  }
  if (invocation.Has("csv")) return RunBatches(Action::kUnclaim, invocation);
  if (invocation.Has("async") || invocation.Has("preview")) {
    api::UnclaimDevicesRequest request;
    request.set_partner_id(invocation.partner);
    api::PartnerUnclaim& unclaim = *request.add_unclaims();
    status = FillMessage(invocation, "", unclaim);
    if (status.ok() && invocation.partner == 0) status = ParentOf(invocation).status();
    if (!status.ok()) return Fail(invocation, status);
    if (unclaim.section_type() == 0) unclaim.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    return RunBatchOfOne(invocation, PartnerRpc("UnclaimDevicesAsync"), request);
  }
  api::UnclaimDeviceRequest request;
  status = FillMessage(invocation, "", request);
  if (status.ok()) status = SetTarget(invocation, {}, "", request);
  if (!status.ok()) return Fail(invocation, status);
  if (request.section_type() == 0) request.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  return RunOnDevice(invocation, PartnerRpc("UnclaimDevice"), request);
}

ExitCode RunMetadata(const Invocation& invocation) {
  absl::Status status = CheckDevice(invocation);
  if (!status.ok()) return Fail(invocation, status);
  if (invocation.Has("csv")) return RunBatches(Action::kMetadata, invocation);
  if (HasIdentifier(invocation) || invocation.Has("async")) {
    // The method for one device takes its id only.
    api::UpdateDeviceMetadataInBatchRequest request;
    request.set_partner_id(invocation.partner);
    status = FillMessage(invocation, "", *request.add_updates());
    if (status.ok() && invocation.partner == 0) status = ParentOf(invocation).status();
    if (!status.ok()) return Fail(invocation, status);
    return RunBatchOfOne(invocation, PartnerRpc("UpdateDeviceMetadataInBatch"), request);
  }
  api::UpdateDeviceMetadataRequest request;
  status = FillMessage(invocation, "", request);
  if (status.ok()) status = SetTarget(invocation, {}, "", request);
  if (!status.ok()) return Fail(invocation, status);
  return RunOnDevice(invocation, PartnerRpc("UpdateDeviceMetadata"), request);
}

ExitCode RunApplyConfiguration(const Invocation& invocation) {
  const std::string rpc =
      "google.android.device.provisioning.v1.CustomerService.ApplyConfiguration";
  absl::Status status = CheckDevice(invocation);
  if (status.ok()) status = ParentOf(invocation).status();
  if (!status.ok()) return Fail(invocation, status);
  const std::string configuration = invocation.Get("configuration");
  if (invocation.Has("csv")) {
    return RunRows(
        invocation,
        [&](client::Client& client, const csv::DeviceCsv& columns,
            const csv::CsvRecord& row) -> absl::Status {
          api::CustomerApplyConfigurationRequest request;
          ZT_ASSIGN_OR_RETURN(*request.mutable_device(), columns.DeviceOf(row));
          ZT_ASSIGN_OR_RETURN(const int64_t id, columns.ConfigurationOf(row));
          if (id == 0 && configuration.empty()) {
            return absl::InvalidArgumentError(
                "the profileid is missing; give a configuration, or use --configuration");
          }
          request.set_configuration(
              ConfigurationName(invocation, id == 0 ? configuration : fmt::format("{}", id)));
          request.set_parent(fmt::format("customers/{}", invocation.as_customer));
          google::protobuf::Empty answer;
          return client.CallMethod(MethodNamed(rpc), request, answer);
        });
  }
  api::CustomerApplyConfigurationRequest request;
  status = FillCustomerRequest(invocation, request);
  if (!configuration.empty()) {
    request.set_configuration(ConfigurationName(invocation, configuration));
  }
  if (status.ok() && request.configuration().empty()) {
    status =
        absl::InvalidArgumentError("no configuration; give its id or name by --configuration ID");
  }
  return status.ok() ? RunOnDevice(invocation, rpc, request) : Fail(invocation, status);
}

ExitCode RunRemoveConfiguration(const Invocation& invocation) {
  const std::string rpc =
      "google.android.device.provisioning.v1.CustomerService.RemoveConfiguration";
  absl::Status status = CheckDevice(invocation);
  if (status.ok()) status = ParentOf(invocation).status();
  if (!status.ok()) return Fail(invocation, status);
  if (invocation.Has("csv")) {
    return RunRows(invocation,
                   [&](client::Client& client, const csv::DeviceCsv& columns,
                       const csv::CsvRecord& row) -> absl::Status {
                     api::CustomerRemoveConfigurationRequest request;
                     ZT_ASSIGN_OR_RETURN(*request.mutable_device(), columns.DeviceOf(row));
                     request.set_parent(fmt::format("customers/{}", invocation.as_customer));
                     google::protobuf::Empty answer;
                     return client.CallMethod(MethodNamed(rpc), request, answer);
                   });
  }
  api::CustomerRemoveConfigurationRequest request;
  status = FillCustomerRequest(invocation, request);
  return status.ok() ? RunOnDevice(invocation, rpc, request) : Fail(invocation, status);
}

ExitCode RunDeviceGet(const Invocation& invocation) {
  Invocation named = invocation;
  if (HasIdentifier(invocation)) {
    const absl::StatusOr<std::string> device = FindOne(invocation);
    if (!device.ok()) return Fail(invocation, device.status());
    named.positionals.push_back(*device);
  }
  if (named.positionals.empty() && named.Has("device-id")) {
    named.positionals.push_back(named.Get("device-id"));
  }
  if (!named.positionals.empty()) return RunMethod(named);
  return Fail(invocation, absl::InvalidArgumentError(
                              "no device; give its id, or an identifier such as --imei, --meid or "
                              "--serial"));
}

ExitCode RunDeviceHistory(const Invocation& invocation) {
  if (!HasIdentifier(invocation)) return RunRest(invocation);
  Invocation named = invocation;
  const absl::StatusOr<std::string> device = FindOne(invocation);
  if (!device.ok()) return Fail(invocation, device.status());
  named.values["device-id"] = {*device};
  return RunRest(named);
}

ExitCode RunDeviceFind(const Invocation& invocation) {
  if (invocation.Has("customer-id") || invocation.Has("google-workspace-customer-id")) {
    return RunDeviceList(invocation);
  }
  if (!HasIdentifier(invocation) && !invocation.Has("data")) {
    return Fail(invocation, absl::InvalidArgumentError(
                                "no device; give an identifier such as --imei, --meid or --serial, "
                                "or the owner by --customer-id"));
  }
  return RunMethod(invocation);
}

ExitCode RunDeviceList(const Invocation& invocation) {
  if (invocation.is_customer()) return RunMethod(invocation);
  Invocation by_owner = invocation;
  const Method method{.rpc =
                          "google.android.device.provisioning.v1.PartnerService."
                          "FindDevicesByOwner",
                      .page = 100};
  api::FindDevicesByOwnerRequest request;
  absl::Status status = FillMessage(by_owner, "", request);
  if (status.ok()) status = SetTarget(by_owner, method, "", request);
  if (status.ok() && request.customer_id().empty() &&
      request.google_workspace_customer_id().empty()) {
    status = absl::InvalidArgumentError(
        "no owner; give customers by --customer-id ID,... or ZEROTOUCH_CUSTOMER, or list as a "
        "customer by --as-customer ID");
  }
  if (!status.ok()) return Fail(invocation, status);
  if (request.section_type() == 0) request.set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  status = CallAndPrint(invocation, *connection->client, method, request);
  return status.ok() ? kDone : Fail(invocation, status);
}

}  // namespace zerotouch::cli
