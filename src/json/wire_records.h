// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_WIRE_RECORDS_H_
#define ZEROTOUCH_JSON_WIRE_RECORDS_H_

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
  std::string_view rest_;
};

// Returns the last record of the field. If the field has no record, returns one with an empty
// value, which is the default of every type.
Record LastRecord(std::string_view wire, int field);

// Returns the value of a record of a signed integer.
int64_t SignedOf(const Record& record, const google::protobuf::FieldDescriptor& descriptor);

// Returns true if the record holds several numbers of the repeated field.
bool IsPacked(const Record& record, const google::protobuf::FieldDescriptor& descriptor);

// Removes the first number from `packed` and sets `element` to it. Returns false at the end.
bool TakePacked(std::string_view& packed, const google::protobuf::FieldDescriptor& descriptor,
                Record& element);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_WIRE_RECORDS_H_
