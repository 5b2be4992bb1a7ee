// SPDX-License-Identifier: Apache-2.0
#include "json/scalar.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/well_known.h"

namespace zerotouch::json {

using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

namespace {

// Returns the number of digits at the beginning of `text`.
size_t Digits(std::string_view text) {
  size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(static_cast<unsigned char>(text[count]))) {
    ++count;
  }
  return count;
}

std::optional<double> DoubleFrom(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Returns the exact whole value of a JSON number as plain digits: "1e3" and "1000.0"
// are 1000. nullopt if it has a fraction, or more digits than any integer type.
std::optional<std::string> WholeDigits(std::string_view text) {
  constexpr int kMostDigits = 20;
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  std::string_view exponent_text = text.substr(std::min(e + 1, text.size()));
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  std::string digits(mantissa.substr(0, point));
  const std::string_view fraction = mantissa.substr(std::min(point + 1, mantissa.size()));
  digits += fraction;

  const bool is_negative = digits.starts_with('-');
  digits.erase(0, is_negative ? 1 : 0);
  const size_t first = digits.find_first_not_of('0');
  if (first == std::string::npos) return "0";
  int exponent = 0;
  const char* const end = exponent_text.data() + exponent_text.size();
  if (!exponent_text.empty() &&
      std::from_chars(exponent_text.data(), end, exponent).ec != std::errc()) {
    return std::nullopt;
  }
  // Zeros to append to the digits; if negative, the number of digits after the point.
  int64_t zeros = int64_t{exponent} - static_cast<int64_t>(fraction.size());
  for (; zeros < 0 && digits.ends_with('0'); ++zeros) digits.pop_back();
  digits.erase(0, first);
  if (zeros < 0 || zeros + static_cast<int64_t>(digits.size()) > kMostDigits) return std::nullopt;
  digits.append(static_cast<size_t>(zeros), '0');
  return is_negative ? '-' + digits : digits;
}

template <std::integral T>
std::optional<T> IntegerFrom(std::string_view text) {
  if (!IsJsonNumber(text)) return std::nullopt;
  T value = 0;
  const auto take = [&value](std::string_view digits) {
    const char* const end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, value);
    return error == std::errc() && at == end;
  };
  if (take(text)) return value;
  const auto digits = WholeDigits(text);
  return digits && take(*digits) ? std::optional(value) : std::nullopt;
}

template <std::floating_point T>
std::optional<T> RealFrom(const Scalar& scalar) {
  if (scalar.kind == Scalar::Kind::kString) {
    if (scalar.text == "NaN") return std::numeric_limits<T>::quiet_NaN();
    if (scalar.text == "Infinity") return std::numeric_limits<T>::infinity();
    if (scalar.text == "-Infinity") return -std::numeric_limits<T>::infinity();
  }
  if (!IsJsonNumber(scalar.text)) return std::nullopt;
  const auto value = DoubleFrom(scalar.text);
  if (!value || std::abs(*value) > static_cast<double>(std::numeric_limits<T>::max())) {
    return std::nullopt;
  }
  return static_cast<T>(*value);
}

std::optional<bool> BoolFrom(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

// A newer client may send a number that this build has no name for. A quoted number
// must have a name.
std::optional<int> EnumFrom(const Scalar& scalar, const EnumDescriptor& type) {
  if (scalar.kind == Scalar::Kind::kBool) return std::nullopt;
  if (scalar.kind == Scalar::Kind::kString) {
    for (int i = 0; i < type.value_count(); ++i) {
      if (type.value(i)->name() == scalar.text) return type.value(i)->number();
    }
  }
  const auto number = IntegerFrom<int32_t>(scalar.text);
  if (number && scalar.kind == Scalar::Kind::kString &&
      type.FindValueByNumber(*number) == nullptr) {
    return std::nullopt;
  }
  return number;
}

Stored StoreEnum(const Scalar& scalar, const Field& field, WireWriter& message) {
  const auto value = EnumFrom(scalar, *field.descriptor->enum_type());
  if (!value) {
    return scalar.kind == Scalar::Kind::kString ? Stored::kUnknownName : Stored::kNo;
  }
  message.WriteInteger(field, *value);
  return Stored::kYes;
}

Stored StoreString(const Scalar& scalar, const Field& field, WireWriter& message) {
  if (scalar.kind != Scalar::Kind::kString) return Stored::kNo;
  if (field.type == FieldDescriptor::TYPE_STRING) {
    message.WriteBytes(field, scalar.text);
    return Stored::kYes;
  }
  std::string value;
  if (!absl::Base64Unescape(std::string(scalar.text), &value) &&
      !absl::WebSafeBase64Unescape(std::string(scalar.text), &value)) {
    return Stored::kNo;
  }
  message.WriteBytes(field, value);
  return Stored::kYes;
}

Stored StoreSubmessage(const Scalar& scalar, const Field& field, WireWriter& message) {
  const WireWriter::Frame frame = message.Begin(field);
  const Stored stored = StoreMessage(scalar, *field.message, message);
  message.End(frame);
  return stored;
}

template <typename T>
Stored StoreInteger(std::optional<T> value, const Field& field, WireWriter& message) {
  if (!value) return Stored::kNo;
  message.WriteInteger(field, static_cast<int64_t>(*value));
  return Stored::kYes;
}

template <typename T>
Stored StoreReal(const Scalar& scalar, const Field& field, WireWriter& message) {
  const std::optional<T> value = RealFrom<T>(scalar);
  if (!value) return Stored::kNo;
  message.WriteReal(field, *value);
  return Stored::kYes;
}

// Writes the T that has this text. `defaults` are its fields, serialized, with their defaults.
template <class T>
Stored StoreText(const Scalar& scalar, std::string_view defaults, WireWriter& message) {
  T read;
  if (scalar.kind != Scalar::Kind::kString || !ReadText(scalar.text, read)) return Stored::kNo;
  message.Append(defaults, read.SerializeAsString());
  return Stored::kYes;
}

}  // namespace

bool IsJsonNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t whole = Digits(text);
  if (whole == 0 || (whole > 1 && text[0] == '0')) return false;
  text.remove_prefix(whole);
  if (text.starts_with('.')) {
    const size_t fraction = Digits(text.substr(1));
    if (fraction == 0) return false;
    text.remove_prefix(1 + fraction);
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    const size_t exponent = Digits(text);
    if (exponent == 0) return false;
    text.remove_prefix(exponent);
  }
  return text.empty();
}

