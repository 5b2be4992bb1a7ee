// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_OWN_OPERATIONS_H_
#define ZEROTOUCH_SERVICE_OWN_OPERATIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "store/operations.h"

namespace zerotouch::store {
class Store;
}

namespace zerotouch::service {

// Returns the partner's operation `name`, or errors::UnknownOperation.
absl::StatusOr<store::OperationHead> FindOwnOperation(store::OperationReads& reads,
                                                      PartnerId partner, const std::string& name);

// A page of a partner's operations, ascending by their numbers.
struct OwnOperations {
  std::vector<store::OperationHead> heads;
  std::string next_page_token;  // empty on the last page
};

// Lists the operations of `partner`. `filter` is `done=true`, `done=false` or empty, and
// ignores spaces. Returns errors::InvalidParameter or errors::InvalidPageToken.
absl::StatusOr<OwnOperations> ListOwnOperations(store::Store& store, PartnerId partner,
                                                int32_t page_size, const std::string& page_token,
                                                const std::string& filter);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_OWN_OPERATIONS_H_
