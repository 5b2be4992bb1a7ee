// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cmath>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/json_string.h"

namespace zerotouch::log {
namespace {

spdlog::logger& Logger() {
  static spdlog::logger* logger = [] {
    auto* made = new spdlog::logger("zerotouch", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%v");
    return made;
  }();
  return *logger;
}

std::string& CurrentRequest() {
  thread_local std::string id;
  return id;
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view v) const { AppendJsonString(v, out); }
  void operator()(int64_t v) const { fmt::format_to(std::back_inserter(out), "{}", v); }
  void operator()(double v) const {
    // JSON has no infinities and no NaN.
    out += std::isfinite(v) ? fmt::format("{}", v) : "null";
  }
  void operator()(bool v) const { out += v ? "true" : "false"; }
};

void Write(spdlog::level::level_enum level, std::string_view name, std::string_view message,
           Fields fields) {
  if (!Logger().should_log(level)) return;
  std::string line =
      fmt::format("{{\"time\":\"{}\",\"level\":\"{}\",\"message\":",
                  absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone()), name);
  AppendJsonString(message, line);
  if (!CurrentRequest().empty()) {
    line += ",\"requestId\":";
    AppendJsonString(CurrentRequest(), line);
  }
  for (const Field& field : fields) {
    line += ',';
    AppendJsonString(field.name, line);
    line += ':';
    std::visit(AppendValue{line}, field.value);
  }
  line += '}';
  Logger().log(level, "{}", line);
}

}  // namespace

void SetLevel(Level level) {
  switch (level) {
    case Level::kDebug:
      return Logger().set_level(spdlog::level::debug);
    case Level::kInfo:
      return Logger().set_level(spdlog::level::info);
    case Level::kWarning:
      return Logger().set_level(spdlog::level::warn);
    case Level::kError:
      return Logger().set_level(spdlog::level::err);
    case Level::kOff:
      return Logger().set_level(spdlog::level::off);
  }
}

void Debug(std::string_view message, Fields fields) {
  Write(spdlog::level::debug, "debug", message, fields);
}
void Info(std::string_view message, Fields fields) {
  Write(spdlog::level::info, "info", message, fields);
}
void Warning(std::string_view message, Fields fields) {
  Write(spdlog::level::warn, "warning", message, fields);
}
void Error(std::string_view message, Fields fields) {
  Write(spdlog::level::err, "error", message, fields);
}

RequestScope::RequestScope(std::string request_id)
    : outer_(std::exchange(CurrentRequest(), std::move(request_id))) {}
RequestScope::~RequestScope() { CurrentRequest() = std::move(outer_); }

}  // namespace zerotouch::log
