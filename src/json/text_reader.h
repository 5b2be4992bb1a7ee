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

// Reads a JSON text piece by piece. simdjson indexes the text, checks that it is
// UTF-8 and returns keys and values "on demand". It checks a value only when that is
// read, so a value that is not needed must be read too (Check).
//
// A function that returns bool returns false if the text is not JSON. malformed()
// then says where, and no more can be read.
class TextReader {
 public:
  using Array = simdjson::ondemand::array;
  using Object = simdjson::ondemand::object;
  using Type = simdjson::ondemand::json_type;
  using Value = simdjson::ondemand::value;
  template <class T>
  using Result = simdjson::simdjson_result<T>;

  // `text` must have capacity for SIMDJSON_PADDING more bytes, must not be blank, and
  // must outlive the reader, as must `parser`.
  TextReader(const std::string& text, simdjson::ondemand::parser& parser)
      : text_(text), capacity_(text.capacity()), parser_(parser) {}

  // Indexes the text. Call it first.
  bool Begin();
  // Sets `*type` to the type of the text's one value.
  bool RootType(Type* type);
  // Enters that value. EndRoot checks that no text follows it.
  bool EnterRoot(Object* object);
  bool EndRoot();

  bool TypeOf(Value& value, Type* type);
  // Enters an object or an array, and counts the depth. Call Leave after its end.
  bool Enter(Value& value, Object* object);
  bool Enter(Value& value, Array* array);
  void Leave() { --depth_; }
  // Takes the next piece of an iteration over an array or an object. `key` is valid
  // until the next string is read.
  bool TakeElement(Result<Value> result, Value* value);
  bool TakeMember(Result<simdjson::ondemand::field> result, std::string_view* key, Value* value);
  // Reads a value other than an object or an array. A string is valid until the next
  // one is read.
  bool TakeScalar(Value& value, Type type, Scalar* scalar);
  // Sets `*content` to the member `key` of `object`, wherever it is, and rewinds
  // `object`. Leaves `*content` empty if the member is missing or not a string.
  bool FindString(Object& object, std::string_view key, std::string* content);

  // Reads and checks a value, or the rest of an object, that is not needed.
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
