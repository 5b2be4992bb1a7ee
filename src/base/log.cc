// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <string>
#include <thread>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/json_string.h"
#include "base/limits.h"
#include "base/mutex.h"

namespace zerotouch::log {
namespace {

// The writer's thread collects lines for this long between two writes, so that a busy
// server wakes it for many lines at a time.
constexpr std::chrono::milliseconds kCollect{5};

// The room for a line about a call, which is seldom longer.
constexpr size_t kUsualLine = 512;

std::atomic<Level> least_level = Level::kInfo;
std::atomic<Access> access_lines = Access::kAll;

// Writes all of `text`, waiting for its reader. Returns what could not be written.
std::string_view WriteOut(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return text;
}

std::string LineOf(std::string_view level, std::string_view message, Fields fields);

// The lines on their way to standard error.
class Queue {
 public:
  void Add(std::string_view line) {
    MutexLock lock(mutex_);
    if (!has_writer_) {
      WriteOut(line);
      return;
    }
    if (lines_.size() + line.size() > limits::kLogQueueBytes) {
      ++dropped_;
      return;
    }
    lines_ += line;
    if (std::exchange(writer_waits_, false)) added_.notify_one();
  }

  // Makes Write responsible for what is added from now on.
  void BeginWriter() {
    const MutexLock lock(mutex_);
    has_writer_ = true;
  }

  // Writes what is added until EndWriter.
  void Write() {
    MutexLock lock(mutex_);
    while (true) {
      while (lines_.empty() && !ending_) {
        writer_waits_ = true;
        lock.Wait(added_);
      }
      writer_waits_ = false;
      if (lines_.empty()) break;
      WriteLines();
      if (!flushing_ && !ending_) lock.WaitFor(added_, kCollect);
    }
    ending_ = false;
    has_writer_ = false;
    written_.notify_all();
  }

  // Makes Write return once all lines are written, and waits for that.
  void EndWriter(absl::Duration timeout) {
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    MutexLock lock(mutex_);
    ending_ = true;
    added_.notify_one();
    while (has_writer_ && lock.WaitUntil(written_, deadline)) {
    }
  }

  size_t QueuedBytes() {
    const MutexLock lock(mutex_);
    return lines_.size();
  }

  bool Flush(absl::Duration timeout) {
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    MutexLock lock(mutex_);
    flushing_ = true;
    added_.notify_one();
    const auto pending = [this]() ZT_REQUIRES(mutex_) { return !lines_.empty() || writing_; };
    while (pending() && lock.WaitUntil(written_, deadline)) {
    }
    flushing_ = false;
    return !pending();
  }

 private:
  // Writes the lines, and then the number of those that were dropped after them. The
  // mutex is unlocked meanwhile.
  void WriteLines() ZT_REQUIRES(mutex_) {
    writing_ = true;
    std::string lines = std::exchange(lines_, {});
    const int64_t dropped = std::exchange(dropped_, 0);
    mutex_.Unlock();
    if (dropped > 0) {
      lines += LineOf("warning", "log lines were dropped", {{"lines", dropped}});
    }
    const std::string_view rest = WriteOut(lines);
    mutex_.Lock();
    if (!rest.empty()) dropped_ += dropped + std::count(rest.begin(), rest.end(), '\n');
    writing_ = false;
    written_.notify_all();
  }

  Mutex mutex_;
  std::condition_variable added_;
  std::condition_variable written_;
  std::string lines_ ZT_GUARDED_BY(mutex_);
  int64_t dropped_ ZT_GUARDED_BY(mutex_) = 0;
  bool has_writer_ ZT_GUARDED_BY(mutex_) = false;
  bool writer_waits_ ZT_GUARDED_BY(mutex_) = false;
  bool writing_ ZT_GUARDED_BY(mutex_) = false;
  bool flushing_ ZT_GUARDED_BY(mutex_) = false;
  bool ending_ ZT_GUARDED_BY(mutex_) = false;
};

// Never destroyed, because threads may log until the process ends.
Queue& TheQueue() {
  static auto* queue = new Queue;
  return *queue;
}

CallIds& CurrentCall() {
  thread_local CallIds ids;
  return ids;
}

// Copies as much of `text` as there is room for. Returns how much that is.
template <size_t kRoom>
uint8_t CopyTo(std::array<char, kRoom>& room, std::string_view text) {
  return static_cast<uint8_t>(text.copy(room.data(), kRoom));
}

void AppendId(std::string_view name, std::string_view id, std::string& line) {
  if (id.empty()) return;
  line.append(",\"").append(name).append("\":");
  AppendJsonString(id, line);
}

struct AppendValue {
  std::string& out;
  void operator()(std::string_view v) const { AppendJsonString(v, out); }
  void operator()(int64_t v) const { AppendNumber(v); }
  void operator()(double v) const {
    // JSON has no infinities and no NaN.
    if (!std::isfinite(v)) {
      out += "null";
    } else {
      AppendNumber(v);
    }
  }
  void operator()(bool v) const { out += v ? "true" : "false"; }

