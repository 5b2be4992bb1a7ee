// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_INPUT_FILE_H_
#define ZEROTOUCH_ZEROTOUCH_INPUT_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace zerotouch::cli {

// Returns the content of the file at `path`, or of standard input if it is "-".
// INVALID_ARGUMENT, "cannot read
// PATH: REASON", if it cannot be read.
absl::StatusOr<std::string> ReadInputFile(const std::string& path);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_INPUT_FILE_H_
