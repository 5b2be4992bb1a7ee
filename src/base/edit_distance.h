// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_EDIT_DISTANCE_H_
#define ZEROTOUCH_BASE_EDIT_DISTANCE_H_

#include <cstddef>
#include <string_view>

namespace zerotouch {

// Returns the fewest letters to insert, delete or replace to turn `a` into `b`. Takes time and
// memory that grow with the product and the sum of their sizes.
size_t EditDistance(std::string_view a, std::string_view b);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_EDIT_DISTANCE_H_
