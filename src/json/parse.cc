// Reads JSON straight into a message. simdjson indexes the text, checks that it
// is UTF-8 and hands out keys and values one after the other ("on demand"); it
// checks a value only when that is read. So nothing here is passed over: what
// is not wanted is walked through all the same (Check).
//
// A function that returns bool returns false when reading must end: the text is
// no JSON, or there is no room for more violations. What is merely wrong is
// noted, and reading goes on after it.

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "base/limits.h"
#include "google/protobuf/message.h"
#include "json/field_table.h"
#include "json/json.h"
#include "json/scalar.h"
#include "json/utf8.h"
#include "json/violations.h"
#include "json/well_known.h"

namespace zerotouch::json {

using google::protobuf::Message;
using simdjson::ondemand::json_type;

namespace {

constexpr std::string_view kTypeKey = "@type";
constexpr std::string_view kValueKey = "value";

// A parser for a longer text is made anew, so that no thread keeps its memory.
constexpr size_t kKeptParserBytes = size_t{1} << 20;

bool StandsAsObject(Form form) { return form == Form::kObject || form == Form::kAny; }

class Reader {
 public:
  Reader(std::string_view text, const ParseOptions& options, simdjson::ondemand::parser& parser)
      : text_(text), options_(options), parser_(parser) {}

  void Read(size_t capacity, Message& message);
  std::vector<Violation> TakeViolations() { return std::move(violations_); }

 private:
  using Object = simdjson::ondemand::object;
  using Value = simdjson::ondemand::value;

  bool ReadRoot(Message& message);
  bool ReadFields(Object& object, const FieldTable& table, Message& message, const Path* path);
  bool ReadField(Value& value, std::string_view name, const FieldTable& table, Message& message,
                 const Path* path, uint64_t& oneofs);
  bool ReadList(Value& value, const Field& field, Message& message, const Path* parent);
  bool ReadMap(Value& value, const Field& field, Message& message, const Path* parent);
  bool ReadValue(Value& value, const Field& field, Message& message, const Path& path);
  bool ReadObject(Value& value, const Field& field, Message& message, const Path& path);
  bool ReadScalar(Value& value, json_type type, const Field& field, Message& message,
                  const Path& path);
  bool ReadMembers(Value& value, const FieldTable& table, Message& message, const Path& path);
  bool ReadAny(Object& object, Message& any, const Path& path);
  bool FindTypeUrl(Object& object, std::string* url);
  bool ReadPacked(Object& object, Message& packed, const Path& path);
  bool ReadPackedValue(Value& value, const FieldTable& table, Message& packed, const Path& path);

  bool TakeType(Value& value, json_type* type);
  bool TakeScalar(Value& value, json_type type, Scalar* scalar);
  bool TakeKey(simdjson::simdjson_result<simdjson::ondemand::field>& result, std::string_view* key,
               Value* value);
  bool TakeString(const char* raw, std::string_view* content);
  bool Check(Value& value);
  bool CheckMembers(Object& object);

  bool Enter();
  void Leave() { --depth_; }
  bool Note(Violation violation);
  bool EndAt(std::string_view what, const char* where);
  bool EndHere(std::string_view what = "Syntax error");

