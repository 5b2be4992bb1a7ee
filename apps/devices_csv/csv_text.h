// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_DEVICES_CSV_CSV_TEXT_H_
#define ZEROTOUCH_DEVICES_CSV_CSV_TEXT_H_

#include <string>

#include "absl/status/statusor.h"

namespace zerotouch::csv {

// Returns the text of a CSV file's bytes: without a byte-order mark, and as UTF-8 if they
// are UTF-16 with one. Bytes that are not UTF-8 stay as they are. INVALID_ARGUMENT says
// what the file is (a workbook, UTF-16 without a mark, ...) and how to save it.
absl::StatusOr<std::string> CsvText(std::string bytes);

}  // namespace zerotouch::csv

#endif  // ZEROTOUCH_DEVICES_CSV_CSV_TEXT_H_
