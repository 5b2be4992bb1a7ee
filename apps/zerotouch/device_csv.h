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

// What is done to the devices of a file.
enum class Action { kClaim, kUnclaim };

// "claim" or "unclaim".
std::string_view NameOf(Action action);

// The columns of a file of devices: those of the zero-touch portal's upload,
// our `modemtype2` and `modemid2`, and the metadata keys of the API.
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

// The columns that results add; in an input file (results of an earlier run,
// say) they are left out.
inline constexpr const char* kResultColumns[] = {"status", "deviceId", "errorIdentifier",
                                                 "errorMessage"};

// Which column of a file holds what, and rows as requests.
class DeviceCsv {
 public:
  // From the file's first row: any order, any case. `default_customer`: the
  // owner of rows that name none; 0 for none. INVALID_ARGUMENT says which
  // column is missing or given twice.
  static absl::StatusOr<DeviceCsv> Open(const CsvRecord& header, Action action,
                                        int64_t default_customer);

  // The header of the results: the input's own names.
  const std::vector<std::string>& names() const { return names_; }
  // Columns that mean nothing here; they are in the results all the same.
  const std::vector<std::string>& ignored() const { return ignored_; }

  // The fields of a row under names(); missing ones are empty.
  std::vector<std::string> InputOf(const CsvRecord& row) const;

  // The row as an item of a batch, or, as INVALID_ARGUMENT, why it can be none.
  // Identifiers are not checked: the server does, and it decides.
  absl::StatusOr<api::PartnerClaim> ClaimOf(const CsvRecord& row) const;
  absl::StatusOr<api::PartnerUnclaim> UnclaimOf(const CsvRecord& row) const;

 private:
  std::string_view Get(const CsvRecord& row, Column column) const;
  absl::Status Check(const CsvRecord& row) const;
  absl::Status ReadModem(const CsvRecord& row, Column type_column, Column id_column,
                         api::DeviceIdentifier& identifier) const;
  absl::Status ReadIdentifier(const CsvRecord& row, api::DeviceIdentifier& identifier) const;
  absl::StatusOr<int64_t> OwnerOf(const CsvRecord& row) const;

  size_t width_ = 0;                    // fields of a whole row
  std::array<int, kColumns> position_;  // in a row; -1: the file has none
  std::vector<int> kept_;               // positions of names_
  std::vector<std::string> names_;
  std::vector<std::string> ignored_;
  int64_t default_customer_ = 0;
};

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_DEVICE_CSV_H_
