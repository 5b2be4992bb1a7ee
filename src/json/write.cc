// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/escaping.h"
#include "base/json_string.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/message.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/field_table.h"
#include "json/json.h"
#include "json/selection.h"
#include "json/well_known.h"
#include "json/wire_records.h"

// A message is written from its wire form, which holds only the fields that are set: to ask the
// reflection of a message for each of its fields takes twice as long.
namespace zerotouch::json {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

template <typename T>
void AppendNumber(T value, std::string& out) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

template <typename T>
void AppendQuotedNumber(T value, std::string& out) {
  out += '"';
  AppendNumber(value, out);
  out += '"';
}

template <typename T>
void AppendReal(T value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else {
    AppendNumber(value, out);
  }
}

// Returns the text of a Timestamp, Duration or FieldMask.
template <class T>
std::string TextOf(std::string_view wire) {
  T message;
  message.ParseFromArray(wire.data(), static_cast<int>(wire.size()));
  return WriteText(message);
}

// Returns the key of a map's entry, without quotes. No other types can be one.
std::string KeyText(const Record& key, const Field& field) {
  if (field.type == FieldDescriptor::TYPE_STRING) return std::string(key.bytes);
  if (field.type == FieldDescriptor::TYPE_BOOL) return key.value != 0 ? "true" : "false";
  std::string text;
  const bool is_signed = field.cpp_type == FieldDescriptor::CPPTYPE_INT32 ||
                         field.cpp_type == FieldDescriptor::CPPTYPE_INT64;
  if (is_signed) {
    AppendNumber(SignedOf(key, field.type), text);
  } else {
    AppendNumber(key.value, text);
  }
  return text;
}

class Writer {
 public:
  // The first member that is written is the first one of all if `is_first`.
  Writer(const WriteOptions& options, bool is_first, std::string& out)
      : pretty_(options.pretty), depth_(options.depth), is_first_(is_first), out_(out) {}

  // `wire` is a message of the type of `table`. `selection` is the selection within the
  // message, field or value; null: all.
  void WriteMessage(std::string_view wire, const FieldTable& table, const Selection* selection);
  // Writes those of `records` that are elements of the list `field`, without its brackets.
  void WriteElements(std::string_view records, const Field& field, const Selection* selection);

 private:
  // Records that follow each other, among them all of a field.
  struct Run {
    const Field* field;
    std::string_view records;
    Record last;  // of the field
  };

  void WriteFields(std::string_view wire, const FieldTable& table, const Selection* selection);
  void WriteRun(const Run& run, const Selection* selection);
  void WriteList(std::string_view records, const Field& field, const Selection* selection);
  void WriteMap(std::string_view records, const Field& field, const Selection* selection);
  void WriteValue(const Record& record, const Field& field, const Selection* selection);
  void WriteEnumValue(int number, const Field& field);
  void WriteAny(std::string_view wire, const Selection* selection);
  void WriteDynamic(std::string_view wire, const FieldTable& table);

  // Write brackets, and the separators of the members between them.
  void Open(char bracket);
  void Next();
  void Close(char bracket);
  void NewLine();
  void WriteName(std::string_view quoted_name);  // with its colon

  const bool pretty_;
  int depth_;
  bool is_first_;  // no member was written since the last Open
  std::string& out_;
};

// --- layout ---

void Writer::NewLine() {
  if (!pretty_) return;
  out_ += '\n';
  out_.append(static_cast<size_t>(depth_) * 2, ' ');
}

void Writer::Open(char bracket) {
  out_ += bracket;
  ++depth_;
  is_first_ = true;
}

void Writer::Next() {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  NewLine();
}

void Writer::Close(char bracket) {
  --depth_;
  if (!is_first_) NewLine();
  is_first_ = false;
  out_ += bracket;
}

void Writer::WriteName(std::string_view quoted_name) {
  out_ += quoted_name;
  if (pretty_) out_ += ' ';
}

// --- values ---

// Writes a number that this build has no name for as a number.
void Writer::WriteEnumValue(int number, const Field& field) {
  const auto* value = field.descriptor->enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    AppendNumber(number, out_);
  } else {
    AppendJsonString(value->name(), out_);
  }
}

void Writer::WriteValue(const Record& record, const Field& field, const Selection* selection) {
  switch (field.cpp_type) {
    case FieldDescriptor::CPPTYPE_STRING:
      return AppendJsonString(field.type == FieldDescriptor::TYPE_BYTES
                                  ? absl::Base64Escape({record.bytes.data(), record.bytes.size()})
                                  : record.bytes,
                              out_);
    case FieldDescriptor::CPPTYPE_ENUM:
      return WriteEnumValue(static_cast<int>(record.value), field);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteMessage(record.bytes, *field.message, selection);
    case FieldDescriptor::CPPTYPE_BOOL:
      out_ += record.value != 0 ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(static_cast<int32_t>(SignedOf(record, field.type)), out_);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(static_cast<uint32_t>(record.value), out_);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendQuotedNumber(SignedOf(record, field.type), out_);
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendQuotedNumber(record.value, out_);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendReal(std::bit_cast<float>(static_cast<uint32_t>(record.value)), out_);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendReal(std::bit_cast<double>(record.value), out_);
  }
}

// --- messages ---