Stored StoreMessage(const Scalar& scalar, const FieldTable& table, WireWriter& message) {
  // The seconds and nanoseconds of both types.
  constexpr std::string_view kZeroTime("\x08\0\x10\0", 4);
  switch (table.form) {
    case Form::kTimestamp:
      return StoreText<google::protobuf::Timestamp>(scalar, kZeroTime, message);
    case Form::kDuration:
      return StoreText<google::protobuf::Duration>(scalar, kZeroTime, message);
    case Form::kFieldMask:
      return StoreText<google::protobuf::FieldMask>(scalar, "", message);
    case Form::kWrapper:
      return Store(scalar, table.fields.front(), message);
    default:
      return Stored::kNo;
  }
}

Stored Store(const Scalar& scalar, const Field& field, WireWriter& message) {
  switch (field.cpp_type) {
    case FieldDescriptor::CPPTYPE_STRING:
      return StoreString(scalar, field, message);
    case FieldDescriptor::CPPTYPE_ENUM:
      return StoreEnum(scalar, field, message);
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return StoreSubmessage(scalar, field, message);
    case FieldDescriptor::CPPTYPE_BOOL:
      return StoreInteger(BoolFrom(scalar.text), field, message);
    case FieldDescriptor::CPPTYPE_INT32:
      return StoreInteger(IntegerFrom<int32_t>(scalar.text), field, message);
    case FieldDescriptor::CPPTYPE_INT64:
      return StoreInteger(IntegerFrom<int64_t>(scalar.text), field, message);
    case FieldDescriptor::CPPTYPE_UINT32:
      return StoreInteger(IntegerFrom<uint32_t>(scalar.text), field, message);
    case FieldDescriptor::CPPTYPE_UINT64:
      return StoreInteger(IntegerFrom<uint64_t>(scalar.text), field, message);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return StoreReal<float>(scalar, field, message);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return StoreReal<double>(scalar, field, message);
  }
  return Stored::kNo;
}

}  // namespace zerotouch::json
