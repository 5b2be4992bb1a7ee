// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "base/json_string.h"
#include "google/protobuf/message.h"
#include "json/field_table.h"
#include "json/json.h"
#include "json/selection.h"
#include "json/well_known.h"

namespace zerotouch::json {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

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

// Returns the key of a map's entry, without quotes.
std::string KeyText(const Message& entry, const Field& field) {
  const auto& reflection = *entry.GetReflection();
  std::string text;
  switch (field.descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return reflection.GetString(entry, field.descriptor);
    case FieldDescriptor::CPPTYPE_BOOL:
      return reflection.GetBool(entry, field.descriptor) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_INT32:
      AppendNumber(reflection.GetInt32(entry, field.descriptor), text);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      AppendNumber(reflection.GetUInt32(entry, field.descriptor), text);
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      AppendNumber(reflection.GetInt64(entry, field.descriptor), text);
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      AppendNumber(reflection.GetUInt64(entry, field.descriptor), text);
      break;
    default:
      break;  // no other type can be a map's key
  }
  return text;
}

class Writer {
 public:
  Writer(const WriteOptions& options, std::string& out)
      : pretty_(options.pretty), depth_(options.depth), out_(out) {}

  void WriteMessage(const Message& message, const FieldTable& table, const Selection* selection);

 private:
  // `selection` is the selection within the message, field or value; null: all.
  // `reflection` is that of `message`: to get it for each field costs more than all
  // other work.
  void WriteFields(const Message& message, const FieldTable& table, const Selection* selection);
  void WriteField(const Message& message, const Reflection& reflection, const Field& field,
                  const Selection* selection);
  void WriteList(const Message& message, const Reflection& reflection, const Field& field, int size,
                 const Selection* selection);
  void WriteMap(const Message& message, const Reflection& reflection, const Field& field,
                const Selection* selection);
  void WriteValue(const Message& message, const Reflection& reflection, const Field& field,
                  int index, const Selection* selection);
  void WriteStringValue(const Message& message, const Reflection& reflection, const Field& field,
                        int index);
  void WriteEnumValue(const Message& message, const Reflection& reflection, const Field& field,
                      int index);
  void WriteAny(const Message& any, const Selection* selection);
  void WriteDynamic(const Message& value, const FieldTable& table);

  // Write brackets, and the separators of the members between them.
  void Open(char bracket);
  void Next();
  void Close(char bracket);
  void NewLine();
  void WriteName(std::string_view quoted_name);  // with its colon

