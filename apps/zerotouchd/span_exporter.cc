// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/span_exporter.h"

#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/json_string.h"
#include "base/log.h"
#include "base/spans.h"
#include "webhook/transfer.h"

namespace zerotouch::daemon {
namespace {

// How often it looks for spans, and how long the end of the process waits for the last ones.
constexpr absl::Duration kCollect = absl::Milliseconds(250);
constexpr absl::Duration kLastSpans = absl::Seconds(1);

// `name` is a constant.
void AppendAttribute(std::string_view name, std::string_view value, const char*& comma,
                     std::string& json) {
  json.append(std::exchange(comma, ",")).append(R"({"key":")").append(name);
  json += R"(","value":{"stringValue":)";
  AppendJsonString(value, json);
  json += "}}";
}

}  // namespace

std::string OtlpJson(std::string_view spans, std::string_view version) {
  std::string json = R"({"resourceSpans":[{"resource":{"attributes":[)";
  const char* comma = "";
  AppendAttribute("service.name", "zerotouchd", comma, json);
  AppendAttribute("service.version", version, comma, json);
  json.append(R"(]},"scopeSpans":[{"scope":{"name":"zerotouchd"},"spans":[)").append(spans);
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
      const spans::Taken some = spans::Take();
      if (some.count == 0 && stopping_) return;
      if (some.count > 0) {
        transfers.Begin(
            {.url = url_,
             .headers = {"Content-Type: application/json"},
             .body = OtlpJson(some.json, ZEROTOUCH_VERSION)},
            [&is_failing, count = some.count](const webhook::PostResult& result) {
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