  const std::string_view text_;
  const ParseOptions options_;
  simdjson::ondemand::parser& parser_;
  simdjson::ondemand::document* document_ = nullptr;
  int depth_ = 0;
  std::string unescaped_;  // the content of the last string that had escapes
  std::vector<Violation> violations_;
};

// --- what can go wrong ---

bool Reader::Note(Violation violation) {
  violations_.push_back(std::move(violation));
  return violations_.size() < limits::kReportedViolations;
}

// A text that is no JSON says nothing reliable about its fields, so that is all
// that is reported.
bool Reader::EndAt(std::string_view what, const char* where) {
  violations_.assign(1, Malformed(what, static_cast<size_t>(where - text_.data())));
  return false;
}

bool Reader::EndHere(std::string_view what) {
  const char* where = nullptr;
  if (document_->current_location().get(where) != simdjson::SUCCESS) {
    where = text_.data() + text_.size();
  }
  return EndAt(what, where);
}

bool Reader::Enter() {
  return ++depth_ <= limits::kJsonDepth || EndHere("Too deep a nesting");
}

// --- pieces of the text ---

bool Reader::TakeType(Value& value, json_type* type) {
  return value.type().get(*type) == simdjson::SUCCESS || EndHere();
}

// `raw` points past the opening quote. That there is a closing one has been
// checked for the whole text.
bool Reader::TakeString(const char* raw, std::string_view* content) {
  const char* const end = text_.data() + text_.size();
  const auto* quote = static_cast<const char*>(std::memchr(raw, '"', static_cast<size_t>(end - raw)));
  if (quote == nullptr) return EndAt("Unclosed string", raw);
  *content = {raw, static_cast<size_t>(quote - raw)};
  if (content->find('\\') == std::string_view::npos) return true;

  const char* close = raw;
  while (close < end && *close != '"') close += *close == '\\' ? 2 : 1;
  if (close >= end) return EndAt("Unclosed string", raw);
  unescaped_.resize(static_cast<size_t>(close - raw) + simdjson::SIMDJSON_PADDING);
  auto* target = reinterpret_cast<uint8_t*>(unescaped_.data());
  simdjson::ondemand::raw_json_string escaped(reinterpret_cast<const uint8_t*>(raw));
  return parser_.unescape(escaped, target).get(*content) == simdjson::SUCCESS ||
         EndAt("Bad escape in a string", raw);
}

bool Reader::TakeScalar(Value& value, json_type type, Scalar* scalar) {
  if (type == json_type::string) {
    simdjson::ondemand::raw_json_string raw;
    scalar->kind = Scalar::Kind::kString;
    if (value.get_raw_json_string().get(raw) != simdjson::SUCCESS) return EndHere();
    return TakeString(raw.raw(), &scalar->text);
  }
  scalar->text = value.raw_json_token();
  scalar->text.remove_suffix(scalar->text.size() - 1 - scalar->text.find_last_not_of(" \t\r\n"));
  const std::string_view text = scalar->text;
  bool is_good = false;
  if (type == json_type::number) {
    scalar->kind = Scalar::Kind::kNumber;
    is_good = IsJsonNumber(text);
  } else if (type == json_type::boolean) {
    scalar->kind = Scalar::Kind::kBool;
    is_good = text == "true" || text == "false";
  } else {
    scalar->kind = Scalar::Kind::kNull;
    is_good = text == "null";
  }
  return is_good || EndAt("Syntax error", text.data());
}

bool Reader::TakeKey(simdjson::simdjson_result<simdjson::ondemand::field>& result,
                     std::string_view* key, Value* value) {
  simdjson::ondemand::field field;
  if (std::move(result).get(field) != simdjson::SUCCESS) return EndHere();
  *value = field.value();
  return TakeString(field.key().raw(), key);
}

bool Reader::CheckMembers(Object& object) {
  for (auto result : object) {
    std::string_view key;
    Value value;
    if (!TakeKey(result, &key, &value) || !Check(value)) return false;
  }
  return true;
}

// Walks through a value that is not wanted.
bool Reader::Check(Value& value) {
  json_type type = json_type::null;
  if (!TakeType(value, &type)) return false;
  if (type == json_type::object) {
    Object object;
    if (!Enter()) return false;
    if (value.get_object().get(object) != simdjson::SUCCESS) return EndHere();
    if (!CheckMembers(object)) return false;
    Leave();
    return true;
  }
  if (type == json_type::array) {
    simdjson::ondemand::array array;
    if (!Enter()) return false;
    if (value.get_array().get(array) != simdjson::SUCCESS) return EndHere();
    for (auto result : array) {
      Value element;
      if (std::move(result).get(element) != simdjson::SUCCESS) return EndHere();
      if (!Check(element)) return false;
    }
    Leave();
    return true;
  }
  Scalar unused;
  return TakeScalar(value, type, &unused);
}

// --- into the message ---

bool Reader::ReadFields(Object& object, const FieldTable& table, Message& message,
                        const Path* path) {
  uint64_t oneofs = 0;
  for (auto result : object) {
    std::string_view name;
    Value value;
    if (!TakeKey(result, &name, &value)) return false;
    if (!ReadField(value, name, table, message, path, oneofs)) return false;
  }
  return true;
}

// `oneofs` has a bit for each oneof of the message that this object has set.
bool Reader::ReadField(Value& value, std::string_view name, const FieldTable& table,
                       Message& message, const Path* path, uint64_t& oneofs) {
  const Field* field = table.Find(name);
  if (field == nullptr) {
    if (options_.ignore_unknown_fields) return Check(value);
    return Note(UnknownName(PathText(path), name, kNoSuchField)) && Check(value);
  }
  json_type type = json_type::null;
  if (!TakeType(value, &type)) return false;
  if (type == json_type::null) {
    Scalar unused;
    return TakeScalar(value, type, &unused);
  }
  if ((oneofs & field->oneof_bit) != 0) {
    return Note(OneofSetTwice(PathText(path), *field->descriptor)) && Check(value);
  }
  oneofs |= field->oneof_bit;
  if (field->is_map) return ReadMap(value, *field, message, path);
  if (type == json_type::array) {
    if (field->is_repeated) return ReadList(value, *field, message, path);
    return Note(UnknownName(PathText(path), name, kNotAList)) && Check(value);
  }
  return ReadValue(value, *field, message,
                   {.parent = path, .field = field->descriptor,
                    .index = field->is_repeated ? 0 : -1});
}

bool Reader::ReadList(Value& value, const Field& field, Message& message, const Path* parent) {
  simdjson::ondemand::array array;
  if (!Enter()) return false;
  if (value.get_array().get(array) != simdjson::SUCCESS) return EndHere();
  Path path{.parent = parent, .field = field.descriptor, .index = 0};
  for (auto result : array) {
    Value element;
    if (std::move(result).get(element) != simdjson::SUCCESS) return EndHere();
    if (!ReadValue(element, field, message, path)) return false;
    ++path.index;
  }
  Leave();
  return true;
}

// A map is a list of entries with a key and a value; of several with one key
// the last counts.
bool Reader::ReadMap(Value& value, const Field& field, Message& message, const Path* parent) {
  const Field& key_field = field.message->fields[0];
  const Field& value_field = field.message->fields[1];
  Object object;
  if (value.type() != json_type::object) {
    const Path path{.parent = parent, .field = field.descriptor};
    return Note(InvalidValue(PathText(&path), *field.descriptor, kMapExpected)) && Check(value);
  }
  if (!Enter()) return false;
  if (value.get_object().get(object) != simdjson::SUCCESS) return EndHere();
  Path entry_path{.parent = parent, .field = field.descriptor, .index = 0};
  const Path key_path{.parent = &entry_path, .field = key_field.descriptor};
  const Path value_path{.parent = &entry_path, .field = value_field.descriptor};
  for (auto result : object) {
    Scalar key{.kind = Scalar::Kind::kString, .text = {}};
    Value member;
    if (!TakeKey(result, &key.text, &member)) return false;
    Message& entry = *message.GetReflection()->AddMessage(&message, field.descriptor);
    if (Store(key, key_field, entry) != Stored::kYes &&
        !Note(InvalidValue(PathText(&key_path), *key_field.descriptor, Shown(key)))) {
      return false;
    }
    if (!ReadValue(member, value_field, entry, value_path)) return false;
    ++entry_path.index;
  }
  Leave();
  return true;
}

// One value: of a field, of an element of a list, of an entry of a map.
bool Reader::ReadValue(Value& value, const Field& field, Message& message, const Path& path) {
  json_type type = json_type::null;
  if (!TakeType(value, &type)) return false;
  switch (type) {
    case json_type::object: return ReadObject(value, field, message, path);
    case json_type::array:
      return Note(UnknownName(PathText(path.parent), field.descriptor->name(), kNotAList)) &&
             Check(value);
    default: return ReadScalar(value, type, field, message, path);
  }
}

bool Reader::ReadScalar(Value& value, json_type type, const Field& field, Message& message,
                        const Path& path) {
  Scalar scalar;
  if (!TakeScalar(value, type, &scalar)) return false;
  Stored stored = Stored::kNo;
  if (type != json_type::null) stored = Store(scalar, field, message);
  if (stored == Stored::kYes) return true;
  if (stored == Stored::kUnknownName && options_.ignore_unknown_fields) return true;
  return Note(InvalidValue(PathText(&path), *field.descriptor, Shown(scalar)));
}

bool Reader::ReadObject(Value& value, const Field& field, Message& message, const Path& path) {
  if (field.message == nullptr || !StandsAsObject(field.message->form)) {
    const bool has_form = field.message == nullptr || field.message->form != Form::kUnsupported;
    return Note(InvalidValue(PathText(&path), *field.descriptor,
                             has_form ? kObjectForScalar : kNoJsonForm)) &&
           Check(value);
  }
  const auto& reflection = *message.GetReflection();
  Message& target = field.is_repeated ? *reflection.AddMessage(&message, field.descriptor)
                                      : *reflection.MutableMessage(&message, field.descriptor);
  return ReadMembers(value, *field.message, target, path);
}

bool Reader::ReadMembers(Value& value, const FieldTable& table, Message& message,
                         const Path& path) {
  Object object;
  if (!Enter()) return false;
  if (value.get_object().get(object) != simdjson::SUCCESS) return EndHere();
  const bool go_on = table.form == Form::kAny ? ReadAny(object, message, path)
                                              : ReadFields(object, table, message, &path);
  Leave();
  return go_on;
}

// --- Any ---

// `@type` may come after the fields that it explains, so it is looked for
// first, and the object is then read from its beginning.
bool Reader::ReadAny(Object& object, Message& any, const Path& path) {
  std::string type_url;
  if (!FindTypeUrl(object, &type_url)) return false;
  bool has_members = false;
  if (object.reset().get(has_members) != simdjson::SUCCESS) return EndHere();
  if (!has_members) return true;

  const auto& reflection = *any.GetReflection();
  const auto* url_field = any.GetDescriptor()->FindFieldByNumber(1);
  const auto* bytes_field = any.GetDescriptor()->FindFieldByNumber(2);
  reflection.SetString(&any, url_field, type_url);
  const std::unique_ptr<Message> packed = NewFromTypeUrl(type_url);
  if (packed == nullptr) {
    const bool is_fine = options_.ignore_unknown_fields && !type_url.empty();
    return (is_fine || Note(InvalidValue(PathText(&path), *path.field, kNoTypeUrl))) &&
           CheckMembers(object);
  }
  if (!ReadPacked(object, *packed, path)) return false;
  reflection.SetString(&any, bytes_field, packed->SerializeAsString());
  return true;
}

// Empty if there is none, or none that is a string.
bool Reader::FindTypeUrl(Object& object, std::string* url) {
  Value value;
  const auto error = object.find_field_unordered(kTypeKey).get(value);
  if (error == simdjson::NO_SUCH_FIELD) return true;
  if (error != simdjson::SUCCESS) return EndHere();
  json_type type = json_type::null;
  if (!TakeType(value, &type)) return false;
  if (type != json_type::string) return true;
  Scalar scalar;
  if (!TakeScalar(value, type, &scalar)) return false;
  *url = scalar.text;
  return true;
}

bool Reader::ReadPacked(Object& object, Message& packed, const Path& path) {
  const FieldTable& table = TableOf(*packed.GetDescriptor());
  uint64_t oneofs = 0;
  for (auto result : object) {
    std::string_view name;
    Value value;
    if (!TakeKey(result, &name, &value)) return false;
    bool go_on = false;
    if (name == kTypeKey) {
      go_on = Check(value);
    } else if (table.form != Form::kObject && name == kValueKey) {
      go_on = ReadPackedValue(value, table, packed, path);
    } else {
      go_on = ReadField(value, name, table, packed, &path, oneofs);
    }
    if (!go_on) return false;
  }
  return true;
}

// A type that stands as something else than an object of its fields is under
// `value`.
bool Reader::ReadPackedValue(Value& value, const FieldTable& table, Message& packed,
                             const Path& path) {
  json_type type = json_type::null;
  if (!TakeType(value, &type)) return false;
  if (type == json_type::object && StandsAsObject(table.form)) {
    return ReadMembers(value, table, packed, path);
  }
  if (type == json_type::object || type == json_type::array) {
    return Note(InvalidValue(PathText(&path), *path.field, kNoJsonForm)) && Check(value);
  }
  Scalar scalar;
  if (!TakeScalar(value, type, &scalar)) return false;
  return StoreMessage(scalar, table, packed) == Stored::kYes ||
         Note(InvalidValue(PathText(&path), *path.field, Shown(scalar)));
}

// --- the whole text ---

void Reader::Read(size_t capacity, Message& message) {
  simdjson::ondemand::document document;
  const auto error = parser_.iterate(text_, capacity).get(document);
  if (error == simdjson::UTF8_ERROR) {
    EndAt("Text that is not UTF-8", text_.data() + ValidBytes(text_));
  } else if (error != simdjson::SUCCESS) {
    EndAt(error == simdjson::UNCLOSED_STRING ? "Unclosed string" : "Syntax error", text_.data());
  } else {
    document_ = &document;
    ReadRoot(message);
  }
}

bool Reader::ReadRoot(Message& message) {
  json_type type = json_type::null;
  if (document_->type().get(type) != simdjson::SUCCESS) return EndHere();
  if (type != json_type::object) return Note(UnknownName("", "", kNotAMessage));
  Object object;
  if (!Enter()) return false;
  if (document_->get_object().get(object) != simdjson::SUCCESS) return EndHere();
  if (!ReadFields(object, TableOf(*message.GetDescriptor()), message, nullptr)) return false;
  // There is a current location only if something follows.
  const char* after = nullptr;
  return document_->current_location().get(after) == simdjson::OUT_OF_BOUNDS ||
         EndHere("Text after the object");
}

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

std::vector<Violation> Parse(std::string& text, Message& message, const ParseOptions& options) {
  if (IsBlank(text)) return {};
  static thread_local simdjson::ondemand::parser kept_parser;
  simdjson::ondemand::parser own_parser;
  // simdjson may look at (not use) some bytes past the end.
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  Reader reader(text, options, text.size() <= kKeptParserBytes ? kept_parser : own_parser);
  reader.Read(text.capacity(), message);
  return reader.TakeViolations();
}

}  // namespace zerotouch::json
