// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_API_H_
#define ZEROTOUCH_MODEL_API_H_

#include "google/android/device/provisioning/v1/devices.pb.h"

namespace zerotouch {

// The messages of the API.
namespace api = google::android::device::provisioning::v1;

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_API_H_
