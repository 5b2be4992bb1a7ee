// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/span_exporter.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/log.h"
#include "webhook/transfer.h"

namespace zerotouch::daemon {
namespace {

// How often it looks for spans, and how long the end of the process waits for the last ones.
constexpr absl::Duration kCollect = absl::Milliseconds(250);
constexpr absl::Duration kLastSpans = absl::Seconds(1);

// Status.code ERROR of OTLP.
constexpr int kErrorCode = 2;

// `name` is a constant.
void AppendAttribute(std::string_view name, std::string_view value, const char*& comma,
                     std::string& json) {
  json.append(std::exchange(comma, ",")).append(R"({"key":")").append(name);
  json += R"(","value":{"stringValue":)";
  AppendJsonString(value, json);
  json += "}}";
}

void AppendNanos(std::string_view name, absl::Time time, std::string& json) {
  const fmt::format_int nanos(absl::ToUnixNanos(time));
  json.append(name).append(nanos.data(), nanos.size()).append(1, '"');
}

// Appends directly: most of what a span costs is this.
void AppendSpan(const spans::Span& span, std::string& json) {
  json.append(R"({"traceId":")").append(span.trace_id);
  json.append(R"(","spanId":")").append(span.span_id).append(1, '"');
  if (!span.parent_id.empty()) {
    json.append(R"(,"parentSpanId":")").append(span.parent_id).append(1, '"');
  }
  json.append(R"(,"name":")").append(span.name).append(R"(","kind":)");
  json += static_cast<char>('0' + static_cast<int>(span.kind));
  AppendNanos(R"(,"startTimeUnixNano":")", span.start, json);
  AppendNanos(R"(,"endTimeUnixNano":")", span.start + span.took, json);
  json += R"(,"attributes":[)";
  const char* comma = "";
  for (const auto& [name, value] : span.attributes) AppendAttribute(name, value, comma, json);
  json += ']';
  if (span.is_fault) json += fmt::format(R"(,"status":{{"code":{}}})", kErrorCode);
  json += '}';
}

}  // namespace

std::string OtlpJson(std::span<const spans::Span> exported, std::string_view version) {
  std::string json = R"({"resourceSpans":[{"resource":{"attributes":[)";
  const char* comma = "";
  AppendAttribute("service.name", "zerotouchd", comma, json);
  AppendAttribute("service.version", version, comma, json);
  json += R"(]},"scopeSpans":[{"scope":{"name":"zerotouchd"},"spans":[)";
  comma = "";
  for (const spans::Span& span : exported) {
    json += std::exchange(comma, ",");
    AppendSpan(span, json);
  }
  json += "]}]}]}";
  return json;
}

SpanExporter::SpanExporter(std::string endpoint)
    : url_(endpoint.empty() ? "" : endpoint + "/v1/traces") {
  if (url_.empty()) return;
  spans::SetKept(true);
  thread_ = std::thread([this] { Run(); });
}

SpanExporter::~SpanExporter() {
  if (!thread_.joinable()) return;
  spans::SetKept(false);
  stopping_ = true;
  thread_.join();
}

void SpanExporter::Run() {
  const webhook::Policy policy{.any_url = true, .allowed = {}, .ca_file = {}};
  webhook::Transfers transfers(policy);
  bool is_failing = false;
  std::optional<absl::Time> deadline;
  while (!deadline.has_value() || absl::Now() < *deadline) {
    if (stopping_ && !deadline.has_value()) deadline = absl::Now() + kLastSpans;
    // One request at a time: while the collector is slow, spans wait, and then are dropped.
    if (transfers.running() == 0) {
      const std::vector<spans::Span> some = spans::Take(limits::kSpansAtOnce);
      if (some.empty() && stopping_) return;
      if (!some.empty()) {
        transfers.Begin(
            {.url = url_,
             .headers = {"Content-Type: application/json"},
             .body = OtlpJson(some, ZEROTOUCH_VERSION)},
            [&is_failing, count = some.size()](const webhook::PostResult& result) {
              const bool failed = result.http_status < 200 || result.http_status > 299;
              spans::Count(failed ? spans::Result::kDropped : spans::Result::kExported, count);
              if (failed && !is_failing) {
                log::Warning("cannot export spans; dropping them until the collector answers",
                             {{"status", result.http_status}, {"error", result.error}});
              }
              is_failing = failed;
            });
      }
    }
    transfers.Run(kCollect);
  }
}

}  // namespace zerotouch::daemon
