// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_LISTING_H_
#define ZEROTOUCH_SERVICE_LISTING_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "service/page_token.h"
#include "store/store.h"

namespace zerotouch::service {

// One call of a method that lists in pages: a snapshot of the registry and the
// start of the page.
class Listing {
 public:
  // Opens the page after `page_token`. `list` names method and arguments
  // (page_token.h). Returns errors::InvalidPageToken if the token is not of this list.
  static absl::StatusOr<Listing> Open(store::Store& store, std::string list,
                                      const std::string& page_token);

  // Must not be called after TakeSnapshot.
  store::Snapshot& snapshot() { return *snapshot_; }
  // Returns the snapshot the first time, then null.
  std::unique_ptr<store::Snapshot> TakeSnapshot() { return std::move(snapshot_); }
  // Returns the id after which the page begins; 0 for the first page.
  int64_t after() const { return begin_.last_id; }
  // Returns the total size that the token carries; 0 for the first page.
  int64_t total_size() const { return begin_.total_size; }

  // Returns the token of the page that begins after the row `last_id`.
  std::string TokenAfter(int64_t last_id, int64_t total_size = 0) const {
    return MakePageToken(secret_, list_, {.last_id = last_id, .total_size = total_size});
  }

 private:
  Listing() = default;

  std::unique_ptr<store::Snapshot> snapshot_;
  std::string list_;
  std::string secret_;
  PageEnd begin_;
};

// Returns the page size for a request: `by_default` (0 means unlimited) if `given`
// is 0, and at most `most`. Returns errors::InvalidParameter if it is negative.
absl::StatusOr<int64_t> PageSize(int64_t given, int64_t by_default = 0,
                                 int64_t most = std::numeric_limits<int32_t>::max());

// Returns `rows` for a 32-bit field of a response.
inline int32_t TotalSize(int64_t rows) {
  return static_cast<int32_t>(std::min<int64_t>(rows, std::numeric_limits<int32_t>::max()));
}

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_LISTING_H_
