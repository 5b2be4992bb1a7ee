// SPDX-License-Identifier: Apache-2.0
#include "wire/registry_methods.h"

#include "sandbox/registry_controls.h"

namespace zerotouch::wire {
namespace {

using sandbox::StateControl;
using sandbox::TenantControl;

void AddStateMethods(StateControl& state, MethodTable& table) {
  table.Register(MethodKind::kLong, state, &StateControl::Reset);
  table.Register(MethodKind::kLong, state, &StateControl::Export);
  table.Register(MethodKind::kLong, state, &StateControl::Create);
  table.Register(MethodKind::kLong, state, &StateControl::List);
  table.Register(MethodKind::kLong, state, &StateControl::Restore);
  table.Register(MethodKind::kLong, state, &StateControl::Delete);
}

// A key takes long to make.
void AddTenantMethods(TenantControl& tenants, MethodTable& table) {
  table.Register(MethodKind::kLong, tenants, &TenantControl::CreateReseller);
  table.Register(MethodKind::kLong, tenants, &TenantControl::CreateCustomer);
  table.Register(MethodKind::kLong, tenants, &TenantControl::CreateAccount);
  table.Register(MethodKind::kLong, tenants, &TenantControl::AddKey);
  table.Register(MethodKind::kShortWrite, tenants, &TenantControl::SetTerms);
  table.Register(MethodKind::kShortWrite, tenants, &TenantControl::Disable);
  table.Register(MethodKind::kShortWrite, tenants, &TenantControl::Enable);
  table.Register(MethodKind::kShortWrite, tenants, &TenantControl::RevokeKeys);
}

}  // namespace

void AddRegistryMethods(sandbox::RegistryControls& controls, MethodTable& table) {
  AddStateMethods(controls.state, table);
  AddTenantMethods(controls.tenants, table);
  table.Register(MethodKind::kShortRead, controls.devices, &sandbox::DeviceControl::Boot);
}

}  // namespace zerotouch::wire
