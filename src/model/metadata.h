// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_METADATA_H_
#define ZEROTOUCH_MODEL_METADATA_H_

#include <optional>
#include <string>
#include <variant>

#include "model/api.h"
#include "model/device.h"
#include "model/outcome.h"
#include "model/rules.h"

// The rules of device metadata; as those of rules.h.
namespace zerotouch {

// Whether `key` may be used in metadata of a device of that type.
bool IsMetadataKey(const std::string& key, api::DeviceType type, const RegistryRules& rules);

// Why such metadata cannot be given for a device of that type; nullopt if they can.
std::optional<Outcome> CheckMetadata(const api::DeviceMetadata& metadata, api::DeviceType type,
                                     const RegistryRules& rules);

// Sets the keys given; an empty value deletes its key. False if it would grow
// beyond the limit.
bool MergeMetadata(const api::DeviceMetadata& given, api::DeviceMetadata& kept);

// What a metadata change names, or why it is refused whatever the registry holds.
std::variant<Target, Outcome> CheckMetadataUpdate(const api::UpdateMetadataArguments& item,
                                                  const RegistryRules& rules);

// Merges the metadata into the record, which must be loaded. `device` is null
// where the registry knows no such device. A device named by id that `caller`
// never claimed counts as unknown; it must hold a claim on it. On failure the
// device is left as it was.
ItemResult DecideMetadataUpdate(PartnerId caller, const api::UpdateMetadataArguments& item,
                                const RegistryRules& rules, DeviceState* device);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_METADATA_H_
