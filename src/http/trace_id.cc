// SPDX-License-Identifier: Apache-2.0
#include "http/trace_id.h"

#include <algorithm>

#include "http/request_id.h"

namespace zerotouch::http {
namespace {

// The places of the parts: version "-" trace id "-" parent id "-" flags.
constexpr size_t kTraceIdAt = 3;
constexpr size_t kTraceIdSize = 32;
constexpr size_t kParentIdAt = 36;
constexpr size_t kParentIdSize = 16;
constexpr size_t kFlagsAt = 53;
constexpr size_t kFieldSize = 55;

// Returns true for digits and lower-case letters: the field has no others.
bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

// Returns true for an id that is not only zeros, which would be invalid.
bool IsId(std::string_view text) {
  return IsHex(text) && text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

TraceParent ReadTraceParent(std::string_view field) {
  if (field.size() < kFieldSize) return {};
  const std::string_view version = field.substr(0, 2);
  const std::string_view trace_id = field.substr(kTraceIdAt, kTraceIdSize);
  const std::string_view parent_id = field.substr(kParentIdAt, kParentIdSize);
  const std::string_view flags = field.substr(kFlagsAt, 2);
  // Later versions may add to the field, behind another "-".
  const bool ends = field.size() == kFieldSize || (version != "00" && field[kFieldSize] == '-');
  const bool dashes =
      field[2] == '-' && field[kParentIdAt - 1] == '-' && field[kFlagsAt - 1] == '-';
  if (!ends || !dashes || version == "ff" || !IsHex(version) || !IsId(trace_id) ||
      !IsId(parent_id) || !IsHex(flags)) {
    return {};
  }
  const char low = flags[1];
  const int digit = low <= '9' ? low - '0' : low - 'a' + 10;
  return {.trace_id = trace_id, .parent_id = parent_id, .sampled = (digit & 1) != 0};
}

void Identify(const std::string& peer, Request& request) {
  const TraceParent parent = ReadTraceParent(request.headers.Get("traceparent"));
  request.request_id = NewRequestId();
  request.trace_id = parent.trace_id.empty() ? NewTraceId() : std::string(parent.trace_id);
  request.is_recorded = parent.trace_id.empty() || parent.sampled;
  request.peer = peer;
}

}  // namespace zerotouch::http
