// SPDX-License-Identifier: Apache-2.0
// Reads JSON into a message without a tree between them: writes the wire form of the message,
// and protobuf reads that. To set each field by reflection takes twice as long.
//
// A function that returns bool returns false if parsing must stop: the text is not
// JSON, or enough violations are reported. After any other violation, parsing goes on.

#include <simdjson.h>

#include <charconv>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/limits.h"
#include "base/yield.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message.h"
#include "google/protobuf/struct.pb.h"
#include "json/field_table.h"
#include "json/json.h"
#include "json/scalar.h"
#include "json/text_reader.h"
#include "json/violations.h"
#include "json/well_known.h"
#include "json/wire_writer.h"

namespace zerotouch::json {

using google::protobuf::DynamicCastToGenerated;
using google::protobuf::Message;
using google::protobuf::Struct;

namespace {

using Array = TextReader::Array;
using Object = TextReader::Object;
using Type = TextReader::Type;
using Value = TextReader::Value;

constexpr std::string_view kTypeKey = "@type";
constexpr std::string_view kValueKey = "value";

// A longer text gets a parser of its own, so that no thread keeps its memory.
constexpr size_t kKeptParserBytes = size_t{1} << 20;

// A level of a Struct is three messages in each other: it, an entry of its map, and a value.
constexpr int kMostWireDepth = 4 * limits::kJsonDepth;

bool StandsAsObject(Form form) {
  return form == Form::kObject || form == Form::kAny || form == Form::kStruct;
}

bool HasNoForm(Form form) { return form == Form::kValue || form == Form::kListValue; }

void SetDynamic(const Scalar& scalar, google::protobuf::Value& out) {
  switch (scalar.kind) {
    case Scalar::Kind::kNull:
      return out.set_null_value(google::protobuf::NULL_VALUE);
    case Scalar::Kind::kBool:
      return out.set_bool_value(scalar.text == "true");
    case Scalar::Kind::kString:
      return out.set_string_value(std::string(scalar.text));
    case Scalar::Kind::kNumber:
      break;
  }
  double number = 0;
  std::from_chars(scalar.text.data(), scalar.text.data() + scalar.text.size(), number);
  out.set_number_value(number);
}

// Merges the wire form into the message.
bool Merge(std::string_view wire, Message& message) {
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const uint8_t*>(wire.data()),
                                            static_cast<int>(wire.size()));
  in.SetRecursionLimit(kMostWireDepth);
  return message.MergeFromCodedStream(&in) && in.ConsumedEntireMessage();
}

class MessageReader {
 public:
  MessageReader(const std::string& text, simdjson::ondemand::parser& parser,
                const ParseOptions& options)
      : options_(options), text_(text, parser) {}

  std::vector<Violation> Read(Message& message);

 private:
  bool ReadRoot(Message& message);
  bool ReadFields(Object& object, const FieldTable& table, WireWriter& out, const Path* path);
  bool ReadField(Value& value, std::string_view name, const FieldTable& table, WireWriter& out,
                 const Path* path, uint64_t& oneofs);
  bool ReadList(Value& value, const Field& field, WireWriter& out, const Path* parent);
  bool ReadMap(Value& value, const Field& field, WireWriter& out, const Path* parent);
  bool ReadValue(Value& value, const Field& field, WireWriter& out, const Path& path);
  bool ReadObject(Value& value, const Field& field, WireWriter& out, const Path& path);
  bool ReadScalar(Value& value, Type type, const Field& field, WireWriter& out, const Path& path);
  bool ReadMembers(Value& value, const FieldTable& table, WireWriter& out, const Path& path);
  bool ReadAny(Object& object, WireWriter& out, const Path& path);
  bool ReadPacked(Object& object, const FieldTable& table, WireWriter& packed, const Path& path);
  bool ReadPackedValue(Value& value, const FieldTable& table, WireWriter& packed, const Path& path);
  bool ReadStruct(Object& object, Struct& out);
  bool ReadDynamic(Value& value, google::protobuf::Value& out);
  bool ReadTaken(Value& value, const Field& field, const Path& path);
  bool Note(Violation violation);

