// SPDX-License-Identifier: Apache-2.0
#include "json/text_reader.h"

#include <fmt/format.h>

#include <cstring>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "json/violations.h"

namespace zerotouch::json {

using simdjson::SUCCESS;

// --- errors ---

bool TextReader::EndAt(std::string_view what, const char* where) {
  malformed_ = Malformed(what, static_cast<size_t>(where - text_.data()));
  return false;
}

bool TextReader::EndHere(std::string_view what) {
  const char* where = nullptr;
  if (document_.current_location().get(where) != SUCCESS) where = text_.data() + text_.size();
  return EndAt(what, where);
}

bool TextReader::CountDepth() {
  return ++depth_ <= limits::kJsonDepth ||
         EndHere(fmt::format("Nesting deeper than {} levels", limits::kJsonDepth));
}

// --- the whole text ---

bool TextReader::Begin() {
  const auto error = parser_.iterate(text_, capacity_).get(document_);
  if (error == SUCCESS) return true;
  if (error == simdjson::UTF8_ERROR) {
    return EndAt("Invalid UTF-8", text_.data() + utf8::ValidBytes(text_));
  }
  return EndAt(error == simdjson::UNCLOSED_STRING ? "Unclosed string" : "Syntax error",
               text_.data());
}

bool TextReader::RootType(Type* type) {
  return document_.type().get(*type) == SUCCESS || EndHere();
}

bool TextReader::EnterRoot(Object* object) {
  if (!CountDepth()) return false;
  const auto error = document_.get_object().get(*object);
  // simdjson first compares the brackets at the beginning and at the end.
  if (error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT) {
    return EndAt("No closing bracket", text_.data() + text_.size());
  }
  return error == SUCCESS || EndHere();
}

bool TextReader::EndRoot() {
  Leave();
  // There is a current location only if text follows.
  const char* after = nullptr;
  return document_.current_location().get(after) == simdjson::OUT_OF_BOUNDS ||
         EndHere("Unexpected text after the object");
}

// --- its pieces ---

bool TextReader::TypeOf(Value& value, Type* type) {
  return value.type().get(*type) == SUCCESS || EndHere();
}

bool TextReader::Enter(Value& value, Object* object) {
  return CountDepth() && (value.get_object().get(*object) == SUCCESS || EndHere());
}

bool TextReader::Enter(Value& value, Array* array) {
  return CountDepth() && (value.get_array().get(*array) == SUCCESS || EndHere());
}

bool TextReader::TakeElement(Result<Value> result, Value* value) {
  if (result.error() != SUCCESS) return EndHere();
  *value = result.value_unsafe();
  return true;
}

bool TextReader::TakeMember(Result<simdjson::ondemand::field> result, std::string_view* key,
                            Value* value) {
  if (result.error() != SUCCESS) return EndHere();
  simdjson::ondemand::field field = result.value_unsafe();
  *value = field.value();
  return TakeString(field.key().raw(), key);
}

// `raw` points past the opening quote.
bool TextReader::TakeString(const char* raw, std::string_view* content) {
  const char* const end = text_.data() + text_.size();
  const void* const quote = std::memchr(raw, '"', static_cast<size_t>(end - raw));
  if (quote == nullptr) return EndAt("Unclosed string", raw);
  *content = {raw, static_cast<size_t>(static_cast<const char*>(quote) - raw)};
  if (content->find('\\') == std::string_view::npos) return true;

  const char* close = raw;
  while (close < end && *close != '"') close += *close == '\\' ? 2 : 1;
  if (close >= end) return EndAt("Unclosed string", raw);
  unescaped_.resize(static_cast<size_t>(close - raw) + simdjson::SIMDJSON_PADDING);
  auto* target = reinterpret_cast<uint8_t*>(unescaped_.data());
  const simdjson::ondemand::raw_json_string escaped(reinterpret_cast<const uint8_t*>(raw));
  return parser_.unescape(escaped, target).get(*content) == SUCCESS ||
         EndAt("Invalid escape in a string", raw);
}

bool TextReader::TakeScalar(Value& value, Type type, Scalar* scalar) {
  if (type == Type::string) {
    simdjson::ondemand::raw_json_string raw;
    scalar->kind = Scalar::Kind::kString;
    if (value.get_raw_json_string().get(raw) != SUCCESS) return EndHere();
    return TakeString(raw.raw(), &scalar->text);
  }
  scalar->text = value.raw_json_token();
  scalar->text.remove_suffix(scalar->text.size() - 1 - scalar->text.find_last_not_of(" \t\r\n"));
  const std::string_view text = scalar->text;
  bool is_good = false;
  if (type == Type::number) {
    scalar->kind = Scalar::Kind::kNumber;
    is_good = IsJsonNumber(text);
  } else if (type == Type::boolean) {
    scalar->kind = Scalar::Kind::kBool;
    is_good = text == "true" || text == "false";
  } else {
    scalar->kind = Scalar::Kind::kNull;
    is_good = text == "null";
  }
  return is_good || EndAt("Syntax error", text.data());
}

bool TextReader::FindString(Object& object, std::string_view key, std::string* content) {
  Value value;
  const auto error = object.find_field_unordered(key).get(value);
  if (error == SUCCESS) {
    Type type = Type::null;
    Scalar scalar;
    if (!TypeOf(value, &type)) return false;
    if (type == Type::string) {
      if (!TakeScalar(value, type, &scalar)) return false;
      *content = scalar.text;
    }
  } else if (error != simdjson::NO_SUCH_FIELD) {
    return EndHere();
  }
  bool has_members = false;
  return object.reset().get(has_members) == SUCCESS || EndHere();
}

bool TextReader::CheckMembers(Object& object) {
  for (auto result : object) {
    std::string_view key;
    Value value;
    if (!TakeMember(result, &key, &value) || !Check(value)) return false;
  }
  return true;
}

bool TextReader::Check(Value& value) {
  Type type = Type::null;
  if (!TypeOf(value, &type)) return false;
  if (type == Type::object) {
    Object object;
    if (!Enter(value, &object) || !CheckMembers(object)) return false;
    Leave();
    return true;
  }
  if (type == Type::array) {
    Array array;
    if (!Enter(value, &array)) return false;
    for (auto result : array) {
      Value element;
      if (!TakeElement(result, &element) || !Check(element)) return false;
    }
    Leave();
    return true;
  }
  Scalar unused;
  return TakeScalar(value, type, &unused);
}

}  // namespace zerotouch::json
