// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_LOG_H_
#define ZEROTOUCH_BASE_LOG_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "absl/time/time.h"

// Writes the server's log to standard error, one JSON object per line: `time`,
// `level`, `message` and the fields given. Every line is valid UTF-8 without
// control characters, whatever the texts contain. Never pass a secret: no token,
// key, password, assertion, query or Authorization header. Thread-safe.
//
// The thread that logs writes the line itself and waits for the reader of the log,
// unless there is a Writer.
namespace zerotouch::log {

enum class Level { kDebug, kInfo, kWarning, kError, kOff };

// Drops lines below `level`. The default is kInfo.
void SetLevel(Level level);

// Which finished calls have a line. The default is kAll.
enum class Access {
  kOff,
  kErrors,  // those that were answered with an error
  kAll,
};
void SetAccess(Access access);
// Returns true if a finished call has a line.
bool HasAccessLine(bool is_error);

// A field of a line.
struct Field {
  std::string_view name;
  std::variant<std::string_view, int64_t, double, bool> value;

  Field(std::string_view n, std::string_view v) : name(n), value(v) {}
  Field(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  Field(std::string_view n, bool v) : name(n), value(v) {}
  Field(std::string_view n, double v) : name(n), value(v) {}
  template <class Int>
  requires std::is_integral_v<Int> Field(std::string_view n, Int v)
      : name(n), value(static_cast<int64_t>(v)) {}
};

using Fields = std::initializer_list<Field>;

void Debug(std::string_view message, Fields fields = {});
void Info(std::string_view message, Fields fields = {});
void Warning(std::string_view message, Fields fields = {});
void Error(std::string_view message, Fields fields = {});

// Waits at most `timeout` until the lines logged so far are written. Returns false if
// they are not.
bool Flush(absl::Duration timeout);

// Returns the bytes of the lines that wait to be written.
size_t QueuedBytes();

// Writes the log on a thread of its own, so that a log that nobody reads stops nothing:
// lines past limits::kLogQueueBytes are dropped, and a line says how many once lines
// can be written again. At most one exists at a time. The destructor waits at most
// limits::kLogFlush for the lines that are queued; if that is not enough, the thread
// goes on until they are written.
class Writer {
 public:
  Writer();
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
};

// Holds what identifies the call that a thread works for, in its lines: `requestId`,
// `traceId` and `peer`. Longer texts than these are cut off.
class CallIds {
 public:
  CallIds() = default;
  // `is_recorded` says whether spans of the trace are wanted.
  CallIds(std::string_view request_id, std::string_view trace_id, bool is_recorded,
          std::string_view peer);

  std::string_view request_id() const { return {request_id_.data(), request_id_size_}; }
  std::string_view trace_id() const { return {trace_id_.data(), trace_id_size_}; }
  bool is_recorded() const { return is_recorded_; }
  std::string_view peer() const { return {peer_.data(), peer_size_}; }

 private:
  // In place, so that a call allocates nothing for them.
  std::array<char, 16> request_id_;
  std::array<char, 32> trace_id_;
  std::array<char, 48> peer_;  // the longest: 39 characters of IPv6 and "/64"
  uint8_t request_id_size_ = 0;
  uint8_t trace_id_size_ = 0;
  uint8_t peer_size_ = 0;
  bool is_recorded_ = false;
};

// Adds the ids of a call to the lines that this thread logs while the scope lives.
class RequestScope {
 public:
  explicit RequestScope(const CallIds& ids);
  ~RequestScope();
  RequestScope(const RequestScope&) = delete;
  RequestScope& operator=(const RequestScope&) = delete;

 private:
  const CallIds outer_;
};

// Returns the request id of the scope that this thread is in; empty outside of one.
std::string RequestId();
// Returns the trace id of that scope, if spans of its trace are wanted; otherwise an empty text.
std::string RecordedTraceId();

}  // namespace zerotouch::log

#endif  // ZEROTOUCH_BASE_LOG_H_
