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

// What a customer's configuration may say.
namespace zerotouch {

// Everything that is wrong with the configuration, as fields of a request's
// `configuration`; empty when nothing is. `dpcs` are the ids of the DPCs that
// may be chosen. Output-only fields are not looked at.
std::vector<Violation> CheckConfiguration(CustomerId customer,
                                          const api::Configuration& configuration,
                                          const std::vector<std::string>& dpcs);

// Sets in `kept` the fields of `given` that the mask names, unset ones
// included: "*" names all, and a mask without paths those that are set
// (https://google.aip.dev/134). Output-only fields are passed over.
// errors::InvalidParameter, with `kept` as it was, if the mask names what is
// no field of a configuration.
absl::Status MergeConfiguration(const api::Configuration& given,
                                const google::protobuf::FieldMask& mask, api::Configuration& kept);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_CONFIGURATION_H_
