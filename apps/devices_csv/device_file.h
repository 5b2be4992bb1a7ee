// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_DEVICES_CSV_DEVICE_FILE_H_
#define ZEROTOUCH_DEVICES_CSV_DEVICE_FILE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "devices_csv/csv.h"
#include "devices_csv/device_csv.h"

namespace zerotouch::csv {

// A CSV file of devices, read from the first row to the last:
//
//   ZT_ASSIGN_OR_RETURN(DeviceFile file, DeviceFile::Open(bytes));
//   for (CsvRecord row; file.Next(row);) {
//     absl::StatusOr<api::PartnerClaim> claim = file.columns().ClaimOf(row, defaults);
//     // An error is that row's only: report it with row.line, and go on.
//   }
class DeviceFile {
 public:
  // Finds out how the file is written (UTF-8 or UTF-16; `,` `;` or TAB, also after a `sep=`
  // line) and reads its columns. `multiline`: see CsvDialect. INVALID_ARGUMENT says what is
  // wrong with the file and what to do, without the file's name.
  static absl::StatusOr<DeviceFile> Open(std::string bytes, bool multiline = false);

  const DeviceCsv& columns() const { return columns_; }

  // Reads the next row that is not blank; returns false at the end. Fields that a short row
  // lacks are missing, too.
  bool Next(CsvRecord& row);

 private:
  // On the heap, so that the reader's text stays where it is.
  std::unique_ptr<const std::string> text_;
  std::unique_ptr<CsvReader> reader_;
  DeviceCsv columns_;
};

}  // namespace zerotouch::csv

#endif  // ZEROTOUCH_DEVICES_CSV_DEVICE_FILE_H_
