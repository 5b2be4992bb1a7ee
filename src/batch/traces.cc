// SPDX-License-Identifier: Apache-2.0
#include "batch/traces.h"

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/spans.h"
#include "batch/kinds.h"

namespace zerotouch::batch {
namespace {

// An id is not 0, and neither is that of an operation.
std::string SpanId(int64_t number) { return fmt::format("{:016x}", number); }

// Adds a span of the operation that has ended now, with `more` attributes.
void AddSpan(const store::OperationHead& head, spans::Span span,
             std::initializer_list<spans::Attribute> more, absl::Duration took) {
  const KindTraits* const kind = TraitsOf(head.kind);
  const std::string operation = std::to_string(head.id.value());
  std::vector<spans::Attribute> attributes(more);
  attributes.push_back({"zerotouch.operation", operation});
  attributes.push_back({"zerotouch.kind", kind == nullptr ? "" : kind->name});
  span.trace_id = head.trace_id;
  span.kind = spans::Kind::kInternal;
  span.start = absl::Now() - took;
  span.took = took;
  span.attributes = attributes;
  spans::Add(span);
}

bool IsTraced(const store::OperationHead& head) {
  return !head.trace_id.empty() && spans::AreKept();
}

}  // namespace

std::string TraceOfNewOperation() {
  return spans::AreKept() ? log::RecordedTraceId() : std::string();
}

void TraceChunk(const store::OperationHead& head, size_t items, absl::Duration took,
                bool is_fault) {
  if (!IsTraced(head)) return;
  const std::string id = SpanId(RandomId());
  const std::string parent = SpanId(head.id.value());
  const std::string count = std::to_string(items);
  AddSpan(head,
          {.span_id = id, .parent_id = parent, .name = "operation.chunk", .is_fault = is_fault},
          {{"zerotouch.items", count}}, took);
}

void TraceOperation(const store::OperationHead& head, absl::Duration took) {
  if (!IsTraced(head)) return;
  const std::string id = SpanId(head.id.value());
  const std::string count = std::to_string(head.items);
  AddSpan(head, {.span_id = id, .parent_id = head.request_id, .name = "operation"},
          {{"zerotouch.items", count}, {"zerotouch.state", head.cancelled ? "cancelled" : "done"}},
          took);
}

}  // namespace zerotouch::batch
