// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_CONFIGURATION_CHANGES_H_
#define ZEROTOUCH_ZEROTOUCH_CONFIGURATION_CHANGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "zerotouch/command.h"

// The difference between the configurations that a customer has and those of a file.
namespace zerotouch::cli {

namespace api = client::api;

// A change that makes them equal.
struct ConfigurationChange {
  enum class Kind { kCreate, kUpdate, kDelete };
  Kind kind = Kind::kCreate;
  api::Configuration current;       // empty for kCreate
  api::Configuration wanted;        // empty for kDelete; has no name
  std::vector<std::string> fields;  // that differ, by their names in the .proto; for kUpdate

  const std::string& name() const {
    return kind == Kind::kDelete ? current.configuration_name() : wanted.configuration_name();
  }
};

// Reads the JSON of `configurations list`, or only its list. The paths of DPCs become those
// of `customer`. INVALID_ARGUMENT for JSON that is wrong, and for a name that is missing or
// given twice.
absl::StatusOr<std::vector<api::Configuration>> ParseConfigurations(std::string json,
                                                                    int64_t customer);

// Returns the changes that turn `current` into `wanted`, matched by configurationName, in
// the order in which they can be made: a new default after the old one, deletions last and
// only with `prune`. INVALID_ARGUMENT if two current ones have the same name.
absl::StatusOr<std::vector<ConfigurationChange>> ChangesBetween(
    const std::vector<api::Configuration>& current, const std::vector<api::Configuration>& wanted,
    bool prune);

// Returns the changes as text in the format. A table is safe for a terminal.
std::string ChangesText(const std::vector<ConfigurationChange>& changes, Format format);

// Returns the full name of a DPC, for its name or its id.
std::string DpcName(const std::string& text, int64_t customer);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_CONFIGURATION_CHANGES_H_
