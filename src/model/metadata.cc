// SPDX-License-Identifier: Apache-2.0
#include "model/metadata.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace zerotouch {

bool IsMetadataKey(const std::string& key, api::DeviceType type, const RegistryRules& rules) {
  // "Device metadata" in Google's reseller guide.
  static constexpr std::string_view kAndroid[] = {"phonenumber", "ordernumber"};
  static constexpr std::string_view kChromeOs[] = {"ordernumber", "annotatedassetid",
                                                   "annotatedlocation", "annotateduser"};
  const auto has = [&](const auto& keys) {
    return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
  };
  return (type == api::DEVICE_TYPE_CHROME_OS ? has(kChromeOs) : has(kAndroid)) ||
         rules.more_metadata_keys.contains(key);
}

std::optional<Outcome> CheckMetadata(const api::DeviceMetadata& metadata, api::DeviceType type,
                                     const RegistryRules& rules) {
  if (metadata.entries_size() > limits::kMetadataKeys) return Outcome::kMetadataTooLarge;
  for (const auto& [key, value] : metadata.entries()) {
    if (key.size() > limits::kMetadataKeyBytes || value.size() > limits::kMetadataValueBytes) {
      return Outcome::kMetadataTooLarge;
    }
    if (!IsMetadataKey(key, type, rules)) return Outcome::kInvalidMetadataKey;
  }
  return std::nullopt;
}

bool MergeMetadata(const api::DeviceMetadata& given, api::DeviceMetadata& kept) {
  for (const auto& [key, value] : given.entries()) {
    if (value.empty()) {
      kept.mutable_entries()->erase(key);
    } else {
      (*kept.mutable_entries())[key] = value;
    }
  }
  return kept.entries_size() <= limits::kMetadataKeys;
}

std::variant<Target, Outcome> CheckMetadataUpdate(const api::UpdateMetadataArguments& item,
                                                  const RegistryRules& rules) {
  if (!item.has_device_metadata()) return Outcome::kMetadataMissing;
  return TargetIn(item, rules);
}

ItemResult DecideMetadataUpdate(PartnerId caller, const api::UpdateMetadataArguments& item,
                                const RegistryRules& rules, const Hardware& hardware) {
  if (hardware.device == nullptr &&
      (hardware.sim_lock_of_another || hardware.zero_touch_of_another)) {
    return {.outcome = Outcome::kNotYours, .device = {}};
  }
  if (const auto refused = RefusalOf(caller, item, hardware)) {
    return {.outcome = *refused, .device = {}};
  }
  DeviceState& device = *hardware.device;
  if (!HoldsClaim(caller, device)) return {.outcome = Outcome::kNotYours, .device = {}};
  ZT_CHECK(device.statements_read, "metadata are decided without the statements");
  Statement after;
  if (const Statement* const own = device.StatementOf(caller)) after = *own;
  const api::DeviceType platform = PlatformOf(after.identifier);
  if (const auto wrong = CheckMetadata(item.device_metadata(), platform, rules)) {
    return {.outcome = *wrong, .device = {}};
  }
  if (!MergeMetadata(item.device_metadata(), after.metadata)) {
    return {.outcome = Outcome::kMetadataTooLarge, .device = {}};
  }
  StatementState* entry = device.EntryOf(caller);
  if (entry == nullptr) {
    entry = &device.statements.emplace_back();
    entry->reseller = caller;
    entry->is_new = true;
  }
  entry->value = std::move(after);
  entry->changed = true;
  return {.outcome = Outcome::kSuccess, .device = device.id};
}

}  // namespace zerotouch
