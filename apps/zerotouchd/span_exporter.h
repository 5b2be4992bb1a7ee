// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SPAN_EXPORTER_H_
#define ZEROTOUCH_ZEROTOUCHD_SPAN_EXPORTER_H_

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace zerotouch::daemon {

// Returns the spans of spans::Taken as an ExportTraceServiceRequest in the JSON of OTLP/HTTP
// (opentelemetry.io/docs/specs/otlp).
std::string OtlpJson(std::string_view spans, std::string_view version);

// Sends the spans of calls to a collector, on a thread of its own. A collector that does not
// answer costs spans, and nothing else.
class SpanExporter {
 public:
  // `endpoint` is the base of the collector's URLs, without a slash at the end; empty: does
  // nothing.
  explicit SpanExporter(std::string endpoint);
  // Sends what waits, within a second.
  ~SpanExporter();
  SpanExporter(const SpanExporter&) = delete;
  SpanExporter& operator=(const SpanExporter&) = delete;

 private:
  void Run();

  const std::string url_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SPAN_EXPORTER_H_
