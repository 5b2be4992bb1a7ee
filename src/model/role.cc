// SPDX-License-Identifier: Apache-2.0
#include "model/role.h"

#include <utility>

namespace zerotouch {
namespace {

constexpr std::pair<UserRole, std::string_view> kRoleNames[] = {{UserRole::kViewer, "VIEWER"},
                                                                {UserRole::kAssigner, "ASSIGNER"},
                                                                {UserRole::kManager, "MANAGER"},
                                                                {UserRole::kAdmin, "ADMIN"},
                                                                {UserRole::kOwner, "OWNER"}};

}  // namespace

std::string_view NameOf(UserRole role) {
  for (const auto& [each, name] : kRoleNames) {
    if (each == role) return name;
  }
  return "";
}

std::optional<UserRole> ParseUserRole(std::string_view name) {
  for (const auto& [role, each] : kRoleNames) {
    if (each == name) return role;
  }
  return std::nullopt;
}

}  // namespace zerotouch
