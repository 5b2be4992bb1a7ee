// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_GENERATE_H_
#define ZEROTOUCH_ZEROTOUCH_GENERATE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "zerotouch/command.h"

namespace zerotouch::cli {

// Options for a CSV file of invented devices.
struct GenerateOptions {
  int64_t count = 100;          // 1 to kGeneratedRows
  std::vector<int64_t> owners;  // customer ids; each in turn owns 40 devices
  uint64_t seed = 1;            // the same seed and options give the same file
  double wrong_percent = 1;     // percentage of invalid rows, 0 to 100
};

inline constexpr int64_t kGeneratedRows = 1'000'000;

// Passes the file in pieces to `write`, header first: phones by IMEI, some with
// two, phones by MEID in both forms, and tablets by serial number, mixed as in a
// reseller's stock. All rows are different devices. A row that is invalid on
// purpose has a wrong check digit, a MEID of the wrong length, a serial number
// without a model, or an unknown owner. Returns the number of invalid rows.
int64_t GenerateCsv(const GenerateOptions& options,
                    const std::function<void(const std::string&)>& write);

// Runs `zerotouch csv generate`: prints the file on standard output.
ExitCode RunGenerate(const Invocation& invocation);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_GENERATE_H_
