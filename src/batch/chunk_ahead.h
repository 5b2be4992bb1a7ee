// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_CHUNK_AHEAD_H_
#define ZEROTOUCH_BATCH_CHUNK_AHEAD_H_

#include <cstddef>
#include <future>
#include <utility>

#include "batch/batch_run.h"
#include "store/guarded.h"

namespace zerotouch::batch {

// Prepares the next chunk of a run on another thread, while the chunk before it is written. For one
// thread.
class ChunkAhead {
 public:
  // `run` must outlive it.
  explicit ChunkAhead(BatchRun& run) : run_(run) {}

  // Returns the end of the chunk from `begin` on, if that is prepared; otherwise `end`.
  size_t EndOf(size_t begin, size_t end) const {
    return prepared_.valid() && begin_ == begin ? end_ : end;
  }

  // Returns the chunk [begin, end), which lives until the next call, and begins to prepare
  // [end, next_end), unless that is empty.
  const PreparedChunk& Advance(size_t begin, size_t end, size_t next_end) {
    PreparedChunk last = std::exchange(current_, nullptr);
    if (prepared_.valid()) Take(begin, end);
    if (!current_) {
      current_ = [this, begin, end](store::Transaction& transaction, absl::Time now) {
        return run_.Run(transaction, begin, end, now);
      };
    }
    if (next_end > end) Begin(end, next_end, std::move(last));
    return current_;
  }

 private:
  // Takes what was prepared, if it is [begin, end). A chunk that could not be prepared reports why
  // when it runs.
  void Take(size_t begin, size_t end) {
    store::Guarded([&] {
      PreparedChunk chunk = prepared_.get();
      if (begin == begin_ && end == end_) current_ = std::move(chunk);
      return absl::OkStatus();
    }).IgnoreError();
  }

  // Also frees the last chunk there. Without a thread, it runs in Take.
  void Begin(size_t begin, size_t end, PreparedChunk last) {
    begin_ = begin;
    end_ = end;
    prepared_ = std::async([this, begin, end, last = std::move(last)]() mutable {
      last = nullptr;
      return run_.Prepare(begin, end);
    });
  }

  BatchRun& run_;
  PreparedChunk current_;
  size_t begin_ = 0;
  size_t end_ = 0;
  std::future<PreparedChunk> prepared_;  // its end awaits the thread
};

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_CHUNK_AHEAD_H_