  const ParseOptions& options_;
  TextReader text_;
  // The last one of options_.taken, and its message, if that was needed.
  WireWriter element_;
  std::unique_ptr<Message> element_message_;
  std::vector<Violation> violations_;
};

bool MessageReader::Note(Violation violation) {
  violations_.push_back(std::move(violation));
  return violations_.size() < limits::kReportedViolations;
}

bool MessageReader::ReadFields(Object& object, const FieldTable& table, WireWriter& out,
                               const Path* path) {
  uint64_t oneofs = 0;
  for (auto result : object) {
    std::string_view name;
    Value value;
    if (!text_.TakeMember(result, &name, &value)) return false;
    if (!ReadField(value, name, table, out, path, oneofs)) return false;
  }
  return true;
}

// `oneofs` has the bits of the oneofs that this object has set.
bool MessageReader::ReadField(Value& value, std::string_view name, const FieldTable& table,
                              WireWriter& out, const Path* path, uint64_t& oneofs) {
  const Field* field = table.Find(name);
  if (field == nullptr) {
    if (options_.ignore_unknown_fields) return text_.Check(value);
    return Note(UnknownName(PathText(path), name, kNoSuchField)) && text_.Check(value);
  }
  Type type = Type::null;
  if (!text_.TypeOf(value, &type)) return false;
  if (type == Type::null) {
    Scalar unused;
    return text_.TakeScalar(value, type, &unused);
  }
  if ((oneofs & field->oneof_bit) != 0) {
    return Note(OneofSetTwice(PathText(path), *field->descriptor)) && text_.Check(value);
  }
  oneofs |= field->oneof_bit;
  if (field->is_map) return ReadMap(value, *field, out, path);
  if (type == Type::array) {
    if (field->is_repeated) return ReadList(value, *field, out, path);
    return Note(UnknownName(PathText(path), name, kNotAList)) && text_.Check(value);
  }
  return ReadValue(
      value, *field, out,
      {.parent = path, .field = field->descriptor, .index = field->is_repeated ? 0 : -1});
}

bool MessageReader::ReadList(Value& value, const Field& field, WireWriter& out,
                             const Path* parent) {
  Array array;
  if (!text_.Enter(value, &array)) return false;
  Path path{.parent = parent, .field = field.descriptor, .index = 0};
  ItemYielder yielder;
  for (auto result : array) {
    Value element;
    if (!text_.TakeElement(result, &element)) return false;
    if (!ReadValue(element, field, out, path)) return false;
    ++path.index;
    yielder.AfterItem();
  }
  text_.Leave();
  return true;
}

// In protobuf a map is a list of entries with a key and a value.
bool MessageReader::ReadMap(Value& value, const Field& field, WireWriter& out, const Path* parent) {
  const Field& key_field = field.message->fields[0];
  const Field& value_field = field.message->fields[1];
  Object object;
  if (value.type() != Type::object) {
    const Path path{.parent = parent, .field = field.descriptor};
    return Note(InvalidValue(PathText(&path), *field.descriptor, kMapExpected)) &&
           text_.Check(value);
  }
  if (!text_.Enter(value, &object)) return false;
  Path entry_path{.parent = parent, .field = field.descriptor, .index = 0};
  const Path key_path{.parent = &entry_path, .field = key_field.descriptor};
  const Path value_path{.parent = &entry_path, .field = value_field.descriptor};
  absl::flat_hash_set<std::string> keys;
  for (auto result : object) {
    Scalar key{.kind = Scalar::Kind::kString, .text = {}};
    Value member;
    if (!text_.TakeMember(result, &key.text, &member)) return false;
    if (!keys.emplace(key.text).second) {
      if (!Note(RepeatedKey(PathText(&entry_path), key.text)) || !text_.Check(member)) return false;
      continue;
    }
    const WireWriter::Frame entry = out.Begin(field);
    if (Store(key, key_field, out) != Stored::kYes &&
        !Note(InvalidValue(PathText(&key_path), *key_field.descriptor, Shown(key)))) {
      return false;
    }
    if (!ReadValue(member, value_field, out, value_path)) return false;
    out.End(entry);
    ++entry_path.index;
  }
  text_.Leave();
  return true;
}

// One value: of a field, of an element of a list, of an entry of a map.
bool MessageReader::ReadValue(Value& value, const Field& field, WireWriter& out, const Path& path) {
  Type type = Type::null;
  if (!text_.TypeOf(value, &type)) return false;
  switch (type) {
    case Type::object:
      return ReadObject(value, field, out, path);
    case Type::array:
      return Note(UnknownName(PathText(path.parent), field.descriptor->name(), kNotAList)) &&
             text_.Check(value);
    default:
      return ReadScalar(value, type, field, out, path);
  }
}

bool MessageReader::ReadScalar(Value& value, Type type, const Field& field, WireWriter& out,
                               const Path& path) {
  Scalar scalar;
  if (!text_.TakeScalar(value, type, &scalar)) return false;
  Stored stored = Stored::kNo;
  if (type != Type::null) stored = Store(scalar, field, out);
  if (stored == Stored::kYes) return true;
  if (stored == Stored::kUnknownName && options_.ignore_unknown_fields) return true;
  return Note(InvalidValue(PathText(&path), *field.descriptor, Shown(scalar)));
}

bool MessageReader::ReadObject(Value& value, const Field& field, WireWriter& out,
                               const Path& path) {
  if (field.message == nullptr || !StandsAsObject(field.message->form)) {
    const bool has_form = field.message == nullptr || !HasNoForm(field.message->form);
    return Note(InvalidValue(PathText(&path), *field.descriptor,
                             has_form ? kObjectForScalar : kNoJsonForm)) &&
           text_.Check(value);
  }
  if (field.descriptor == options_.taken) return ReadTaken(value, field, path);
  const WireWriter::Frame frame = out.Begin(field);
  if (!ReadMembers(value, *field.message, out, path)) return false;
  out.End(frame);
  return true;
}

bool MessageReader::ReadTaken(Value& value, const Field& field, const Path& path) {
  element_.Clear();
  if (!ReadMembers(value, *field.message, element_, path)) return false;
  if (element_.is_canonical()) {
    options_.take(element_.wire());
    return true;
  }
  if (element_message_ == nullptr) {
    element_message_.reset(google::protobuf::MessageFactory::generated_factory()
                               ->GetPrototype(field.descriptor->message_type())
                               ->New());
  }
  element_message_->ParseFromString(element_.wire());
  options_.take(element_message_->SerializeAsString());
  return true;
}

bool MessageReader::ReadMembers(Value& value, const FieldTable& table, WireWriter& out,
                                const Path& path) {
  Object object;
  if (!text_.Enter(value, &object)) return false;
  bool go_on = false;
  if (table.form == Form::kAny) {
    go_on = ReadAny(object, out, path);
  } else if (table.form == Form::kStruct) {
    Struct any_object;
    go_on = ReadStruct(object, any_object);
    out.Append("", any_object.SerializeAsString());
  } else {
    go_on = ReadFields(object, table, out, &path);
  }
  text_.Leave();
  return go_on;
}

// --- Struct ---

// If a member is given twice, the last one is used.
bool MessageReader::ReadStruct(Object& object, Struct& out) {
  for (auto result : object) {
    std::string_view key;
    Value member;
    if (!text_.TakeMember(result, &key, &member)) return false;
    auto& read = (*out.mutable_fields())[std::string(key)];
    read.Clear();
    if (!ReadDynamic(member, read)) return false;
  }
  return true;
}

bool MessageReader::ReadDynamic(Value& value, google::protobuf::Value& out) {
  Type type = Type::null;
  if (!text_.TypeOf(value, &type)) return false;
  if (type == Type::object) {
    Object object;
    if (!text_.Enter(value, &object) || !ReadStruct(object, *out.mutable_struct_value())) {
      return false;
    }
    text_.Leave();
    return true;
  }
  if (type == Type::array) {
    Array array;
    if (!text_.Enter(value, &array)) return false;
    auto& list = *out.mutable_list_value();
    for (auto result : array) {
      Value element;
      if (!text_.TakeElement(result, &element) || !ReadDynamic(element, *list.add_values())) {
        return false;
      }
    }
    text_.Leave();
    return true;
  }
  Scalar scalar;
  if (!text_.TakeScalar(value, type, &scalar)) return false;
  SetDynamic(scalar, out);
  return true;
}

// --- Any ---

// `@type` may come after the fields that depend on it, so it is read first, and then
// the object from its beginning.
bool MessageReader::ReadAny(Object& object, WireWriter& out, const Path& path) {
  std::string type_url;
  if (!text_.FindString(object, kTypeKey, &type_url)) return false;
  if (object.is_empty()) return true;

  google::protobuf::Any any;
  any.set_type_url(type_url);
  const std::unique_ptr<Message> packed = NewFromTypeUrl(type_url);
  bool go_on = false;
  if (packed == nullptr) {
    const bool is_fine = options_.ignore_unknown_fields && !type_url.empty();
    go_on = (is_fine || Note(InvalidValue(PathText(&path), *path.field, kNoTypeUrl))) &&
            text_.CheckMembers(object);
  } else {
    WireWriter fields;
    go_on = ReadPacked(object, TableOf(*packed->GetDescriptor()), fields, path);
    if (Merge(fields.wire(), *packed)) any.set_value(packed->SerializeAsString());
  }
  out.Append("", any.SerializeAsString());
  return go_on;
}

bool MessageReader::ReadPacked(Object& object, const FieldTable& table, WireWriter& packed,
                               const Path& path) {
  uint64_t oneofs = 0;
  for (auto result : object) {
    std::string_view name;
    Value value;
    if (!text_.TakeMember(result, &name, &value)) return false;
    bool go_on = false;
    if (name == kTypeKey) {
      go_on = text_.Check(value);
    } else if (table.form != Form::kObject && name == kValueKey) {
      go_on = ReadPackedValue(value, table, packed, path);
    } else {
      go_on = ReadField(value, name, table, packed, &path, oneofs);
    }
    if (!go_on) return false;
  }
  return true;
}

// In an Any, a type whose JSON form is not an object of its fields is in `value`.
bool MessageReader::ReadPackedValue(Value& value, const FieldTable& table, WireWriter& packed,
                                    const Path& path) {
  Type type = Type::null;
  if (!text_.TypeOf(value, &type)) return false;
  if (type == Type::object && StandsAsObject(table.form)) {
    return ReadMembers(value, table, packed, path);
  }
  if (type == Type::object || type == Type::array) {
    return Note(InvalidValue(PathText(&path), *path.field, kNoJsonForm)) && text_.Check(value);
  }
  Scalar scalar;
  if (!text_.TakeScalar(value, type, &scalar)) return false;
  return StoreMessage(scalar, table, packed) == Stored::kYes ||
         Note(InvalidValue(PathText(&path), *path.field, Shown(scalar)));
}

// --- the whole text ---

// If the text is not JSON, only that is reported: its fields are not reliable.
std::vector<Violation> MessageReader::Read(Message& message) {
  if (text_.Begin()) ReadRoot(message);
  if (text_.malformed()) return {*text_.malformed()};
  return std::move(violations_);
}

bool MessageReader::ReadRoot(Message& message) {
  Type type = Type::null;
  if (!text_.RootType(&type)) return false;
  if (type != Type::object) return Note(UnknownName("", "", kNotAMessage));
  Object object;
  if (!text_.EnterRoot(&object)) return false;
  auto* const any_object = DynamicCastToGenerated<Struct>(&message);
  if (any_object != nullptr) return ReadStruct(object, *any_object) && text_.EndRoot();
  WireWriter out;
  return ReadFields(object, TableOf(*message.GetDescriptor()), out, nullptr) && text_.EndRoot() &&
         (Merge(out.wire(), message) || Note(UnknownName("", "", kNotAMessage)));
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::vector<Violation> Parse(std::string& text, Message& message, const ParseOptions& options) {
  if (IsBlank(text)) return {};
  static thread_local simdjson::ondemand::parser kept_parser;
  simdjson::ondemand::parser own_parser;
  // simdjson may read bytes past the end, without using them.
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  auto& parser = text.size() <= kKeptParserBytes ? kept_parser : own_parser;
  return MessageReader(text, parser, options).Read(message);
}

}  // namespace zerotouch::json
