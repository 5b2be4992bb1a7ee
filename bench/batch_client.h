// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_BATCH_CLIENT_H_
#define ZEROTOUCH_BENCH_BATCH_CLIENT_H_

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "support/server_process.h"

// A client that sends one batch and measures it. Every function ends the program if
// something fails.
namespace zerotouch::bench {

// Returns the MiB of a line such as VmHWM of /proc/PID/status.
double MemoryMib(pid_t pid, const std::string& line);

// Returns the bytes that the process has written, to files and sockets.
double BytesWritten(pid_t pid);

struct Batch {
  double answer_ms = 0;   // last byte of the body to the answer of the call
  double done_ms = 0;     // first byte of the body to `done`
  std::string operation;  // its path, with prettyPrint=false
};

// Sends `body` to the path of an *Async method, and waits until the operation is done. All
// `items` must succeed.
Batch RunBatch(const std::string& endpoint, const std::string& path, const std::string& body,
               test::ApiCaller& caller, int64_t items);

// Reads `url`. Returns how many bytes.
size_t Download(const std::string& url, const std::string& token);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_BATCH_CLIENT_H_
