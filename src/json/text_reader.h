// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_TEXT_READER_H_
#define ZEROTOUCH_JSON_TEXT_READER_H_

#include <simdjson.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/violation.h"
#include "json/scalar.h"

namespace zerotouch::json {

// The pieces of a JSON text, one after the other. simdjson indexes the text,
// checks that it is UTF-8 and hands out keys and values "on demand"; it checks
// a value only when that is read. So nothing may be passed over: what is not
// wanted is walked through all the same (Check).
//
// A function that returns bool returns false when the text turns out to be no
// JSON; malformed() then says where, and nothing more can be read.
class TextReader {
 public:
  using Array = simdjson::ondemand::array;
  using Object = simdjson::ondemand::object;
  using Type = simdjson::ondemand::json_type;
  using Value = simdjson::ondemand::value;
  template <class T>
  using Result = simdjson::simdjson_result<T>;

  // `text` must have room for SIMDJSON_PADDING more bytes, be longer than
  // blank, and outlive the reader, as must `parser`.
  TextReader(const std::string& text, simdjson::ondemand::parser& parser)
      : text_(text), capacity_(text.capacity()), parser_(parser) {}

  // Indexes the text. First of all calls.
  bool Begin();
  // The type of the text's one value.
  bool RootType(Type* type);
  // That value; when it was read, EndRoot makes sure that nothing follows it.
  bool EnterRoot(Object* object);
  bool EndRoot();

  bool TypeOf(Value& value, Type* type);
  // Values are entered with their depth counted, and left when read.
  bool Enter(Value& value, Object* object);
  bool Enter(Value& value, Array* array);
  void Leave() { --depth_; }
  // What iterating over an array or object yields. `key` is good until the
  // next string is read.
  bool TakeElement(Result<Value> result, Value* value);
  bool TakeMember(Result<simdjson::ondemand::field> result, std::string_view* key, Value* value);
  // A value that is neither object nor array. A string is good until the next
  // one is read.
  bool TakeScalar(Value& value, Type type, Scalar* scalar);
  // The string that is member `key` of `object`, wherever it stands; empty if
  // there is none, or it is no string. `object` then begins anew.
  bool FindString(Object& object, std::string_view key, std::string* content);

  // Walks through what is not wanted.
  bool Check(Value& value);
  bool CheckMembers(Object& object);

  const std::optional<Violation>& malformed() const { return malformed_; }

 private:
  bool TakeString(const char* raw, std::string_view* content);
  bool CountDepth();
  bool EndAt(std::string_view what, const char* where);
  bool EndHere(std::string_view what = "Syntax error");

  const std::string_view text_;
  const size_t capacity_;
  simdjson::ondemand::parser& parser_;
  simdjson::ondemand::document document_;
  int depth_ = 0;
  std::string unescaped_;  // the content of the last string that had escapes
  std::optional<Violation> malformed_;
};

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_TEXT_READER_H_