  const bool pretty_;
  int depth_;
  bool is_first_ = true;  // no member was written since the last Open
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

void Writer::WriteStringValue(const Message& message, const Reflection& reflection,
                              const Field& field, int index) {
  std::string scratch;
  const std::string& value =
      index < 0 ? reflection.GetStringReference(message, field.descriptor, &scratch)
                : reflection.GetRepeatedStringReference(message, field.descriptor, index, &scratch);
  AppendJsonString(field.descriptor->type() == FieldDescriptor::TYPE_BYTES
                       ? std::string_view(scratch = absl::Base64Escape(value))
                       : std::string_view(value),
                   out_);
}

// Writes a number that this build has no name for as a number.
void Writer::WriteEnumValue(const Message& message, const Reflection& reflection,
                            const Field& field, int index) {
  const int number = index < 0 ? reflection.GetEnumValue(message, field.descriptor)
                               : reflection.GetRepeatedEnumValue(message, field.descriptor, index);
  const auto* value = field.descriptor->enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    AppendNumber(number, out_);
  } else {
    AppendJsonString(value->name(), out_);
  }
}

// Writes the value of a singular field (`index` -1), or element `index` of a list.
void Writer::WriteValue(const Message& message, const Reflection& reflection, const Field& field,
                        int index, const Selection* selection) {
  const auto get = [&](auto one, auto of_list) {
    return index < 0 ? (reflection.*one)(message, field.descriptor)
                     : (reflection.*of_list)(message, field.descriptor, index);
  };
  switch (field.descriptor->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      return WriteStringValue(message, reflection, field, index);
    case FieldDescriptor::CPPTYPE_ENUM:
      return WriteEnumValue(message, reflection, field, index);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return WriteMessage(index < 0
                              ? reflection.GetMessage(message, field.descriptor)
                              : reflection.GetRepeatedMessage(message, field.descriptor, index),
                          *field.message, selection);
    case FieldDescriptor::CPPTYPE_BOOL:
      out_ += get(&Reflection::GetBool, &Reflection::GetRepeatedBool) ? "true" : "false";
      return;
    case FieldDescriptor::CPPTYPE_INT32:
      return AppendNumber(get(&Reflection::GetInt32, &Reflection::GetRepeatedInt32), out_);
    case FieldDescriptor::CPPTYPE_UINT32:
      return AppendNumber(get(&Reflection::GetUInt32, &Reflection::GetRepeatedUInt32), out_);
    case FieldDescriptor::CPPTYPE_INT64:
      return AppendQuotedNumber(get(&Reflection::GetInt64, &Reflection::GetRepeatedInt64), out_);
    case FieldDescriptor::CPPTYPE_UINT64:
      return AppendQuotedNumber(get(&Reflection::GetUInt64, &Reflection::GetRepeatedUInt64), out_);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return AppendReal(get(&Reflection::GetFloat, &Reflection::GetRepeatedFloat), out_);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return AppendReal(get(&Reflection::GetDouble, &Reflection::GetRepeatedDouble), out_);
  }
}

// --- messages ---

void Writer::WriteMessage(const Message& message, const FieldTable& table,
                          const Selection* selection) {
  switch (table.form) {
    case Form::kTimestamp:
    case Form::kDuration:
    case Form::kFieldMask:
      return AppendJsonString(WriteText(message), out_);
    case Form::kWrapper:
      return WriteValue(message, *message.GetReflection(), table.fields.front(), -1, nullptr);
    case Form::kAny:
      return WriteAny(message, selection);
    case Form::kStruct:
      return WriteMap(message, *message.GetReflection(), table.fields.front(), selection);
    case Form::kListValue:
      return WriteList(message, *message.GetReflection(), table.fields.front(),
                       message.GetReflection()->FieldSize(message, table.fields.front().descriptor),
                       nullptr);
    case Form::kValue:
      return WriteDynamic(message, table);
    case Form::kObject:
      break;
  }
  Open('{');
  WriteFields(message, table, selection);
  Close('}');
}

void Writer::WriteFields(const Message& message, const FieldTable& table,
                         const Selection* selection) {
  const Reflection& reflection = *message.GetReflection();
  const bool is_all = selection == nullptr || selection->is_everything();
  for (const Field& field : table.fields) {
    const Selection* const of_field =
        is_all ? nullptr : selection->Find(field.descriptor->json_name());
    if (is_all || of_field != nullptr) WriteField(message, reflection, field, of_field);
  }
}

void Writer::WriteField(const Message& message, const Reflection& reflection, const Field& field,
                        const Selection* selection) {
  if (field.is_map || field.is_repeated) {
    const int size = reflection.FieldSize(message, field.descriptor);
    if (size == 0) return;
    Next();
    WriteName(field.quoted_name);
    return field.is_map ? WriteMap(message, reflection, field, selection)
                        : WriteList(message, reflection, field, size, selection);
  }
  if (!reflection.HasField(message, field.descriptor)) return;
  Next();
  WriteName(field.quoted_name);
  WriteValue(message, reflection, field, -1, selection);
}

void Writer::WriteList(const Message& message, const Reflection& reflection, const Field& field,
                       int size, const Selection* selection) {
  Open('[');
  for (int i = 0; i < size; ++i) {
    Next();
    WriteValue(message, reflection, field, i, selection);
  }
  Close(']');
}

// If several entries have the same key, which is possible in a map that was filled as
// a list, the last one is written.
void Writer::WriteMap(const Message& message, const Reflection& reflection, const Field& field,
                      const Selection* selection) {
  const Field& key_field = field.message->fields[0];
  std::vector<std::pair<std::string, const Message*>> entries;
  const int size = reflection.FieldSize(message, field.descriptor);
  for (int i = 0; i < size; ++i) {
    const Message& entry = reflection.GetRepeatedMessage(message, field.descriptor, i);
    entries.emplace_back(KeyText(entry, key_field), &entry);
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  const bool is_all = selection == nullptr || selection->is_everything();
  Open('{');
  for (size_t i = 0; i < entries.size(); ++i) {
    const auto& [key, entry] = entries[i];
    if (i + 1 < entries.size() && entries[i + 1].first == key) continue;
    const Selection* const of_entry = is_all ? nullptr : selection->Find(key);
    if (!is_all && of_entry == nullptr) continue;
    Next();
    AppendJsonString(key, out_);
    WriteName(":");
    WriteValue(*entry, *entry->GetReflection(), field.message->fields[1], -1, of_entry);
  }
  Close('}');
}

// Writes the field of a google.protobuf.Value that is set.
void Writer::WriteDynamic(const Message& value, const FieldTable& table) {
  const Reflection& reflection = *value.GetReflection();
  for (const Field& field : table.fields) {
    if (field.descriptor->cpp_type() == FieldDescriptor::CPPTYPE_ENUM ||
        !reflection.HasField(value, field.descriptor)) {
      continue;
    }
    return WriteValue(value, reflection, field, -1, nullptr);
  }
  out_ += "null";
}

// Writes only the name of a type that is not compiled in. Always writes the name,
// whatever is selected: without it the other fields cannot be read.
void Writer::WriteAny(const Message& any, const Selection* selection) {
  const auto& reflection = *any.GetReflection();
  const auto& type = *any.GetDescriptor();
  std::string scratch;
  const std::string type_url = reflection.GetString(any, type.FindFieldByNumber(1));
  Open('{');
  if (!type_url.empty()) {
    Next();
    WriteName("\"@type\":");
    AppendJsonString(type_url, out_);
  }
  const std::unique_ptr<Message> packed = NewFromTypeUrl(type_url);
  if (packed != nullptr && packed->ParseFromString(reflection.GetStringReference(
                               any, type.FindFieldByNumber(2), &scratch))) {
    const FieldTable& table = TableOf(*packed->GetDescriptor());
    if (table.form == Form::kObject) {
      WriteFields(*packed, table, selection);
    } else {
      Next();
      WriteName("\"value\":");
      WriteMessage(*packed, table, nullptr);
    }
  }
  Close('}');
}

}  // namespace

void Append(const Message& message, const WriteOptions& options, std::string& out) {
  Writer(options, out).WriteMessage(message, TableOf(*message.GetDescriptor()), options.selection);
}

}  // namespace zerotouch::json
