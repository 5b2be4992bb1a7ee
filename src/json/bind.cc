// SPDX-License-Identifier: Apache-2.0
#include "base/utf8.h"
#include "google/protobuf/message.h"
#include "json/field_table.h"
#include "json/json.h"
#include "json/scalar.h"
#include "json/violations.h"

namespace zerotouch::json {

using google::protobuf::Message;

namespace {

// Returns true if another field of the same oneof is set.
bool IsOneofTaken(const Field& field, const Message& message) {
  if (field.oneof_bit == 0) return false;
  const auto* set = message.GetReflection()->GetOneofFieldDescriptor(
      message, field.descriptor->containing_oneof());
  return set != nullptr && set != field.descriptor;
}

// Returns true if a dotted path can continue after `field`. Otherwise `field` must
// be its last name.
bool CanHoldMore(const Field& field) {
  return field.message != nullptr && !field.is_repeated && field.message->form == Form::kObject;
}

std::vector<Violation> BindLast(const Field& field, std::string_view text, const Path& path,
                                Message& message) {
  const Scalar scalar{.kind = Scalar::Kind::kString, .text = text};
  WireWriter value;
  if (utf8::ValidBytes(text) == text.size() && Store(scalar, field, value) == Stored::kYes) {
    message.MergeFromString(value.wire());
    return {};
  }
  return {InvalidValue(PathText(&path), *field.descriptor, Shown(scalar))};
}

// `rest` is the part of the path `whole` that begins at `message`.
std::vector<Violation> Bind(std::string_view rest, std::string_view whole, std::string_view text,
                            const Path* parent, Message& message) {
  const size_t dot = rest.find('.');
  const bool is_last = dot == std::string_view::npos;
  const Field* field = TableOf(*message.GetDescriptor()).Find(rest.substr(0, dot));
  if (field == nullptr || field->is_map || is_last == CanHoldMore(*field)) {
    return {UnknownParameter(whole)};
  }
  if (IsOneofTaken(*field, message)) return {OneofSetTwice(PathText(parent), *field->descriptor)};
  const Path path{.parent = parent, .field = field->descriptor};
  if (is_last) return BindLast(*field, text, path, message);
  Message* next = message.GetReflection()->MutableMessage(&message, field->descriptor);
  return Bind(rest.substr(dot + 1), whole, text, &path, *next);
}

}  // namespace

// Recurses once for each dot. The length limit of a URL bounds that.
std::vector<Violation> BindText(std::string_view path, std::string_view text, Message& message) {
  return Bind(path, path, text, nullptr, message);
}

}  // namespace zerotouch::json
