// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_WIRE_RECORDS_H_
#define ZEROTOUCH_JSON_WIRE_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "google/protobuf/descriptor.h"

// Reads the wire form of messages that protobuf wrote (protobuf.dev, "Encoding").
namespace zerotouch::json {

// A field's number and its value, or one value of a repeated field.
struct Record {
  int field = 0;
  int type = 0;            // how the value is encoded
  uint64_t value = 0;      // a number as it is encoded
  std::string_view bytes;  // text, bytes, a message, or packed numbers
  std::string_view wire;   // the whole record
};

// Reads the records of a message in order. Skips groups, which proto3 has only among unknown
// fields.
class RecordReader {
 public:
  // `wire` must outlive the records.
  explicit RecordReader(std::string_view wire) : rest_(wire) {}

  // Reads the next record. Returns false at the end, and at bytes that are no record.
  bool Next(Record& record);

 private:
  bool NextOfAnyForm(Record& record);

  std::string_view rest_;
};

// Most records are a number below 128, or up to 127 bytes, of one of the first 15 fields.
inline bool RecordReader::Next(Record& record) {
  if (rest_.size() < 2) return NextOfAnyForm(record);
  const auto tag = static_cast<unsigned char>(rest_[0]);
  const auto value = static_cast<unsigned char>(rest_[1]);
  record.field = tag >> 3;
  record.type = tag & 7;
  record.value = value;
  constexpr int kVarint = 0;
  constexpr int kLengthDelimited = 2;
  size_t size = 2;
  if (record.type == kLengthDelimited) {
    record.bytes = {rest_.data() + 2, value};
    size += value;
  } else if (record.type != kVarint) {
    return NextOfAnyForm(record);
  }
  if (((tag | value) & 0x80) != 0 || size > rest_.size()) return NextOfAnyForm(record);
  record.wire = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return true;
}

// Returns the last record of the field. If the field has no record, returns one with an empty
// value, which is the default of every type.
Record LastRecord(std::string_view wire, int field);

// Returns the value of a record of a signed integer.
int64_t SignedOf(const Record& record, google::protobuf::FieldDescriptor::Type type);

// Returns true if the record holds several numbers of a repeated field.
bool IsPacked(const Record& record, google::protobuf::FieldDescriptor::Type type);

// Removes the first number from `packed` and sets `element` to it. Returns false at the end.
bool TakePacked(std::string_view& packed, google::protobuf::FieldDescriptor::Type type,
                Record& element);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_WIRE_RECORDS_H_
