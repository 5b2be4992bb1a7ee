// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_VIEWS_H_
#define ZEROTOUCH_MODEL_VIEWS_H_

#include "absl/time/time.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"

// The devices as callers see them. A vacation is shown only until it ends.
namespace zerotouch {

// Returns the device for a reseller: with the claims that this reseller holds, without
// the configuration, and without the metadata if only other resellers hold claims.
api::Device PartnerView(PartnerId partner, const DeviceState& device, absl::Time now);

// Returns the device for a customer: with the claims that any reseller holds for it,
// and with the applied configuration.
api::Device CustomerView(CustomerId customer, const DeviceState& device, absl::Time now);

// Returns the SIM-lock state of the device for `partner`. During a vacation the device
// is unlocked. `device` is null if it is unknown.
api::GetDeviceSimLockStateResponse::SimLockState SimLockStateOf(PartnerId partner,
                                                                const DeviceState* device,
                                                                absl::Time now);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_VIEWS_H_
