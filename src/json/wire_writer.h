// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_WIRE_WRITER_H_
#define ZEROTOUCH_JSON_WIRE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "json/field_table.h"

namespace zerotouch::json {

// Writes a message in its wire form (protobuf.dev, "Encoding"), a field at a time, in any order.
// Not thread-safe.
class WireWriter {
 public:
  // Write one value of the field, or of an element of its list.
  void WriteInteger(const Field& field, int64_t value);  // also an enum, a bool, a uint64_t
  void WriteReal(const Field& field, double value);
  void WriteBytes(const Field& field, std::string_view bytes);  // text or bytes

  // Begins a message in the field. End it with what Begin returned.
  struct Frame {
    size_t begin = 0;
    int last = 0;
  };
  Frame Begin(const Field& field);
  void End(const Frame& frame);

  // Appends fields of the message, serialized. Those of `defaults` are for a message that may
  // have other values of them already.
  void Append(std::string_view defaults, std::string_view fields);

  // Drops everything.
  void Clear();

  const std::string& wire() const { return wire_; }
  // Returns false if protobuf might write the same message otherwise: with its fields in the order
  // of their numbers, each once, or without some default values.
  bool is_canonical() const { return is_canonical_; }

 private:
  void WriteTag(const Field& field, uint32_t wire_type);
  void WriteVarint(uint64_t value);
  void WriteFixed(uint64_t value, int bytes);
  // Notes a value that is written, and whether it is its type's default.
  void Note(const Field& field, bool is_default);

  std::string wire_;
  int last_ = 0;  // the number of the last field of the innermost message
  bool is_canonical_ = true;
};

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_WIRE_WRITER_H_
