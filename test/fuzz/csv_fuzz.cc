// SPDX-License-Identifier: Apache-2.0
// Reads the text as a device file, as `zerotouch devices claim --csv` does, and
// writes its rows back.

#include <string>
#include <vector>

#include "base/utf8.h"
#include "devices_csv/device_file.h"
#include "fuzz/input.h"

namespace zerotouch::csv {
namespace {

using test::Expect;

// Reading the written rows must return the same rows.
void WriteBack(const CsvRecord& record) {
  std::string text = "first,row\n";
  AppendCsvRow(record.fields, text);
  CsvReader reader(text);
  CsvRecord again;
  Expect(reader.Next(again) && reader.Next(again), "a row that is written is a row", text);
  Expect(again.problem.empty() && again.fields == record.fields, "it has the same fields", text);
  Expect(!reader.Next(again), "it is one row", text);
}

std::vector<CsvRecord> ReadRows(std::string_view text) {
  std::vector<CsvRecord> rows;
  CsvReader reader(text);
  CsvRecord record;
  int64_t last_line = 0;
  while (reader.Next(record)) {
    Expect(record.line > last_line, "rows begin on lines of their own, in their order");
    last_line = record.line;
    Expect(record.problem.empty() || record.fields.size() == 1, "a wrong row is one field");
    Expect(!record.fields.empty(), "no row is without fields");
    if (record.problem.empty()) WriteBack(record);
    rows.push_back(record);
  }
  return rows;
}

// The results of a run must be valid input for the next.
void ReadResultsBack(const DeviceCsv& csv, const CsvRecord& row, const api::PartnerClaim& claim,
                     const api::PartnerClaim& defaults) {
  CsvRecord header;
  header.fields = csv.names();
  CsvRecord result;
  result.fields = csv.InputOf(row);
  for (const char* column : kResultColumns) {
    header.fields.emplace_back(column);
    result.fields.emplace_back("SINGLE_DEVICE_STATUS_OTHER_ERROR");
  }
  const auto again = DeviceCsv::Open(header);
  Expect(again.ok() && again->names() == csv.names(), "results have the columns of the input");
  const auto claim_again = again->ClaimOf(result, defaults);
  Expect(claim_again.ok() &&
             claim_again->SerializeAsString().size() == claim.SerializeAsString().size(),
         "and its devices", claim.DebugString());
}

void ReadDevices(std::string_view text, int64_t customer) {
  absl::StatusOr<DeviceFile> file = DeviceFile::Open(std::string(text));
  if (!file.ok()) return;
  const DeviceCsv& csv = file->columns();
  api::PartnerClaim defaults;
  defaults.set_customer_id(customer);
  for (CsvRecord row; file->Next(row);) {
    Expect(csv.InputOf(row).size() == csv.names().size(), "every row has a field for each column");
    const auto unclaim = csv.UnclaimOf(row, {});
    const auto claim = csv.ClaimOf(row, defaults);
    if (!claim.ok()) continue;
    Expect(unclaim.ok() || csv.Has(Column::kDeviceId), "a row that is a claim is an unclaim");
    Expect(claim->customer_id() > 0, "a claim has an owner");
    Expect(utf8::ValidBytes(claim->device_identifier().serial_number()) ==
               claim->device_identifier().serial_number().size(),
           "what is sent is UTF-8");
    ReadResultsBack(csv, row, *claim, defaults);
  }
}

}  // namespace
}  // namespace zerotouch::csv

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::csv;  // NOLINT(google-build-using-namespace)
  const std::string text(zerotouch::test::TextOf(data, size));
  static_cast<void>(ReadRows(text));
  ReadDevices(text, /*customer=*/0);
  ReadDevices(text, /*customer=*/11);
  return 0;
}
