// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_DEVICES_CSV_DEVICE_CSV_H_
#define ZEROTOUCH_DEVICES_CSV_DEVICE_CSV_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "devices_csv/csv.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"

namespace zerotouch::csv {

namespace api = google::android::device::provisioning::v1;

// The columns of a file of devices: those of the zero-touch portal, what other tools
// export, and the metadata keys of the API. Names are matched without case, and without
// spaces, hyphens, underscores and invisible characters.
enum class Column {
  kModemType,     // IMEI or MEID
  kModemId,       // an IMEI or MEID
  kModemType2,    // of a second modem
  kModemId2,      //
  kImei,          // IMEI and MEID by name, instead of a modemtype
  kImei2,         //
  kMeid,          //
  kMeid2,         //
  kSerial,        // also: serialnumber
  kModel,         //
  kManufacturer,  //
  kProfileType,   // ZERO_TOUCH or SIM_LOCK
  kOwner,         // a customer id
  kProfileId,     // id or name of a configuration
  kDeviceId,      // id of the device's record: the row is sent by it
  kPhoneNumber,   // metadata
  kOrderNumber,   // metadata
};
inline constexpr size_t kColumns = 17;

// The columns that results add, in this order. In a file that is read, such as the results
// of an earlier run, they are replaced; its deviceId is read as Column::kDeviceId.
inline constexpr const char* kResultColumns[] = {"status", "deviceId", "errorIdentifier",
                                                 "errorMessage"};

// The columns of a file, and the requests that its rows make. The functions that read a row
// return INVALID_ARGUMENT if the row cannot be sent, with what is wrong and what to do.
// Identifiers are left to the server to check. Thread-safe once it is open.
class DeviceCsv {
 public:
  // Reads the file's first row: column names in any order. INVALID_ARGUMENT names a column
  // that is missing or given twice.
  static absl::StatusOr<DeviceCsv> Open(const CsvRecord& header);
  // Returns how many of the columns are known.
  static int CountKnown(const CsvRecord& header);

  bool Has(Column column) const;
  // Returns an error unless rows of claims get an owner: from the column, or
  // `default_customer` if it is not 0.
  absl::Status CheckOwners(int64_t default_customer) const;

  // The names of the input columns, for the header of the results.
  const std::vector<std::string>& names() const { return names_; }
  // Unknown columns. They are kept in the results.
  const std::vector<std::string>& ignored() const { return ignored_; }

  // Returns the fields of a row in the order of names(); missing ones are empty.
  std::vector<std::string> InputOf(const CsvRecord& row) const;

  // Return the row as an item of a batch. What the row leaves empty is taken from
  // `defaults`. A claim is sent by identifiers, the others by deviceid where it is filled.
  absl::StatusOr<api::PartnerClaim> ClaimOf(const CsvRecord& row,
                                            const api::PartnerClaim& defaults) const;
  absl::StatusOr<api::PartnerUnclaim> UnclaimOf(const CsvRecord& row,
                                                const api::PartnerUnclaim& defaults) const;
  absl::StatusOr<api::UpdateMetadataArguments> MetadataOf(
      const CsvRecord& row, const api::UpdateMetadataArguments& defaults) const;

  // Returns the device that the row names: by deviceid where it is filled.
  absl::StatusOr<api::DeviceReference> DeviceOf(const CsvRecord& row) const;
  // Return the owner, the device id and the configuration of the row; 0 if empty.
  absl::StatusOr<int64_t> OwnerOf(const CsvRecord& row) const;
  absl::StatusOr<int64_t> DeviceIdOf(const CsvRecord& row) const;
  absl::StatusOr<int64_t> ConfigurationOf(const CsvRecord& row) const;

 private:
  std::string_view Get(const CsvRecord& row, Column column) const;
  absl::Status Check(const CsvRecord& row) const;
  absl::Status CheckHeader() const;
  absl::Status ReadModem(const CsvRecord& row, Column type_column, Column id_column,
                         api::DeviceIdentifier& identifier) const;
  absl::Status ReadIdentifier(const CsvRecord& row, api::DeviceIdentifier& identifier) const;
  absl::StatusOr<int64_t> NumberOf(const CsvRecord& row, Column column,
                                   std::string_view what) const;
  std::string_view TitleOf(Column column) const;
  absl::StatusOr<api::SectionType> SectionOf(const CsvRecord& row,
                                             api::SectionType otherwise) const;
  void ReadMetadata(const CsvRecord& row, api::DeviceMetadata& metadata) const;

  size_t width_ = 0;                          // number of fields of the header
  std::array<int, kColumns> position_{};      // in a row; -1: the file lacks the column
  std::array<std::string, kColumns> titles_;  // the file's names of the columns
  int result_id_ = -1;                        // position of deviceId among the results' columns
  std::vector<int> kept_;                     // positions of names_
  std::vector<std::string> names_;
  std::vector<std::string> ignored_;
};

}  // namespace zerotouch::csv

#endif  // ZEROTOUCH_DEVICES_CSV_DEVICE_CSV_H_