 private:
  template <class T>
  void AppendNumber(T v) const {
    char digits[32];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, v).ptr);
  }
};

char Digit(int value) { return static_cast<char>('0' + value); }

// Appends the time (RFC 3339). Each thread formats a second once.
void AppendTime(std::string& line) {
  thread_local int64_t formatted = -1;
  thread_local std::string text;
  const int64_t ms = absl::ToUnixMillis(absl::Now());
  const int64_t second = ms / 1'000;
  if (second != std::exchange(formatted, second)) {
    text =
        absl::FormatTime("%Y-%m-%dT%H:%M:%S", absl::FromUnixSeconds(second), absl::UTCTimeZone());
  }
  const auto rest = static_cast<int>(ms % 1'000);
  const char digits[] = {'.', Digit(rest / 100), Digit(rest / 10 % 10), Digit(rest % 10), 'Z'};
  line.append(text).append(digits, sizeof digits);
}

std::string LineOf(std::string_view level, std::string_view message, Fields fields) {
  std::string line;
  line.reserve(kUsualLine);
  line += "{\"time\":\"";
  AppendTime(line);
  line.append("\",\"level\":\"").append(level).append("\",\"message\":");
  AppendJsonString(message, line);
  const CallIds& call = CurrentCall();
  AppendId("requestId", call.request_id(), line);
  AppendId("traceId", call.trace_id(), line);
  AppendId("peer", call.peer(), line);
  for (const Field& field : fields) {
    line += ',';
    AppendJsonString(field.name, line);
    line += ':';
    std::visit(AppendValue{line}, field.value);
  }
  line += "}\n";
  return line;
}

void Write(Level level, std::string_view name, std::string_view message, Fields fields) {
  if (level < least_level.load(std::memory_order_relaxed)) return;
  TheQueue().Add(LineOf(name, message, fields));
}

}  // namespace

void SetLevel(Level level) { least_level = level; }

void SetAccess(Access access) { access_lines = access; }

bool HasAccessLine(bool is_error) {
  const Access lines = access_lines.load(std::memory_order_relaxed);
  return lines == Access::kAll || (lines == Access::kErrors && is_error);
}

void Debug(std::string_view message, Fields fields) {
  Write(Level::kDebug, "debug", message, fields);
}
void Info(std::string_view message, Fields fields) { Write(Level::kInfo, "info", message, fields); }
void Warning(std::string_view message, Fields fields) {
  Write(Level::kWarning, "warning", message, fields);
}
void Error(std::string_view message, Fields fields) {
  Write(Level::kError, "error", message, fields);
}

bool Flush(absl::Duration timeout) { return TheQueue().Flush(timeout); }

size_t QueuedBytes() { return TheQueue().QueuedBytes(); }

Writer::Writer() {
  TheQueue().BeginWriter();
  std::thread([] { TheQueue().Write(); }).detach();
}

Writer::~Writer() { TheQueue().EndWriter(limits::kLogFlush); }

CallIds::CallIds(std::string_view request_id, std::string_view trace_id, bool is_recorded,
                 std::string_view peer)
    : request_id_size_(CopyTo(request_id_, request_id)),
      trace_id_size_(CopyTo(trace_id_, trace_id)),
      peer_size_(CopyTo(peer_, peer)),
      is_recorded_(is_recorded) {}

RequestScope::RequestScope(const CallIds& ids) : outer_(std::exchange(CurrentCall(), ids)) {}
RequestScope::~RequestScope() { CurrentCall() = outer_; }
std::string RequestId() { return std::string(CurrentCall().request_id()); }
std::string RecordedTraceId() {
  const CallIds& call = CurrentCall();
  return call.is_recorded() ? std::string(call.trace_id()) : std::string();
}

}  // namespace zerotouch::log
