// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SERVICE_PAGED_LIST_H_
#define ZEROTOUCH_SERVICE_PAGED_LIST_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "google/protobuf/message.h"
#include "service/list_answer.h"
#include "service/listing.h"
#include "store/page.h"
#include "store/store.h"

namespace zerotouch::service {

// The rows of one call of a method that lists in pages. They are read in blocks, each
// from its own snapshot, so that a large page is never held in memory and a slow
// client keeps no snapshot open. The last part has the token of the next page, and
// the total size if the response has that.
template <class Row, class Response>
class PagedItems final : public ListItems {
 public:
  // Reads up to `limit` rows with ids above `after`.
  using Read = std::function<absl::StatusOr<store::Page<Row>>(store::Snapshot&, int64_t after,
                                                              int64_t limit)>;
  // Adds the row to the list of the response, and returns the new item.
  using Add = std::function<const google::protobuf::Message&(const Row&, Response&)>;

  // The page begins after that of `listing` and has at most `size` rows; 0: all. A page
  // with a size ends early when its items have limits::kPageBytes.
  PagedItems(store::Store& store, Listing listing, int64_t size, Read read, Add add)
      : store_(store),
        listing_(std::move(listing)),
        size_(size),
        read_(std::move(read)),
        add_(std::move(add)),
        after_(listing_.after()) {}

  absl::StatusOr<bool> Next(google::protobuf::Message& part) override {
    auto& response = static_cast<Response&>(part);
    response.Clear();
    if (ended_) return false;
    ZT_ASSIGN_OR_RETURN(store::Page<Row> page, ReadBlock());
    if (rows_ == 0) total_size_ = page.total_size;
    for (const Row& row : page.rows) {
      if (IsFull()) break;
      bytes_ += add_(row, response).ByteSizeLong();
      ++rows_;
      after_ = row.id.value();
    }
    const bool more = page.more || (!page.rows.empty() && after_ != page.rows.back().id.value());
    ended_ = IsFull() || !more;
    if (!ended_) return true;
    if (more) response.set_next_page_token(listing_.TokenAfter(after_));
    if constexpr (requires { response.set_total_size(0); }) {
      response.set_total_size(TotalSize(total_size_));
    }
    return true;
  }

  void Restart() override {
    after_ = listing_.after();
    rows_ = 0;
    bytes_ = 0;
    ended_ = false;
  }

 private:
  bool IsFull() const { return size_ != 0 && (rows_ >= size_ || bytes_ >= limits::kPageBytes); }

  absl::StatusOr<store::Page<Row>> ReadBlock() {
    std::unique_ptr<store::Snapshot> snapshot = listing_.TakeSnapshot();
    if (snapshot == nullptr) {
      ZT_ASSIGN_OR_RETURN(snapshot, store_.Read());
    }
    const int64_t left = size_ == 0 ? limits::kListBlock : size_ - rows_;
    return read_(*snapshot, after_, std::min<int64_t>(left, limits::kListBlock));
  }

  store::Store& store_;
  Listing listing_;
  const int64_t size_;
  const Read read_;
  const Add add_;
  int64_t after_;
  int64_t rows_ = 0;
  size_t bytes_ = 0;
  int64_t total_size_ = 0;
  bool ended_ = false;
};

// Returns the answer of such a method: its list is field 1 of the response.
template <class Row, class Response>
ListAnswer PagedAnswer(store::Store& store, Listing listing, int64_t size,
                       typename PagedItems<Row, Response>::Read read,
                       typename PagedItems<Row, Response>::Add add) {
  return {.list = Response::descriptor()->FindFieldByNumber(1),
          .items = std::make_unique<PagedItems<Row, Response>>(store, std::move(listing), size,
                                                               std::move(read), std::move(add))};
}

}  // namespace zerotouch::service

#endif  // ZEROTOUCH_SERVICE_PAGED_LIST_H_
