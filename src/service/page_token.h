#ifndef ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
#define ZEROTOUCH_SERVICE_PAGE_TOKEN_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

// Page tokens: opaque to callers, good at every server on the same store, and
// bound to the call that made them (https://google.aip.dev/158).
namespace zerotouch::service {

// A token for the page after the row `last_id` of the list that `list` names:
// method and arguments, without page size and token. `secret` is the store's.
std::string MakePageToken(std::string_view secret, std::string_view list, int64_t last_id);

// The id in a token of that list; 0 for an empty token. INVALID_PAGE_TOKEN if
// the token was changed, or made for another list.
absl::StatusOr<int64_t> ReadPageToken(std::string_view secret, std::string_view list,
                                      std::string_view token);

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_PAGE_TOKEN_H_
