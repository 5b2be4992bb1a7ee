// SPDX-License-Identifier: Apache-2.0
#include "base/spans.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <iterator>
#include <utility>

#include "base/limits.h"
#include "base/metrics.h"
#include "base/mutex.h"

namespace zerotouch::spans {
namespace {

// The results in the order of Result.
metrics::Family<metrics::Counter> span_results(
    {.name = "zerotouch_spans_total", .help = "Spans of calls, for the collector of traces."},
    {{"result", {"exported", "dropped"}}});

// The spans that wait.
class SpanQueue {
 public:
  bool Add(Span span) {
    const MutexLock lock(mutex_);
    if (spans_.size() >= limits::kQueuedSpans) return false;
    spans_.push_back(std::move(span));
    return true;
  }

  std::vector<Span> Take(size_t most) {
    const MutexLock lock(mutex_);
    const auto end = spans_.begin() + static_cast<std::ptrdiff_t>(std::min(most, spans_.size()));
    std::vector<Span> taken(std::make_move_iterator(spans_.begin()), std::make_move_iterator(end));
    spans_.erase(spans_.begin(), end);
    return taken;
  }

 private:
  Mutex mutex_;
  std::deque<Span> spans_ ZT_GUARDED_BY(mutex_);
};

// Never destroyed, because calls may end late.
SpanQueue& Waiting() {
  static auto* const queue = new SpanQueue;
  return *queue;
}

std::atomic<bool> are_kept = false;

}  // namespace

bool AreKept() { return are_kept.load(std::memory_order_relaxed); }
void SetKept(bool kept) { are_kept.store(kept, std::memory_order_relaxed); }

void Add(Span span) {
  if (!Waiting().Add(std::move(span))) Count(Result::kDropped, 1);
}

std::vector<Span> Take(size_t most) { return Waiting().Take(most); }

void Count(Result result, size_t spans) { span_results.At(result).Add(spans); }

}  // namespace zerotouch::spans
