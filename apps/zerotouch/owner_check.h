// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_OWNER_CHECK_H_
#define ZEROTOUCH_ZEROTOUCH_OWNER_CHECK_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"

namespace zerotouch::cli {

// An item of a batch of unclaims whose row names an owner.
struct OwnedDevice {
  int item = 0;       // in the request
  size_t row = 0;     // of the file
  int64_t owner = 0;  // a customer id
};

// A device that another customer than the owner holds.
struct WrongOwner {
  size_t device = 0;   // position in the list of OwnedDevices
  int64_t holder = 0;  // a customer id
};

// Returns the devices that another customer than their owner holds, according to the
// server. A device that nobody holds, or that the server does not know, is not returned: to
// unclaim it fails by itself. Lists the devices of an owner who has many of the rows, a
// hundred a call, and looks the others up; several calls are in flight. Errors are those of
// the calls.
absl::StatusOr<std::vector<WrongOwner>> FindWrongOwners(
    client::Client& client, int64_t partner, const client::api::UnclaimDevicesRequest& unclaims,
    const std::vector<OwnedDevice>& devices);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_OWNER_CHECK_H_
