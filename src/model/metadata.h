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

// The rules for device metadata; pure functions, like those of rules.h.
namespace zerotouch {

// Returns true if metadata of a device of this type may have `key`.
bool IsMetadataKey(const std::string& key, api::DeviceType type, const RegistryRules& rules);

// Returns why the metadata are invalid for a device of this type, or nullopt.
std::optional<Outcome> CheckMetadata(const api::DeviceMetadata& metadata, api::DeviceType type,
                                     const RegistryRules& rules);

// Sets the keys of `given` in `kept`; an empty value deletes its key. Returns false if
// `kept` then has too many keys.
bool MergeMetadata(const api::DeviceMetadata& given, api::DeviceMetadata& kept);

// Returns the device of a metadata update, or why the request is invalid.
std::variant<Target, Outcome> CheckMetadataUpdate(const api::UpdateMetadataArguments& item,
                                                  const RegistryRules& rules);

// Merges the metadata into what `caller` stated, which must be read. `caller` must hold a
// claim on the device. On failure the device is unchanged.
ItemResult DecideMetadataUpdate(PartnerId caller, const api::UpdateMetadataArguments& item,
                                const RegistryRules& rules, const Hardware& hardware);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_METADATA_H_
