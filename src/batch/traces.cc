// SPDX-License-Identifier: Apache-2.0
#include "batch/traces.h"

#include <fmt/format.h>

#include <utility>

#include "absl/time/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "base/spans.h"
#include "batch/kinds.h"

namespace zerotouch::batch {
namespace {

// An id is not 0, and neither is that of an operation.
std::string SpanId(int64_t number) { return fmt::format("{:016x}", number); }

void AddSpan(const store::OperationHead& head, spans::Span span, absl::Duration took) {
  const KindTraits* const kind = TraitsOf(head.kind);
  span.trace_id = head.trace_id;
  span.kind = spans::Kind::kInternal;
  span.start = absl::Now() - took;
  span.took = took;
  span.attributes.emplace_back("zerotouch.operation", std::to_string(head.id.value()));
  span.attributes.emplace_back("zerotouch.kind", kind == nullptr ? "" : kind->name);
  spans::Add(std::move(span));
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
  AddSpan(head,
          {.span_id = SpanId(RandomId()),
           .parent_id = SpanId(head.id.value()),
           .name = "operation.chunk",
           .start = {},
           .took = {},
           .is_fault = is_fault,
           .attributes = {{"zerotouch.items", std::to_string(items)}}},
          took);
}

void TraceOperation(const store::OperationHead& head, absl::Duration took) {
  if (!IsTraced(head)) return;
  AddSpan(head,
          {.span_id = SpanId(head.id.value()),
           .parent_id = head.request_id,
           .name = "operation",
           .start = {},
           .took = {},
           .attributes = {{"zerotouch.items", std::to_string(head.items)},
                          {"zerotouch.state", head.cancelled ? "cancelled" : "done"}}},
          took);
}

}  // namespace zerotouch::batch
