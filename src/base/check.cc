// SPDX-License-Identifier: Apache-2.0
#include "base/check.h"

#include <cstdlib>

#include "base/limits.h"
#include "base/log.h"

namespace zerotouch {

void FailCheck(std::string_view condition, std::string_view message, const char* file, int line) {
  log::Error("a check failed; the process ends",
             {{"check", condition}, {"error", message}, {"file", file}, {"line", line}});
  log::Flush(limits::kLogFlush);
  std::abort();
}

}  // namespace zerotouch
