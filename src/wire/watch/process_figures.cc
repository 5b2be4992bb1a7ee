// SPDX-License-Identifier: Apache-2.0
#include "wire/watch/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <system_error>

namespace zerotouch::wire {
namespace {

using metrics::Type;

void Gauge(std::string_view name, std::string_view help, double value, metrics::Sink& sink) {
  sink.Add(name, help, Type::kGauge, {}, value);
}

// Returns the time at which the machine was started, in seconds since 1970; 0 if unknown.
double BootTime() {
  std::ifstream stat("/proc/stat");
  std::string word;
  double seconds = 0;
  while (stat >> word) {
    if (word == "btime" && stat >> seconds) return seconds;
  }
  return 0;
}

// The fields of /proc/self/stat (proc(5)), behind the program's name, which may hold
// spaces: `state` is number 3.
void CollectStat(metrics::Sink& sink) {
  std::ifstream stat("/proc/self/stat");
  std::string text(std::istreambuf_iterator<char>(stat), {});
  const size_t name_ends = text.rfind(')');
  if (name_ends == std::string::npos) return;
  std::istringstream rest(text.substr(name_ends + 1));
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  std::string state;
  rest >> state;
  double field = 0;
  double cpu = 0;
  for (int number = 4; number <= 24 && rest >> field; ++number) {
    if (number == 14) cpu = field;  // utime, stime
    if (number == 15) {
      sink.Add("process_cpu_seconds_total", "Processor time used, of user and system.",
               Type::kCounter, {}, (cpu + field) / ticks);
    }
    if (number == 20) Gauge("process_threads", "Threads.", field, sink);
    if (number == 22) {
      Gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.",
            BootTime() + field / ticks, sink);
    }
    if (number == 23) Gauge("process_virtual_memory_bytes", "Virtual memory.", field, sink);
    if (number == 24) {
      Gauge("process_resident_memory_bytes", "Resident memory.", field * page, sink);
    }
  }
}

void CollectFiles(metrics::Sink& sink) {
  std::error_code error;
  double open = 0;
  for (auto file = std::filesystem::directory_iterator("/proc/self/fd", error);
       !error && file != std::filesystem::directory_iterator(); file.increment(error)) {
    ++open;
  }
  // One of them is the folder itself.
  if (!error) Gauge("process_open_fds", "Open file descriptors.", open - 1, sink);
  rlimit files = {};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    Gauge("process_max_fds", "Limit of open file descriptors.", static_cast<double>(files.rlim_cur),
          sink);
  }
}

}  // namespace

void CollectProcess(metrics::Sink& sink) {
  CollectStat(sink);
  CollectFiles(sink);
}

}  // namespace zerotouch::wire
