// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_VIEWS_H_
#define ZEROTOUCH_MODEL_VIEWS_H_

#include "absl/time/time.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"

// The devices as callers see them. A vacation is shown only until it ends.
namespace zerotouch {

// Returns the device for a reseller: with what it stated itself and the claims that it
// holds, without the configuration.
api::Device PartnerView(PartnerId partner, const DeviceState& device, absl::Time now);

// Returns the device for a customer: with the claims that any reseller holds for it,
// with what the holder of the zero-touch claim stated, or else the holder of the SIM
// lock, and with the applied configuration.
api::Device CustomerView(CustomerId customer, const DeviceState& device, absl::Time now);

// Returns true if the claim is in vacation.
bool IsOnVacation(const Claim& claim, absl::Time now);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_VIEWS_H_
