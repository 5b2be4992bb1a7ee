// SPDX-License-Identifier: Apache-2.0
#include "sandbox/device_control.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "base/status_macros.h"
#include "errors/errors.h"
#include "json/json.h"
#include "model/hardware.h"
#include "model/identity.h"
#include "model/outcome.h"
#include "model/provisioning.h"
#include "model/statement.h"
#include "service/configuration_message.h"

namespace zerotouch::sandbox {
namespace {

// Returns true if what the device reports besides its modems contradicts what the holder
// of its zero-touch claim stated.
bool Contradicts(const DeviceState& device, api::DeviceIdentifier reported) {
  reported.clear_imei();
  reported.clear_imei2();
  reported.clear_meid();
  reported.clear_meid2();
  const Statement* stated = device.StatementOf(device.zero_touch->reseller);
  return stated != nullptr && ContradictionOf(reported, stated->identifier).has_value();
}

proto::BootOutcome OutcomeOf(const DeviceState& device, const api::DeviceIdentifier& reported) {
  if (!device.zero_touch.has_value() || !device.zero_touch->held) return proto::NOT_CLAIMED;
  if (Contradicts(device, reported)) return proto::IDENTIFIER_MISMATCH;
  return device.zero_touch->configuration ? proto::CONFIGURED : proto::NO_CONFIGURATION;
}

// Returns how much an outcome says about a device of which several records match, from
// much to little.
int RankOf(proto::BootOutcome outcome) {
  switch (outcome) {
    case proto::CONFIGURED:
      return 0;
    case proto::NO_CONFIGURATION:
      return 1;
    case proto::IDENTIFIER_MISMATCH:
      return 2;
    default:
      return 3;
  }
}

// Sets what the device gets from the configuration.
absl::Status AddProvisioning(store::Snapshot& snapshot, const store::Configuration& configuration,
                             proto::BootDeviceResponse& response) {
  *response.mutable_configuration() = service::ConfigurationMessage(configuration);
  ProvisioningFacts facts{.component = {},
                          .download_location = {},
                          .signature_checksum = {},
                          .company_name = configuration.company_name,
                          .dpc_extras = configuration.dpc_extras};
  ZT_ASSIGN_OR_RETURN(const std::vector<store::Dpc> dpcs, snapshot.ListDpcs());
  const auto dpc = std::ranges::find(dpcs, configuration.dpc, &store::Dpc::id);
  if (dpc != dpcs.end()) {
    facts.component = dpc->component;
    facts.download_location = dpc->download_location;
    facts.signature_checksum = dpc->signature_checksum;
  }
  std::string bundle = ProvisioningBundle(facts);
  response.set_qr_code(bundle);
  if (!json::Parse(bundle, *response.mutable_provisioning_extras()).empty()) {
    return errors::Internal();
  }
  return absl::OkStatus();
}

absl::Status AddClaim(store::Snapshot& snapshot, const Claim& claim,
                      proto::BootDeviceResponse& response) {
  ZT_ASSIGN_OR_RETURN(const std::optional<store::Customer> customer,
                      snapshot.FindCustomer(claim.owner));
  if (customer.has_value()) {
    response.mutable_customer()->set_customer_id(customer->id.value());
    response.mutable_customer()->set_company_name(customer->name);
  }
  if (response.outcome() != proto::CONFIGURED) return absl::OkStatus();
  ZT_ASSIGN_OR_RETURN(const std::optional<store::Configuration> configuration,
                      snapshot.FindConfiguration(claim.owner, claim.configuration));
  if (configuration.has_value()) return AddProvisioning(snapshot, *configuration, response);
  response.set_outcome(proto::NO_CONFIGURATION);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<proto::BootDeviceResponse> DeviceControl::Boot(
    const Anyone&, const proto::BootDeviceRequest& request) {
  api::DeviceIdentifier reported = request.device_identifier();
  const std::variant<Identity, Outcome> parsed = ParseIdentity(reported, rules_.identity);
  if (const auto* malformed = std::get_if<Outcome>(&parsed)) {
    return StatusOf(*malformed, DescribeInvisible(reported, *malformed));
  }
  Canonicalize(reported);
  const Identity* const identities[] = {&std::get<Identity>(parsed)};
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const std::vector<KeyMatches> found, snapshot->Locate(identities));
  proto::BootDeviceResponse response;
  response.set_outcome(proto::UNKNOWN_DEVICE);
  std::optional<Claim> claim;
  for (const DeviceId id : DevicesOf(found[0])) {
    ZT_ASSIGN_OR_RETURN(const DeviceState device, snapshot->ReadDevice(id));
    const proto::BootOutcome outcome = OutcomeOf(device, reported);
    if (response.outcome() != proto::UNKNOWN_DEVICE &&
        RankOf(outcome) >= RankOf(response.outcome())) {
      continue;
    }
    response.set_outcome(outcome);
    claim = device.zero_touch;
  }
  const bool is_claimed =
      response.outcome() == proto::CONFIGURED || response.outcome() == proto::NO_CONFIGURATION;
  if (is_claimed) ZT_RETURN_IF_ERROR(AddClaim(*snapshot, *claim, response));
  return response;
}

}  // namespace zerotouch::sandbox
