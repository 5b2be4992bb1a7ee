// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <numeric>
#include <utility>

#include "base/json_string.h"
#include "base/terminal_text.h"
#include "base/utf8.h"
#include "client/client.h"
#include "devices_csv/csv.h"
#include "json/json.h"

namespace zerotouch::cli {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

constexpr size_t kGap = 2;         // between two columns
constexpr size_t kLeastWidth = 6;  // of a column that is cut

size_t CharactersIn(std::string_view text) {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// Returns the first `count` characters.
std::string_view FirstCharacters(std::string_view text, size_t count) {
  size_t bytes = 0;
  for (; bytes < text.size() && count > 0; --count) {
    bytes += std::max<size_t>(utf8::CharacterBytes(text.substr(bytes)), 1);
  }
  return text.substr(0, bytes);
}

std::string LastSegment(const std::string& name) { return name.substr(name.rfind('/') + 1); }

// Returns an enum's name without the beginning that all of its names share.
std::string ShortEnum(const google::protobuf::EnumValueDescriptor& value) {
  const auto& type = *value.type();
  size_t shared = value.name().size();
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string& other = type.value(i)->name();
    const auto end =
        std::mismatch(value.name().begin(),
                      value.name().begin() + static_cast<ptrdiff_t>(std::min(shared, other.size())),
                      other.begin());
    if (type.value(i) != &value) shared = static_cast<size_t>(end.first - value.name().begin());
  }
  if (shared == 0) return value.name();
  return value.name().substr(value.name().rfind('_', shared - 1) + 1);  // npos + 1 is 0
}

std::string JsonOf(const Message& message) {
  std::string json;
  json::Append(message, {.pretty = false}, json);
  const bool is_text = json.size() > 1 && json.front() == '"';  // a Timestamp or the like
  return is_text ? json.substr(1, json.size() - 2) : json;
}

std::string ScalarText(const Message& message, const FieldDescriptor& field, int index,
                       bool is_short) {
  const auto& reflection = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT64:
      return fmt::format("{}", many ? reflection.GetRepeatedInt64(message, &field, index)
                                    : reflection.GetInt64(message, &field));
    case FieldDescriptor::CPPTYPE_INT32:
      return fmt::format("{}", many ? reflection.GetRepeatedInt32(message, &field, index)
                                    : reflection.GetInt32(message, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", many ? reflection.GetRepeatedDouble(message, &field, index)
                                    : reflection.GetDouble(message, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return (many ? reflection.GetRepeatedBool(message, &field, index)
                   : reflection.GetBool(message, &field))
                 ? "true"
                 : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto& value = many ? *reflection.GetRepeatedEnum(message, &field, index)
                               : *reflection.GetEnum(message, &field);
      return is_short ? ShortEnum(value) : value.name();
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return many ? reflection.GetRepeatedString(message, &field, index)
                  : reflection.GetString(message, &field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return JsonOf(many ? reflection.GetRepeatedMessage(message, &field, index)
                         : reflection.GetMessage(message, &field));
    default:
      return "";
  }
}

// Returns a field as one text; empty if it is not set.
std::string FieldText(const Message& message, const FieldDescriptor& field, bool is_short) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    return reflection.HasField(message, &field) ? ScalarText(message, field, 0, is_short) : "";
  }
  std::string text;
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    text += fmt::format("{}{}", i == 0 ? "" : "; ", ScalarText(message, field, i, is_short));
  }
  return text;
}

// Returns the field at a path of .proto names as text; empty if it is not set.
std::string TextAt(const Message& message, std::string_view path, bool is_short) {
  const Message* at = &message;
  for (;;) {
    const size_t dot = path.find('.');
    const auto* field = at->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr) return "";
    if (dot == std::string_view::npos) return FieldText(*at, *field, is_short);
    if (!at->GetReflection()->HasField(*at, field)) return "";
    at = &at->GetReflection()->GetMessage(*at, field);
    path.remove_prefix(dot + 1);
  }
}

