// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_DEVICE_CSV_H_
#define ZEROTOUCH_ZEROTOUCH_DEVICE_CSV_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "zerotouch/csv.h"

namespace zerotouch::cli {

namespace api = client::api;

// The actions on the devices of a file.
enum class Action { kClaim, kUnclaim };

// Returns "claim" or "unclaim".
std::string_view NameOf(Action action);

// The columns of a file of devices: those of the zero-touch portal, our
// `modemtype2` and `modemid2`, and the metadata keys of the API.
enum class Column {
  kModemType,
  kModemId,
  kModemType2,
  kModemId2,
  kSerial,
  kModel,
  kManufacturer,
  kProfileType,
  kOwner,
  kPhoneNumber,
  kOrderNumber,
};
inline constexpr size_t kColumns = 11;

// The columns that results add. In an input file, such as the results of an
// earlier run, they are ignored.
inline constexpr const char* kResultColumns[] = {"status", "deviceId", "errorIdentifier",
                                                 "errorMessage"};

// Maps the columns of a file, and makes requests from its rows.
class DeviceCsv {
 public:
  // Reads the file's first row: column names in any order and case.
  // `default_customer` is the owner of rows without one; 0 if there is no
  // default. INVALID_ARGUMENT names a column that is missing or given twice.
  static absl::StatusOr<DeviceCsv> Open(const CsvRecord& header, Action action,
                                        int64_t default_customer);

  // The names of the input columns, for the header of the results.
  const std::vector<std::string>& names() const { return names_; }
  // Unknown columns. They are kept in the results.
  const std::vector<std::string>& ignored() const { return ignored_; }

  // Returns the fields of a row in the order of names(); missing ones are empty.
  std::vector<std::string> InputOf(const CsvRecord& row) const;

  // Return the row as an item of a batch. INVALID_ARGUMENT says why the row
  // cannot be sent. Identifiers are left to the server to check.
  absl::StatusOr<api::PartnerClaim> ClaimOf(const CsvRecord& row) const;
  absl::StatusOr<api::PartnerUnclaim> UnclaimOf(const CsvRecord& row) const;

 private:
  std::string_view Get(const CsvRecord& row, Column column) const;
  absl::Status Check(const CsvRecord& row) const;
  absl::Status ReadModem(const CsvRecord& row, Column type_column, Column id_column,
                         api::DeviceIdentifier& identifier) const;
  absl::Status ReadIdentifier(const CsvRecord& row, api::DeviceIdentifier& identifier) const;
  absl::StatusOr<int64_t> OwnerOf(const CsvRecord& row) const;

  size_t width_ = 0;                    // number of fields of a row
  std::array<int, kColumns> position_;  // in a row; -1: the file lacks the column
  std::vector<int> kept_;               // positions of names_
  std::vector<std::string> names_;
  std::vector<std::string> ignored_;
  int64_t default_customer_ = 0;
};

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICE_CSV_H_
