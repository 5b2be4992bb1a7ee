// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_SPANS_H_
#define ZEROTOUCH_BASE_SPANS_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "absl/time/time.h"

// Spans of finished calls and operations on their way to a collector of traces. Without a
// collector none are kept. Never put a secret into a span. Thread-safe.
namespace zerotouch::spans {

// Span.SpanKind of OTLP.
enum class Kind { kInternal = 1, kServer = 2 };

struct Attribute {
  std::string_view name;  // a constant
  std::string_view value;
};

// A span as Add takes it: it owns no text.
struct Span {
  std::string_view trace_id;   // 32 hexadecimal digits
  std::string_view span_id;    // 16 hexadecimal digits
  std::string_view parent_id;  // the caller's span; empty: none is known
  std::string_view name;       // the method or the part of an operation, one of a fixed list
  Kind kind = Kind::kServer;
  absl::Time start;
  absl::Duration took;
  bool is_fault = false;  // the server's own: 500 and above
  std::span<const Attribute> attributes;
};

// Returns true if spans are kept: make none otherwise.
bool AreKept();
void SetKept(bool kept);

// Keeps the span until Take, in the form in which it is sent. Drops it, and counts that, if
// limits::kQueuedSpans or limits::kQueuedSpanBytes wait.
void Add(const Span& span);

struct Taken {
  std::string json;  // the elements of the list `spans` of OTLP/HTTP JSON, without brackets
  size_t count = 0;
};

// Returns up to limits::kSpansAtOnce of the spans that wait, oldest first.
Taken Take();

// How a span ends: zerotouch_spans_total.
enum class Result { kExported, kDropped };
void Count(Result result, size_t spans);

}  // namespace zerotouch::spans

#endif  // ZEROTOUCH_BASE_SPANS_H_