struct Column {
  std::string title;
  std::string path;
  bool is_name = false;  // a resource's name, of which the last segment is shown
};

using client::api::Device;
using google::longrunning::Operation;

const std::vector<Column>& TableColumnsOf(const Descriptor& type) {
  static const std::map<std::string, std::vector<Column>> kColumns = {
      {"google.android.device.provisioning.v1.Company",
       {{"companyId", "company_id"},
        {"companyName", "company_name"},
        {"termsStatus", "terms_status"},
        {"name", "name"}}},
      {"google.android.device.provisioning.v1.Configuration",
       {{"configurationId", "configuration_id"},
        {"configurationName", "configuration_name"},
        {"isDefault", "is_default"},
        {"dpc", "dpc_resource_path", true},
        {"companyName", "company_name"}}},
      {"google.android.device.provisioning.v1.Dpc",
       {{"dpc", "name", true}, {"packageName", "package_name"}, {"dpcName", "dpc_name"}}},
  };
  static const std::vector<Column> kNone;
  const auto found = kColumns.find(type.full_name());
  return found == kColumns.end() ? kNone : found->second;
}

// Returns the columns of all scalar fields.
std::vector<Column> AllColumns(const Descriptor& type) {
  std::vector<Column> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    columns.push_back({type.field(i)->json_name(), type.field(i)->name()});
  }
  return columns;
}

int64_t OwnerOf(const Device& device) {
  for (const auto& claim : device.claims()) {
    if (claim.section_type() == client::api::SECTION_TYPE_ZERO_TOUCH) {
      return claim.owner_company_id();
    }
  }
  return device.claims_size() == 0 ? 0 : device.claims(0).owner_company_id();
}

std::string NumberText(int64_t number) { return number == 0 ? "" : fmt::format("{}", number); }

// The names are those that devices_csv/device_csv.h reads.
const std::vector<std::string> kDeviceFile = {
    "deviceid", "imei",         "imei2", "meid",      "meid2",       "serialnumber",
    "model",    "manufacturer", "owner", "profileid", "phonenumber", "ordernumber"};

std::vector<std::string> DeviceFileCells(const Device& device) {
  const auto& identifier = device.device_identifier();
  const auto& entries = device.device_metadata().entries();
  const auto metadata = [&](const char* key) {
    const auto found = entries.find(key);
    return found == entries.end() ? std::string() : found->second;
  };
  return {NumberText(device.device_id()),
          identifier.imei(),
          identifier.imei2(),
          identifier.meid(),
          identifier.meid2(),
          identifier.serial_number(),
          identifier.model(),
          identifier.manufacturer(),
          NumberText(OwnerOf(device)),
          LastSegment(device.configuration()),
          metadata("phonenumber"),
          metadata("ordernumber")};
}

std::vector<std::string> DeviceCells(const Device& device) {
  const auto& identifier = device.device_identifier();
  return {NumberText(device.device_id()),
          identifier.imei().empty() ? identifier.meid() : identifier.imei(),
          identifier.serial_number(),
          identifier.manufacturer(),
          identifier.model(),
          NumberText(OwnerOf(device)),
          LastSegment(device.configuration())};
}

std::vector<std::string> OperationCells(const Operation& operation) {
  const auto progress = client::ProgressOf(operation);
  return {operation.name(),
          ShortEnum(*client::api::BatchProcessingStatus_descriptor()->FindValueByNumber(
              client::api::BatchProcessingStatus_IsValid(progress.processing_status())
                  ? progress.processing_status()
                  : 0)),
          fmt::format("{} %", progress.progress()), fmt::format("{}", progress.devices_count()),
          operation.done() ? "true" : "false"};
}

std::vector<std::string> Cells(const Message& message, const std::vector<Column>& columns,
                               bool is_short) {
  std::vector<std::string> cells;
  for (const Column& column : columns) {
    std::string text = TextAt(message, column.path, is_short);
    cells.push_back(column.is_name ? LastSegment(text) : std::move(text));
  }
  return cells;
}

