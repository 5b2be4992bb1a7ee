// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_REGISTRY_CONTROLS_H_
#define ZEROTOUCH_SANDBOX_REGISTRY_CONTROLS_H_

#include <functional>
#include <string>
#include <utility>

#include "sandbox/device_control.h"
#include "sandbox/state_control.h"
#include "sandbox/tenant_control.h"

namespace zerotouch::sandbox {

// The controls that read and change the registry of a sandbox. Thread-safe.
struct RegistryControls {
  // The references must outlive it. `url` is that of the registry; `token_uri` returns where
  // clients get tokens.
  RegistryControls(SandboxClock& clock, store::Store& store, const std::string& url,
                   const RegistryRules& rules, std::function<std::string()> token_uri,
                   StateHooks hooks)
      : devices(store, rules),
        state(store, url, clock, std::move(hooks)),
        tenants(store, clock, std::move(token_uri)) {}

  DeviceControl devices;
  StateControl state;
  TenantControl tenants;
};

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_REGISTRY_CONTROLS_H_
