// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
#define ZEROTOUCH_SERVICE_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Page tokens: opaque to callers, good at every server on the same store, and
// bound to the call that made them (https://google.aip.dev/158).
namespace zerotouch::service {

// Where a page ended.
struct PageEnd {
  int64_t last_id = 0;     // of its last row; 0 before the first page
  int64_t total_size = 0;  // that the list was found to have, if that is kept
};

// A token for the page after `end` of the list that `list` names: method and
// arguments, without page size and token. `secret` is the store's.
std::string MakePageToken(std::string_view secret, std::string_view list, const PageEnd& end);

// What a token of that list says; zeros for an empty token. INVALID_PAGE_TOKEN
// if the token was changed, or made for another list.
absl::StatusOr<PageEnd> ReadPageToken(std::string_view secret, std::string_view list,
                                      std::string_view token);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
