// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_SANDBOX_CALLS_H_
#define ZEROTOUCH_ZEROTOUCH_SANDBOX_CALLS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Reads server-sent events ("Server-sent events" of the HTML standard), piece by piece.
class EventReader {
 public:
  // Calls `use` with the type and the data of each event; it returns false to end.
  explicit EventReader(std::function<bool(std::string_view type, std::string_view data)> use)
      : use_(std::move(use)) {}

  // Returns false if `use` did, or an event has more than kEventBytes.
  bool Add(std::string_view piece);

 private:
  // A call has two bodies of at most 64 KiB each, whose bytes JSON may write as six.
  static constexpr size_t kEventBytes = size_t{1} << 20;

  bool TakeLine(std::string_view line);

  const std::function<bool(std::string_view type, std::string_view data)> use_;
  std::string line_;  // the beginning of the next one
  std::string type_;
  std::string data_;
};

// Run `zerotouch sandbox calls watch`, `faults delete`, `state export` and the commands on
// tenants, which write a key file.
ExitCode RunCallsWatch(const Invocation& invocation);
ExitCode RunFaultsDelete(const Invocation& invocation);
ExitCode RunSetTerms(const Invocation& invocation);
ExitCode RunStateExport(const Invocation& invocation);
ExitCode RunTenant(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_SANDBOX_CALLS_H_
