// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCH_OUTPUT_H_
#define ZEROTOUCH_ZEROTOUCH_OUTPUT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "zerotouch/command.h"

// Writes messages of the API to standard output.
namespace zerotouch::cli {

// Columns of a terminal that a table fits into.
inline constexpr size_t kTableColumns = 100;

// Returns a table with a header, for people: at most kTableColumns wide, so long cells are
// cut, and safe for a terminal. `widths` keeps the columns' widths from one part of a table
// to the next; the header is written with the first part.
std::string TableText(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows,
                      std::vector<size_t>& widths);

// Returns lines of a name and a value each, the values below each other; longer ones
// continue on the next line. At most kTableColumns wide, safe for a terminal.
std::string LinesText(const std::vector<std::vector<std::string>>& rows);

// Returns the set fields of a message, one a line, with their names in JSON; longer values
// continue on the next line. At most kTableColumns wide, safe for a terminal.
std::string FieldsText(const google::protobuf::Message& message);

// Returns the columns, and a message's cells of them, of a table (`is_csv`: false) or of a
// CSV file for the lists of a type. A list of devices in CSV has the columns that
// `zerotouch devices` reads.
std::vector<std::string> HeaderOf(const google::protobuf::Descriptor& type, bool is_csv);
std::vector<std::string> CellsOf(const google::protobuf::Message& message, bool is_csv);

// Writes one message in the format.
absl::Status PrintMessage(const google::protobuf::Message& message, Format format);

// Writes a list, page by page, so that it needs the memory of one page.
class ListPrinter {
 public:
  // `field` is the name of the list in the API's JSON answer.
  ListPrinter(Format format, const google::protobuf::Descriptor& type, std::string_view field);

  void Add(const std::vector<const google::protobuf::Message*>& page);
  // Ends the list. `total_size` is that of the API; 0: the API gave none. Returns an error
  // if standard output failed.
  absl::Status End(int64_t total_size);

 private:
  const Format format_;
  const google::protobuf::Descriptor& type_;
  const std::string field_;
  std::vector<size_t> widths_;
  bool is_empty_ = true;
};

// Writes `text` to standard output.
void Print(std::string_view text);
// Flushes standard output. Returns an error if a write failed.
absl::Status EndOutput();

}  // namespace zerotouch::cli

#endif  // ZEROTOUCH_ZEROTOUCH_OUTPUT_H_
