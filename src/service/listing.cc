// SPDX-License-Identifier: Apache-2.0
#include "service/listing.h"

#include "base/status_macros.h"
#include "errors/errors.h"

namespace zerotouch::service {

absl::StatusOr<Listing> Listing::Open(store::Store& store, std::string list,
                                      const std::string& page_token) {
  Listing listing;
  listing.list_ = std::move(list);
  ZT_ASSIGN_OR_RETURN(listing.snapshot_, store.Read());
  ZT_ASSIGN_OR_RETURN(listing.secret_, listing.snapshot_->ServerSecret());
  ZT_ASSIGN_OR_RETURN(listing.begin_, ReadPageToken(listing.secret_, listing.list_, page_token));
  return listing;
}

absl::StatusOr<int64_t> PageSize(int64_t given, int64_t by_default, int64_t most) {
  if (given < 0) return errors::InvalidParameter("page_size", "use 0 or more");
  return given == 0 ? by_default : std::min(given, most);
}

}  // namespace zerotouch::service
