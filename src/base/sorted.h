// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_SORTED_H_
#define ZEROTOUCH_BASE_SORTED_H_

#include <algorithm>
#include <vector>

namespace zerotouch {

// Sorts the values and removes duplicates.
template <class T>
void SortUnique(std::vector<T>& values) {
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_SORTED_H_
