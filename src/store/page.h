// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_PAGE_H_
#define ZEROTOUCH_STORE_PAGE_H_

#include <cstdint>
#include <vector>

namespace zerotouch::store {

// One page of a list ordered by ascending id.
template <class Row>
struct Page {
  std::vector<Row> rows;
  bool more = false;       // rows follow
  int64_t total_size = 0;  // rows of the whole list, if the method counts them
};

// Cuts a page for which up to `limit` + 1 rows were read to `limit` rows, and sets
// `more` if it removes one.
template <class Row>
void CutAt(int64_t limit, Page<Row>& page) {
  page.more = static_cast<int64_t>(page.rows.size()) > limit;
  if (page.more) page.rows.resize(static_cast<size_t>(limit));
}

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_PAGE_H_
