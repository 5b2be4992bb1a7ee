// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
#define ZEROTOUCH_SERVICE_PAGE_TOKEN_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

// Page tokens: opaque to callers, valid on every server of the same store, and bound
// to the method and arguments they were made for (https://google.aip.dev/158).
namespace zerotouch::service {

// Stands for a list whose size no call has asked for.
inline constexpr int64_t kNotCounted = -1;

// The end of a page.
struct PageEnd {
  int64_t last_id = 0;     // id of its last row; 0 before the first page
  int64_t total_size = 0;  // size of the list, for methods that keep it, or kNotCounted
};

// Returns a token for the page after `end`. `list` names method and arguments,
// without page size and token. `secret` is the store's.
std::string MakePageToken(std::string_view secret, std::string_view list, const PageEnd& end);

// Returns what a token of this list holds, or zeros for an empty token. Returns
// INVALID_PAGE_TOKEN if the token was changed or made for another list.
absl::StatusOr<PageEnd> ReadPageToken(std::string_view secret, std::string_view list,
                                      std::string_view token);

// The same for lists whose pages go on at one or more places, which are not ids.
std::string MakePlacesToken(std::string_view secret, std::string_view list,
                            std::span<const int64_t> places);
// Returns no places for an empty token.
absl::StatusOr<std::vector<int64_t>> ReadPlacesToken(std::string_view secret, std::string_view list,
                                                     std::string_view token);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
