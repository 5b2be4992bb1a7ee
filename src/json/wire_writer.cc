// SPDX-License-Identifier: Apache-2.0
#include "json/wire_writer.h"

#include <bit>

#include "google/protobuf/wire_format_lite.h"

namespace zerotouch::json {

using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;

namespace {

void AppendVarint(uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

}  // namespace

void WireWriter::WriteVarint(uint64_t value) { AppendVarint(value, wire_); }

void WireWriter::WriteFixed(uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) wire_ += static_cast<char>(value >> (8 * i));
}

void WireWriter::WriteTag(const Field& field, uint32_t wire_type) {
  WriteVarint(static_cast<uint32_t>(field.number) << 3 | wire_type);
}

void WireWriter::Note(const Field& field, bool is_default) {
  const bool is_list = field.is_repeated || field.is_map;
  if (field.number < last_ || (field.number == last_ && !is_list) ||
      (is_default && !is_list && !field.descriptor->has_presence())) {
    is_canonical_ = false;
  }
  last_ = field.number;
}

void WireWriter::WriteInteger(const Field& field, int64_t value) {
  Note(field, value == 0);
  if (field.is_repeated) is_canonical_ = false;  // packed by protobuf
  const auto bits = static_cast<uint64_t>(value);
  switch (field.type) {
    case FieldDescriptor::TYPE_SINT32:
    case FieldDescriptor::TYPE_SINT64:
      WriteTag(field, WireFormatLite::WIRETYPE_VARINT);
      return WriteVarint(WireFormatLite::ZigZagEncode64(value));
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32:
      WriteTag(field, WireFormatLite::WIRETYPE_FIXED32);
      return WriteFixed(bits, 4);
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64:
      WriteTag(field, WireFormatLite::WIRETYPE_FIXED64);
      return WriteFixed(bits, 8);
    default:
      WriteTag(field, WireFormatLite::WIRETYPE_VARINT);
      return WriteVarint(bits);
  }
}

void WireWriter::WriteReal(const Field& field, double value) {
  Note(field, std::bit_cast<uint64_t>(value) == 0);
  if (field.is_repeated) is_canonical_ = false;
  if (field.type == FieldDescriptor::TYPE_FLOAT) {
    WriteTag(field, WireFormatLite::WIRETYPE_FIXED32);
    return WriteFixed(std::bit_cast<uint32_t>(static_cast<float>(value)), 4);
  }
  WriteTag(field, WireFormatLite::WIRETYPE_FIXED64);
  WriteFixed(std::bit_cast<uint64_t>(value), 8);
}

void WireWriter::WriteBytes(const Field& field, std::string_view bytes) {
  Note(field, bytes.empty());
  WriteTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  WriteVarint(bytes.size());
  wire_ += bytes;
}

WireWriter::Frame WireWriter::Begin(const Field& field) {
  Note(field, /*is_default=*/false);
  WriteTag(field, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  wire_ += '\0';  // the length, which is mostly below 128
  const Frame frame{.begin = wire_.size(), .last = last_};
  last_ = 0;
  return frame;
}

void WireWriter::End(const Frame& frame) {
  last_ = frame.last;
  const size_t size = wire_.size() - frame.begin;
  if (size < 0x80) {
    wire_[frame.begin - 1] = static_cast<char>(size);
    return;
  }
  std::string length;
  AppendVarint(size, length);
  wire_.replace(frame.begin - 1, 1, length);
}

void WireWriter::Append(std::string_view defaults, std::string_view fields) {
  if (!defaults.empty()) is_canonical_ = false;
  wire_.append(defaults).append(fields);
}

void WireWriter::Clear() {
  wire_.clear();
  last_ = 0;
  is_canonical_ = true;
}

}  // namespace zerotouch::json