// Makes the columns narrower until they fit, but for the first: it has what names the row.
void Fit(std::vector<size_t>& widths) {
  const size_t gaps = kGap * (widths.size() - 1);
  while (std::accumulate(widths.begin(), widths.end(), gaps) > kTableColumns) {
    const auto widest =
        std::max_element(widths.begin() + (widths.size() > 1 ? 1 : 0), widths.end());
    if (*widest <= kLeastWidth) return;
    --*widest;
  }
}

std::string RowText(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string line;
  for (size_t i = 0; i < widths.size(); ++i) {
    std::string cell = ForTerminal(i < cells.size() ? cells[i] : "");
    if (CharactersIn(cell) > widths[i]) {
      cell = fmt::format("{}\u2026", FirstCharacters(cell, widths[i] - 1));
    }
    if (i + 1 < widths.size()) cell.append(widths[i] + kGap - CharactersIn(cell), ' ');
    line += cell;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

void AppendFields(const Message& message, const std::string& prefix,
                  std::vector<std::vector<std::string>>& fields) {
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  for (const FieldDescriptor* field : set) {
    const std::string name = prefix + field->json_name();
    const bool is_message = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
    const bool is_own =
        is_message && field->message_type()->full_name().find("google.protobuf.") != 0;
    if (!is_own || field->is_map()) {
      for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
        fields.push_back({i == 0 ? name : "", ScalarText(message, *field, i, false)});
      }
      if (!field->is_repeated()) fields.push_back({name, FieldText(message, *field, false)});
      continue;
    }
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      AppendFields(reflection.GetRepeatedMessage(message, field, i),
                   fmt::format("{}[{}].", name, i), fields);
    }
    if (!field->is_repeated())
      AppendFields(reflection.GetMessage(message, field), name + ".", fields);
  }
}

bool IsStandardOutputATerminal() { return isatty(STDOUT_FILENO) == 1; }

void PrintCsvRow(std::vector<std::string> cells) {
  for (std::string& cell : cells) {
    cell = csv::MarkedCell(cell);
    if (IsStandardOutputATerminal()) cell = ForTerminal(cell);
  }
  std::string row;
  csv::AppendCsvRow(cells, row);
  Print(row);
}

}  // namespace

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

