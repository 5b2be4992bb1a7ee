// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_CONFIGURATION_H_
#define ZEROTOUCH_MODEL_CONFIGURATION_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "base/violation.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "model/api.h"

// The rules for a customer's configurations.
namespace zerotouch {

// Returns all violations, as fields of a request's `configuration`. `dpcs` are the
// ids of the available DPCs. Ignores output-only fields.
std::vector<Violation> CheckConfiguration(CustomerId customer,
                                          const api::Configuration& configuration,
                                          const std::vector<std::string>& dpcs);

// Copies the fields that the mask names from `given` to `kept`, also unset ones.
// "*" names all fields; a mask without paths names those that are set
// (https://google.aip.dev/134). Ignores output-only fields. Returns
// errors::InvalidParameter, and leaves `kept` unchanged, if the mask names an
// unknown field.
absl::Status MergeConfiguration(const api::Configuration& given,
                                const google::protobuf::FieldMask& mask, api::Configuration& kept);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CONFIGURATION_H_
