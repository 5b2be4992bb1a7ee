// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_SPANS_H_
#define ZEROTOUCH_BASE_SPANS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"

// Spans of finished calls and operations on their way to a collector of traces. Without a
// collector none are kept. Never put a secret into a span. Thread-safe.
namespace zerotouch::spans {

// Span.SpanKind of OTLP.
enum class Kind { kInternal = 1, kServer = 2 };

struct Span {
  std::string trace_id;   // 32 hexadecimal digits
  std::string span_id;    // 16 hexadecimal digits
  std::string parent_id;  // the caller's span; empty: none is known
  std::string name;       // the method or the part of an operation, one of a fixed list
  Kind kind = Kind::kServer;
  absl::Time start;
  absl::Duration took;
  bool is_fault = false;  // the server's own: 500 and above
  // Attributes: names are constants.
  std::vector<std::pair<const char*, std::string>> attributes;
};

// Returns true if spans are kept: make none otherwise.
bool AreKept();
void SetKept(bool kept);

// Keeps the span until Take. Drops it, and counts that, if limits::kQueuedSpans wait.
void Add(Span span);

// Returns up to `most` of the spans that wait, oldest first.
std::vector<Span> Take(size_t most);

// How a span ends: zerotouch_spans_total.
enum class Result { kExported, kDropped };
void Count(Result result, size_t spans);

}  // namespace zerotouch::spans

#endif  // ZEROTOUCH_BASE_SPANS_H_
