// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_DEVICES_CSV_CELL_H_
#define ZEROTOUCH_DEVICES_CSV_CELL_H_

#include <string>
#include <string_view>

namespace zerotouch::csv {

// Returns the text without white space and invisible characters (model/text.h) around it.
std::string_view TrimCell(std::string_view text);

// Kinds of cells.
enum class CellKind {
  kNumber,  // digits, or an IMEI or MEID
  kSerial,  // a serial number
  kText,
};

// Returns what is wrong with a cell that a spreadsheet has changed or that cannot be read,
// such as "holds 3.56938E+14, which a spreadsheet made of a longer number"; empty if nothing
// is. `cell` is trimmed and without the mark of UnmarkedCell.
std::string CellProblem(std::string_view cell, CellKind kind);

}  // namespace zerotouch::csv

#endif  // ZEROTOUCH_DEVICES_CSV_CELL_H_