void Writer::WriteMessage(std::string_view wire, const FieldTable& table,
                          const Selection* selection) {
  switch (table.form) {
    case Form::kTimestamp:
      return AppendJsonString(TextOf<google::protobuf::Timestamp>(wire), out_);
    case Form::kDuration:
      return AppendJsonString(TextOf<google::protobuf::Duration>(wire), out_);
    case Form::kFieldMask:
      return AppendJsonString(TextOf<google::protobuf::FieldMask>(wire), out_);
    case Form::kWrapper:
      return WriteValue(LastRecord(wire, table.fields.front().number), table.fields.front(),
                        nullptr);
    case Form::kAny:
      return WriteAny(wire, selection);
    case Form::kStruct:
      return WriteMap(wire, table.fields.front(), selection);
    case Form::kListValue:
      return WriteList(wire, table.fields.front(), nullptr);
    case Form::kValue:
      return WriteDynamic(wire, table);
    case Form::kObject:
      break;
  }
  Open('{');
  WriteFields(wire, table, selection);
  Close('}');
}

void Writer::WriteFields(std::string_view wire, const FieldTable& table,
                         const Selection* selection) {
  constexpr size_t kUsualFields = 12;
  const bool is_all = selection == nullptr || selection->is_everything();
  absl::InlinedVector<Run, kUsualFields> runs;
  Record record;
  for (RecordReader reader(wire); reader.Next(record);) {
    if (!runs.empty() && runs.back().field->number == record.field) {
      Run& run = runs.back();
      run.records = {run.records.data(), run.records.size() + record.wire.size()};
      run.last = record;
    } else if (const Field* field = table.Find(record.field)) {
      runs.push_back({field, record.wire, record});
    }
  }
  // Protobuf writes fields in the order of their numbers.
  if (!table.is_in_order) {
    std::sort(runs.begin(), runs.end(),
              [](const Run& a, const Run& b) { return a.field < b.field; });
  }
  for (const Run& run : runs) {
    const Selection* const of_field =
        is_all ? nullptr : selection->Find(run.field->descriptor->json_name());
    if (!is_all && of_field == nullptr) continue;
    Next();
    WriteName(run.field->quoted_name);
    WriteRun(run, of_field);
  }
}

void Writer::WriteRun(const Run& run, const Selection* selection) {
  if (run.field->is_map) return WriteMap(run.records, *run.field, selection);
  if (run.field->is_repeated) return WriteList(run.records, *run.field, selection);
  WriteValue(run.last, *run.field, selection);
}

void Writer::WriteList(std::string_view records, const Field& field, const Selection* selection) {
  Open('[');
  WriteElements(records, field, selection);
  Close(']');
}

void Writer::WriteElements(std::string_view records, const Field& field,
                           const Selection* selection) {
  Record record;
  for (RecordReader reader(records); reader.Next(record);) {
    if (record.field != field.number) continue;
    if (IsPacked(record, field.type)) {
      Record element;
      while (TakePacked(record.bytes, field.type, element)) {
        Next();
        WriteValue(element, field, selection);
      }
      continue;
    }
    Next();
    WriteValue(record, field, selection);
  }
}

// If several entries have the same key, the last one is written.
void Writer::WriteMap(std::string_view records, const Field& field, const Selection* selection) {
  const Field& key_field = field.message->fields[0];
  const Field& value_field = field.message->fields[1];
  std::vector<std::pair<std::string, Record>> entries;
  Record record;
  for (RecordReader reader(records); reader.Next(record);) {
    if (record.field != field.number) continue;
    entries.emplace_back(KeyText(LastRecord(record.bytes, key_field.number), key_field),
                         LastRecord(record.bytes, value_field.number));
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const bool is_all = selection == nullptr || selection->is_everything();
  Open('{');
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, value] = entries[i];
    if (i + 1 < entries.size() && entries[i + 1].first == key) continue;
    const Selection* const of_entry = is_all ? nullptr : selection->Find(key);
    if (!is_all && of_entry == nullptr) continue;
    Next();
    AppendJsonString(key, out_);
    WriteName(":");
    WriteValue(value, value_field, of_entry);
  }
  Close('}');
}

// Writes the field of a google.protobuf.Value that is set.
void Writer::WriteDynamic(std::string_view wire, const FieldTable& table) {
  Record record;
  if (RecordReader(wire).Next(record)) {
    const Field* const field = table.Find(record.field);
    if (field != nullptr && field->cpp_type != FieldDescriptor::CPPTYPE_ENUM) {
      return WriteValue(record, *field, nullptr);
    }
  }
  out_ += "null";
}

// Writes only the name of a type that is not compiled in. Always writes the name,
// whatever is selected: without it the other fields cannot be read.
void Writer::WriteAny(std::string_view wire, const Selection* selection) {
  constexpr int kTypeUrl = 1;
  constexpr int kValue = 2;
  const std::string_view type_url = LastRecord(wire, kTypeUrl).bytes;
  Open('{');
  if (!type_url.empty()) {
    Next();
    WriteName("\"@type\":");
    AppendJsonString(type_url, out_);
  }
  // Others may have written the value, in any order.
  const std::string_view value = LastRecord(wire, kValue).bytes;
  const std::unique_ptr<Message> packed = NewFromTypeUrl(type_url);
  if (packed != nullptr && packed->ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    const std::string ordered = packed->SerializePartialAsString();
    const FieldTable& table = TableOf(*packed->GetDescriptor());
    if (table.form == Form::kObject) {
      WriteFields(ordered, table, selection);
    } else {
      Next();
      WriteName("\"value\":");
      WriteMessage(ordered, table, nullptr);
    }
  }
  Close('}');
}

}  // namespace

void Append(const Message& message, const WriteOptions& options, std::string& out) {
  Writer(options, /*is_first=*/true, out)
      .WriteMessage(message.SerializePartialAsString(), TableOf(*message.GetDescriptor()),
                    options.selection);
}

void AppendElements(std::string_view wire, const FieldDescriptor& list, const WriteOptions& options,
                    bool is_first, std::string& out) {
  Writer(options, is_first, out)
      .WriteElements(wire, *TableOf(*list.containing_type()).Find(list.number()),
                     options.selection);
}

}  // namespace zerotouch::json
