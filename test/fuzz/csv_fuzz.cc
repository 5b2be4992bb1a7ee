// SPDX-License-Identifier: Apache-2.0
// Reads the text as a device file, as `zerotouch devices claim --csv` does, and
// writes its rows back.

#include <string>
#include <vector>

#include "base/utf8.h"
#include "fuzz/input.h"
#include "zerotouch/csv.h"
#include "zerotouch/device_csv.h"

namespace zerotouch::cli {
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
                     int64_t customer) {
  CsvRecord header;
  header.fields = csv.names();
  CsvRecord result;
  result.fields = csv.InputOf(row);
  for (const char* column : kResultColumns) {
    header.fields.emplace_back(column);
    result.fields.emplace_back("SINGLE_DEVICE_STATUS_OTHER_ERROR");
  }
  const auto again = DeviceCsv::Open(header, Action::kClaim, customer);
  Expect(again.ok() && again->names() == csv.names(), "results have the columns of the input");
  const auto claim_again = again->ClaimOf(result);
  Expect(claim_again.ok() &&
             claim_again->SerializeAsString().size() == claim.SerializeAsString().size(),
         "and its devices", claim.DebugString());
}

void ReadDevices(const std::vector<CsvRecord>& rows, int64_t customer) {
  const auto claims = DeviceCsv::Open(rows[0], Action::kClaim, customer);
  const auto unclaims = DeviceCsv::Open(rows[0], Action::kUnclaim, customer);
  Expect(!claims.ok() || unclaims.ok(), "what can be claimed can be unclaimed");
  if (!unclaims.ok()) return;
  for (size_t i = 1; i < rows.size(); ++i) {
    Expect(unclaims->InputOf(rows[i]).size() == unclaims->names().size(),
           "every row has a field for each column");
    const auto unclaim = unclaims->UnclaimOf(rows[i]);
    if (!claims.ok()) continue;
    const auto claim = claims->ClaimOf(rows[i]);
    Expect(!claim.ok() || unclaim.ok(), "a row that is a claim is an unclaim");
    if (!claim.ok()) continue;
    Expect(claim->customer_id() > 0, "a claim has an owner");
    Expect(utf8::ValidBytes(claim->device_identifier().serial_number()) ==
               claim->device_identifier().serial_number().size(),
           "what is sent is UTF-8");
    ReadResultsBack(*claims, rows[i], *claim, customer);
  }
}

}  // namespace
}  // namespace zerotouch::cli

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::cli;  // NOLINT(google-build-using-namespace)
  const std::vector<CsvRecord> rows = ReadRows(zerotouch::test::TextOf(data, size));
  if (rows.empty()) return 0;
  ReadDevices(rows, /*customer=*/0);
  ReadDevices(rows, /*customer=*/11);
  return 0;
}
