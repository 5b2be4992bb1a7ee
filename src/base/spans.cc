// SPDX-License-Identifier: Apache-2.0
#include "base/spans.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <utility>

#include "base/json_string.h"
#include "base/limits.h"
#include "base/metrics.h"
#include "base/mutex.h"

namespace zerotouch::spans {
namespace {

constexpr size_t kUsualBytes = 640;  // of a call's span

// The results in the order of Result.
metrics::Family<metrics::Counter> span_results(
    {.name = "zerotouch_spans_total", .help = "Spans of calls, for the collector of traces."},
    {{"result", {"exported", "dropped"}}});

// Writes a span as an object of OTLP/HTTP JSON. Most of what a span costs is this, so it keeps
// its memory for the next one, and copies texts whose sizes the compiler knows.
class SpanWriter {
 public:
  // Returns the text, which is valid until the next call.
  std::string_view Write(const Span& span) {
    values_.clear();
    for (const Attribute& attribute : span.attributes) PutAttribute(attribute);
    text_.resize(std::max(text_.size(), kMembersBytes + values_.size()));
    at_ = text_.data();
    Put(R"({"traceId":")", span.trace_id, R"(","spanId":")", span.span_id);
    if (!span.parent_id.empty()) Put(R"(","parentSpanId":")", span.parent_id);
    const std::string_view kind = span.kind == Kind::kServer ? "2" : "1";
    const fmt::format_int start(absl::ToUnixNanos(span.start));
    const fmt::format_int end(absl::ToUnixNanos(span.start + span.took));
    Put(R"(","name":")", span.name, R"(","kind":)", kind, R"(,"startTimeUnixNano":")",
        TextOf(start), R"(","endTimeUnixNano":")", TextOf(end), R"(","attributes":[)", values_,
        "]");
    if (span.is_fault) Put(R"(,"status":{"code":2})");  // ERROR
    Put("}");
    return {text_.data(), static_cast<size_t>(at_ - text_.data())};
  }

 private:
  // All but the attributes: ids and names have known sizes.
  static constexpr size_t kMembersBytes = 1024;

  static std::string_view TextOf(const fmt::format_int& number) {
    return {number.data(), number.size()};
  }
  void PutAttribute(const Attribute& attribute) {
    values_.append(values_.empty() ? "" : ",").append(R"({"key":")").append(attribute.name);
    values_ += R"(","value":{"stringValue":)";
    AppendJsonString(attribute.value, values_);
    values_ += "}}";
  }
  template <class... Texts>
  void Put(const Texts&... texts) {
    (PutOne(texts), ...);
  }
  void PutOne(std::string_view text) { at_ += text.copy(at_, text.size()); }

  std::string text_;
  std::string values_;  // the attributes
  char* at_ = nullptr;  // in text_
};

// The spans that wait, in parts of limits::kSpansAtOnce.
class SpanQueue {
 public:
  bool Add(std::string_view span) {
    const MutexLock lock(mutex_);
    if (count_ >= limits::kQueuedSpans || bytes_ >= limits::kQueuedSpanBytes) return false;
    if (parts_.empty() || parts_.back().count == limits::kSpansAtOnce) {
      parts_.emplace_back().json.reserve(limits::kSpansAtOnce * kUsualBytes);
    }
    Taken& part = parts_.back();
    const size_t before = part.json.size();
    part.json.append(part.count == 0 ? "" : ",").append(span);
    bytes_ += part.json.size() - before;
    ++part.count;
    ++count_;
    return true;
  }

  Taken Take() {
    const MutexLock lock(mutex_);
    if (parts_.empty()) return {};
    Taken taken = std::move(parts_.front());
    parts_.pop_front();
    count_ -= taken.count;
    bytes_ -= taken.json.size();
    return taken;
  }

 private:
  Mutex mutex_;
  std::deque<Taken> parts_ ZT_GUARDED_BY(mutex_);
  size_t count_ ZT_GUARDED_BY(mutex_) = 0;
  size_t bytes_ ZT_GUARDED_BY(mutex_) = 0;
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

void Add(const Span& span) {
  thread_local SpanWriter writer;
  if (!Waiting().Add(writer.Write(span))) Count(Result::kDropped, 1);
}

Taken Take() { return Waiting().Take(); }

void Count(Result result, size_t spans) { span_results.At(result).Add(spans); }

}  // namespace zerotouch::spans
