// SPDX-License-Identifier: Apache-2.0
#include "json/wire_records.h"

#include <cstddef>

#include "google/protobuf/wire_format_lite.h"

namespace zerotouch::json {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

bool TakeVarint(std::string_view& rest, uint64_t& value) {
  value = 0;
  for (size_t i = 0; i < rest.size() && i < 10; ++i) {
    const auto byte = static_cast<unsigned char>(rest[i]);
    value |= uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) {
      rest.remove_prefix(i + 1);
      return true;
    }
  }
  return false;
}

// Takes a number of so many bytes, the lowest first.
bool TakeFixed(std::string_view& rest, size_t size, uint64_t& value) {
  if (rest.size() < size) return false;
  value = 0;
  for (size_t i = size; i-- > 0;) value = value << 8 | static_cast<unsigned char>(rest[i]);
  rest.remove_prefix(size);
  return true;
}

bool TakeBytes(std::string_view& rest, std::string_view& bytes) {
  uint64_t size = 0;
  if (!TakeVarint(rest, size) || rest.size() < size) return false;
  bytes = rest.substr(0, size);
  rest.remove_prefix(size);
  return true;
}

// Takes the value of a record whose field and type are known.
bool TakeValue(std::string_view& rest, Record& record) {
  switch (record.type) {
    case WireFormatLite::WIRETYPE_VARINT:
      return TakeVarint(rest, record.value);
    case WireFormatLite::WIRETYPE_FIXED64:
      return TakeFixed(rest, 8, record.value);
    case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
      return TakeBytes(rest, record.bytes);
    case WireFormatLite::WIRETYPE_FIXED32:
      return TakeFixed(rest, 4, record.value);
    default:
      return record.type == WireFormatLite::WIRETYPE_START_GROUP ||
             record.type == WireFormatLite::WIRETYPE_END_GROUP;
  }
}

WireFormatLite::WireType WireTypeOf(FieldDescriptor::Type type) {
  return WireFormatLite::WireTypeForFieldType(static_cast<WireFormatLite::FieldType>(type));
}

}  // namespace

bool RecordReader::NextOfAnyForm(Record& record) {
  int groups = 0;
  while (!rest_.empty()) {
    const std::string_view begin = rest_;
    uint64_t tag = 0;
    if (!TakeVarint(rest_, tag)) return false;
    record.field = static_cast<int>(tag >> 3);
    record.type = static_cast<int>(tag & 7);
    if (!TakeValue(rest_, record)) return false;
    record.wire = begin.substr(0, begin.size() - rest_.size());
    if (record.type == WireFormatLite::WIRETYPE_START_GROUP) {
      ++groups;
    } else if (record.type == WireFormatLite::WIRETYPE_END_GROUP) {
      --groups;
    } else if (groups == 0) {
      return true;
    }
  }
  return false;
}

Record LastRecord(std::string_view wire, int field) {
  Record last;
  Record record;
  for (RecordReader reader(wire); reader.Next(record);) {
    if (record.field == field) last = record;
  }
  return last;
}

int64_t SignedOf(const Record& record, FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
      return WireFormatLite::ZigZagDecode64(record.value);
    case FieldDescriptor::TYPE_SFIXED32:
      return static_cast<int32_t>(record.value);
    default:
      return static_cast<int64_t>(record.value);
  }
}

bool IsPacked(const Record& record, FieldDescriptor::Type type) {
  return record.type == WireFormatLite::WIRETYPE_LENGTH_DELIMITED &&
         WireTypeOf(type) != WireFormatLite::WIRETYPE_LENGTH_DELIMITED;
}

bool TakePacked(std::string_view& packed, FieldDescriptor::Type type, Record& element) {
  element.type = WireTypeOf(type);
  return TakeValue(packed, element);
}

}  // namespace zerotouch::json
