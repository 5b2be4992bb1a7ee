// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_GENERATE_H_
#define ZEROTOUCH_ZEROTOUCH_GENERATE_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace zerotouch::cli {

// A file of devices to try things with.
struct GenerateOptions {
  int64_t count = 100;          // 1 to kGeneratedRows
  std::vector<int64_t> owners;  // customers, each for orders of 40 devices in turn
  uint64_t seed = 1;            // the same seed and options: the same file
  double wrong_percent = 1;     // of the rows, 0 to 100
};

inline constexpr int64_t kGeneratedRows = 1'000'000;

// Writes the file in pieces to `write`, header first: phones by IMEI, some with
// a second one, phones by MEID in either form, and tablets by serial number,
// in the proportions of a reseller's stock; no two rows are the same device. A
// row that is wrong on purpose has a bad check digit, a MEID of wrong length, a
// serial number without a model, or an owner that does not exist. Returns how
// many rows are wrong.
int64_t GenerateCsv(const GenerateOptions& options,
                    const std::function<void(const std::string&)>& write);

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_GENERATE_H_
