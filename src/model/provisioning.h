// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_PROVISIONING_H_
#define ZEROTOUCH_MODEL_PROVISIONING_H_

#include <string>

// Makes the extras that a device's setup gets from zero-touch enrolment.
namespace zerotouch {

// Holds the facts of the registry about a configured device's setup. Empty: not known.
struct ProvisioningFacts {
  std::string component;           // of the DPC: package/class
  std::string download_location;   // of the DPC's package
  std::string signature_checksum;  // of the DPC's package
  std::string company_name;        // of the configuration
  std::string dpc_extras;          // of the configuration
};

// Returns the bundle of Android's managed provisioning (the extras of
// android.app.action.PROVISION_MANAGED_DEVICE_FROM_TRUSTED_SOURCE) as one line of JSON:
// what is known about the DPC and the configuration, then the members of `dpc_extras`,
// which replace those before. Extras that are not a JSON object are left out. A setup QR code has
// the same text (developer.android.com, "Create a QR code").
std::string ProvisioningBundle(const ProvisioningFacts& facts);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_PROVISIONING_H_
