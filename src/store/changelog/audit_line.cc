// SPDX-License-Identifier: Apache-2.0
#include "store/changelog/audit_line.h"

#include <fmt/format.h>

#include "absl/strings/escaping.h"
#include "model/resource_name.h"
#include "store/changelog/json_object.h"

namespace zerotouch::store::changelog {
namespace {

// Returns what the entry shows of a claim; empty if nobody holds it.
std::string ClaimText(const DeviceChange& change, const std::optional<Claim>& claim) {
  if (!IsHeld(claim)) return "";
  JsonObject json;
  json.Text("sectionType", change.section == Section::kSimLock ? "SECTION_TYPE_SIM_LOCK"
                                                               : "SECTION_TYPE_ZERO_TOUCH")
      .Int64("partnerId", claim->reseller.value())
      .Int64("ownerCompanyId", claim->owner.value())
      .Text("googleWorkspaceCustomerId", claim->workspace)
      .Int64("configurationId", claim->configuration.value())
      .Int64("simlockProfileId", claim->simlock_profile);
  if (claim->vacation_expires.has_value()) {
    json.Text("vacationExpireTime", TimeText(*claim->vacation_expires));
  }
  // Only the keys: the values may be about people, and go with the statement.
  const bool is_after = &claim == &change.after;
  if (is_after) json.Texts("metadataKeys", change.metadata_keys);
  return json.Finish();
}

std::string DeviceNameOf(const DeviceChange& change) {
  const std::optional<Claim>& claim = change.after.has_value() ? change.after : change.before;
  return claim.has_value() ? FormatDeviceName(claim->reseller, change.device)
                           : fmt::format("devices/{}", change.device.value());
}

void AddChange(const DeviceEntry& entry, JsonObject& json) {
  json.Value("before", ClaimText(entry.change, entry.change.before))
      .Value("after", ClaimText(entry.change, entry.change.after));
}

}  // namespace

std::string_view NameOf(ActorKind kind) {
  switch (kind) {
    case ActorKind::kSystem:
      return "SYSTEM";
    case ActorKind::kReseller:
      return "RESELLER";
    case ActorKind::kCustomer:
      return "CUSTOMER";
    case ActorKind::kOperator:
      return "OPERATOR";
  }
  return "";
}

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E*SZ", time, absl::UTCTimeZone());
}

std::string AuditLine(const Part& part, size_t i, std::string_view hash) {
  const Actor& actor = part.actor;
  const Entry& entry = part.entries[i];
  const auto* const device = std::get_if<DeviceEntry>(&entry);
  const auto* const resource = std::get_if<ResourceEntry>(&entry);
  JsonObject json;
  json.Value("sequence", fmt::format("{}", part.first + static_cast<int64_t>(i)))
      .Text("time", TimeText(part.time))
      .Value("actor",
             JsonObject().Text("kind", NameOf(actor.kind)).Text("account", actor.account).Finish())
      .Text("method", actor.method)
      .Text("resource", device != nullptr ? DeviceNameOf(device->change) : resource->resource);
  if (actor.operation) json.Text("operation", FormatOperationName(actor.operation));
  json.Text("requestId", actor.request_id);
  if (device != nullptr) {
    AddChange(*device, json);
  } else {
    json.Value("before", resource->before).Value("after", resource->after);
  }
  return json.Text("hash", absl::BytesToHexString(std::string(hash))).Finish();
}

}  // namespace zerotouch::store::changelog
