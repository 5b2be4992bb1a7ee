// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_ROLE_H_
#define ZEROTOUCH_MODEL_ROLE_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace zerotouch {

// Says what a person may do for a company. Each role may do everything that a lesser one may
// (docs/portal.md). The numbers are stored.
enum class UserRole : uint8_t {
  kNone = 0,
  kViewer = 1,    // reads
  kAssigner = 2,  // claims devices, applies and removes configurations
  kManager = 3,   // unclaims, changes metadata, configurations and customers
  kAdmin = 4,     // everything but the following; the role of service accounts
  kOwner = 5,     // users and service accounts
};

// Returns "OWNER", "ADMIN" and so on; an empty text for kNone.
std::string_view NameOf(UserRole role);

// Returns the role of that name, or nullopt.
std::optional<UserRole> ParseUserRole(std::string_view name);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_ROLE_H_
