// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_VIEWS_H_
#define ZEROTOUCH_MODEL_VIEWS_H_

#include "absl/time/time.h"
#include "base/ids.h"
#include "model/api.h"
#include "model/device.h"

// What each caller may see of a device. A vacation is shown only while it lasts.
namespace zerotouch {

// The device as its reseller sees it: only this reseller's own held claims,
// never the configuration; the metadata unless others alone hold the device.
api::Device PartnerView(PartnerId partner, const DeviceState& device, absl::Time now);

// The device as the customer sees it: the claims held for this customer,
// whichever reseller's, and the configuration applied.
api::Device CustomerView(CustomerId customer, const DeviceState& device, absl::Time now);

// Who has locked the device's SIM, as `partner` may know it. A lock on vacation
// is none. `device` is null where the registry knows no such device.
api::GetDeviceSimLockStateResponse::SimLockState SimLockStateOf(PartnerId partner,
                                                                const DeviceState* device,
                                                                absl::Time now);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_VIEWS_H_