absl::Status EndOutput() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return absl::OkStatus();
  return absl::DataLossError(
      fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

std::string TableText(const std::vector<std::string>& header,
                      const std::vector<std::vector<std::string>>& rows,
                      std::vector<size_t>& widths) {
  std::string text;
  if (widths.empty()) {
    for (size_t i = 0; i < header.size(); ++i) {
      widths.push_back(CharactersIn(header[i]));
      for (const auto& row : rows) {
        if (i < row.size()) widths[i] = std::max(widths[i], CharactersIn(ForTerminal(row[i])));
      }
    }
    Fit(widths);
    text += RowText(header, widths);
  }
  for (const auto& row : rows) text += RowText(row, widths);
  return text;
}

namespace {

// Returns the first line of a text that is at most so wide. It ends before a space, unless a
// word is longer than a line.
std::string_view FirstLine(std::string_view text, size_t width) {
  const std::string_view part = FirstCharacters(text, width);
  if (part.size() == text.size() || text[part.size()] == ' ') return part;
  const size_t space = part.rfind(' ');
  return space == std::string_view::npos || space == 0 ? part : part.substr(0, space);
}

}  // namespace

std::string LinesText(const std::vector<std::vector<std::string>>& rows) {
  size_t width = 0;
  for (const auto& row : rows) width = std::max(width, CharactersIn(ForTerminal(row[0])));
  width = std::min<size_t>(width, kTableColumns / 2);
  std::string text;
  for (const auto& row : rows) {
    const std::string safe = ForTerminal(row[1]);
    std::string_view rest = safe;
    std::string title = ForTerminal(row[0]);
    do {
      const std::string_view part = FirstLine(rest, kTableColumns - width - kGap);
      title.append(width + kGap - std::min(width + kGap, CharactersIn(title)), ' ');
      text += fmt::format("{}{}\n", title, part);
      rest.remove_prefix(part.size());
      if (rest.starts_with(' ')) rest.remove_prefix(1);
      title.clear();
    } while (!rest.empty());
  }
  return text;
}

std::string FieldsText(const Message& message) {
  std::vector<std::vector<std::string>> fields;
  AppendFields(message, "", fields);
  return LinesText(fields);
}

std::vector<std::string> HeaderOf(const Descriptor& type, bool is_csv) {
  if (&type == Device::descriptor()) {
    if (is_csv) return kDeviceFile;
    return {"deviceId", "imei/meid", "serialNumber", "manufacturer",
            "model",    "owner",     "configuration"};
  }
  if (&type == Operation::descriptor()) {
    return {"name", "processingStatus", "progress", "devicesCount", "done"};
  }
  std::vector<Column> columns;
  if (!is_csv) columns = TableColumnsOf(type);
  if (columns.empty()) columns = AllColumns(type);
  std::vector<std::string> header;
  for (const Column& column : columns) header.push_back(column.title);
  return header;
}

std::vector<std::string> CellsOf(const Message& message, bool is_csv) {
  const Descriptor& type = *message.GetDescriptor();
  if (&type == Device::descriptor()) {
    const auto& device = static_cast<const Device&>(message);
    return is_csv ? DeviceFileCells(device) : DeviceCells(device);
  }
  if (&type == Operation::descriptor()) {
    return OperationCells(static_cast<const Operation&>(message));
  }
  const std::vector<Column>& columns = TableColumnsOf(type);
  return is_csv || columns.empty() ? Cells(message, AllColumns(type), !is_csv)
                                   : Cells(message, columns, true);
}

absl::Status PrintMessage(const Message& message, Format format) {
  if (format == Format::kJson) {
    std::string json;
    json::Append(message, {}, json);
    Print(json + "\n");
  } else if (format == Format::kCsv) {
    PrintCsvRow(HeaderOf(*message.GetDescriptor(), true));
    PrintCsvRow(CellsOf(message, true));
  } else {
    Print(FieldsText(message));
  }
  return EndOutput();
}

ListPrinter::ListPrinter(Format format, const Descriptor& type, std::string_view field)
    : format_(format), type_(type), field_(field) {
  if (format_ == Format::kCsv) PrintCsvRow(HeaderOf(type_, true));
}

void ListPrinter::Add(const std::vector<const Message*>& page) {
  if (page.empty()) return;
  std::vector<std::vector<std::string>> rows;
  for (const Message* message : page) {
    if (format_ == Format::kJson) {
      std::string json = is_empty_ ? fmt::format("{{\n  \"{}\": [\n    ", field_) : ",\n    ";
      json::Append(*message, {.depth = 2}, json);
      Print(json);
    } else if (format_ == Format::kCsv) {
      PrintCsvRow(CellsOf(*message, true));
    } else {
      rows.push_back(CellsOf(*message, false));
    }
    is_empty_ = false;
  }
  if (!rows.empty()) Print(TableText(HeaderOf(type_, false), rows, widths_));
}

absl::Status ListPrinter::End(int64_t total_size) {
  if (format_ == Format::kJson) {
    const std::string total = total_size == 0 ? "" : fmt::format("\"totalSize\": {}\n", total_size);
    if (is_empty_) {
      Print(total.empty() ? "{}\n" : fmt::format("{{\n  {}}}\n", total));
    } else {
      Print(fmt::format("\n  ]{}}}\n", total.empty() ? "\n" : ",\n  " + total));
    }
  } else if (is_empty_ && format_ == Format::kTable) {
    Print(fmt::format("no {}\n", field_));
  }
  return EndOutput();
}

}  // namespace zerotouch::cli
