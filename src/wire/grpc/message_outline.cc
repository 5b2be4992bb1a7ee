// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message_outline.h"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/message.h"
#include "google/protobuf/wire_format_lite.h"
#include "model/batch_size.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

// Bytes in memory, besides the texts: of a pointer in a list that doubles as it
// grows, of a string, of a number in a list, of an entry of a map, and of a field
// that the type does not know. A text of more than 15 bytes has a block of its own.
constexpr size_t kPointerBytes = 16;
constexpr size_t kStringBytes = 64;
constexpr size_t kNumberBytes = 16;
constexpr size_t kEntryBytes = 144;
constexpr size_t kUnknownBytes = 80;

// The nesting that the protobuf library accepts.
constexpr int kMostDepth = 100;

class Scanner {
 public:
  Scanner(std::string_view bytes, const Descriptor& type, size_t most_items)
      : bytes_(bytes),
        in_(reinterpret_cast<const uint8_t*>(bytes.data()), static_cast<int>(bytes.size())),
        root_(type),
        list_(BatchFieldOf(type)),
        most_items_(most_items) {}

  std::optional<MessageOutline> Run() {
    outline_.message_bytes = SizeOf(root_);
    if (!ReadFields(&root_, 0, 0)) return std::nullopt;
    for (const auto& [field, bytes] : numbers_) outline_.numbers += bytes;
    return std::move(outline_);
  }

 private:
  bool IsOver() const { return outline_.items > most_items_; }

  // Reads the fields of a `type` (null: unknown) to the end of the message or, if
  // `group` is not 0, to the end of that group.
  bool ReadFields(const Descriptor* type, uint32_t group, int depth) {
    if (depth > kMostDepth) return false;
    while (!IsOver()) {
      const int begin = in_.CurrentPosition();
      const uint32_t tag = in_.ReadTag();
      if (tag == 0) return group == 0 && in_.ConsumedEntireMessage();
      const auto number = static_cast<uint32_t>(WireFormatLite::GetTagFieldNumber(tag));
      if (number == 0) return false;
      if (WireFormatLite::GetTagWireType(tag) == WireFormatLite::WIRETYPE_END_GROUP) {
        return group == number;
      }
      const FieldDescriptor* field =
          type == nullptr ? nullptr : type->FindFieldByNumber(static_cast<int>(number));
      if (!ReadField(tag, field, depth)) return false;
      if (depth == 0) KeepNumber(tag, field, begin);
    }
    return true;
  }

  bool ReadField(uint32_t tag, const FieldDescriptor* field, int depth) {
    if (field == nullptr) {
      outline_.message_bytes += kUnknownBytes;
    } else if (field->is_repeated()) {
      outline_.message_bytes += kNumberBytes;
    }
    switch (WireFormatLite::GetTagWireType(tag)) {
      case WireFormatLite::WIRETYPE_VARINT: {
        uint64_t value = 0;
        return in_.ReadVarint64(&value);
      }
      case WireFormatLite::WIRETYPE_FIXED64:
        return in_.Skip(8);
      case WireFormatLite::WIRETYPE_FIXED32:
        return in_.Skip(4);
      case WireFormatLite::WIRETYPE_START_GROUP:
        return ReadFields(nullptr, tag >> 3, depth + 1);
      case WireFormatLite::WIRETYPE_LENGTH_DELIMITED:
        return ReadDelimited(field, depth);
      default:
        return false;
    }
  }

  bool ReadDelimited(const FieldDescriptor* field, int depth) {
    uint32_t length = 0;
    if (!in_.ReadVarint32(&length) || length > std::numeric_limits<int>::max()) return false;
    const auto size = static_cast<int>(length);
    if (field == nullptr || field->type() != FieldDescriptor::TYPE_MESSAGE) {
      const bool is_packed = field != nullptr && field->is_packable();
      outline_.message_bytes += is_packed ? length * kNumberBytes : kStringBytes + length;
      return in_.Skip(size);
    }
    const bool is_item = depth == 0 && field == list_;
    if (is_item && ++outline_.items > most_items_) return true;
    const size_t before = outline_.message_bytes;
    outline_.message_bytes += field->is_map() ? kEntryBytes : SizeOf(*field->message_type());
    const CodedInputStream::Limit outer = in_.PushLimit(size);
    // A limit that is past the end of the bytes, or of the outer message, is cut.
    if (in_.BytesUntilLimit() != size || !ReadFields(field->message_type(), 0, depth + 1)) {
      return false;
    }
    in_.PopLimit(outer);
    if (is_item) {
      outline_.items_bytes += outline_.message_bytes - before;
      outline_.item_bytes = std::max(outline_.item_bytes, outline_.message_bytes - before);
    }
    return true;
  }

  // Keeps the last value of each number.
  void KeepNumber(uint32_t tag, const FieldDescriptor* field, int begin) {
    if (field == nullptr || field->is_repeated()) return;
    if (WireFormatLite::GetTagWireType(tag) != WireFormatLite::WIRETYPE_VARINT) return;
    numbers_[field] = bytes_.substr(static_cast<size_t>(begin),
                                    static_cast<size_t>(in_.CurrentPosition() - begin));
  }

  size_t SizeOf(const Descriptor& type) {
    size_t& size = sizes_[&type];
    if (size == 0) {
      const auto& prototype =
          *google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
      size = prototype.SpaceUsedLong() + kPointerBytes;
    }
    return size;
  }

  const std::string_view bytes_;
  CodedInputStream in_;
  const Descriptor& root_;
  const FieldDescriptor* const list_;
  const size_t most_items_;
  MessageOutline outline_;
  std::map<const FieldDescriptor*, std::string_view> numbers_;
  std::map<const Descriptor*, size_t> sizes_;
};

}  // namespace

std::optional<MessageOutline> OutlineOf(std::string_view bytes, const Descriptor& type,
                                        size_t most_items) {
  return Scanner(bytes, type, most_items).Run();
}

}  // namespace zerotouch::wire::grpc
