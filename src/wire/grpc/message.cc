// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message.h"

#include <fmt/format.h>

#include <memory>

#include "base/limits.h"
#include "base/status_macros.h"
#include "base/yield.h"
#include "errors/errors.h"
#include "google/protobuf/wire_format_lite.h"
#include "http/gzip.h"
#include "json/wire_records.h"
#include "wire/http_fault.h"

namespace zerotouch::wire::grpc {
namespace {

absl::Status Malformed(const char* reason) { return errors::BadRequest({{"", reason}}); }

uint32_t LengthOf(std::string_view head) {
  uint32_t length = 0;
  for (size_t i = 1; i < kFrameHeadBytes; ++i) {
    length = (length << 8) | static_cast<unsigned char>(head[i]);
  }
  return length;
}

}  // namespace

void AppendFrameHead(uint32_t message_bytes, std::string& out, bool is_compressed) {
  out += is_compressed ? '\1' : '\0';
  for (int shift = 24; shift >= 0; shift -= 8) {
    out += static_cast<char>((message_bytes >> shift) & 0xFF);
  }
}

bool AppendMessage(const google::protobuf::Message& message, bool accepts_gzip, std::string& out) {
  const size_t size = message.ByteSizeLong();
  if (accepts_gzip && size >= limits::kCompressedAnswerBytes) {
    std::string packed;
    http::Deflater deflater(http::Deflater::Format::kGzip);
    if (deflater.Begin()) deflater.Append(message.SerializeAsString(), /*is_last=*/true, packed);
    if (!packed.empty() && packed.size() < size) {
      AppendFrameHead(static_cast<uint32_t>(packed.size()), out, /*is_compressed=*/true);
      out += packed;
      return true;
    }
  }
  AppendFrameHead(static_cast<uint32_t>(size), out);
  message.AppendToString(&out);
  return false;
}

absl::StatusOr<std::optional<std::string_view>> TakeMessage(std::string_view& bytes,
                                                            const Unpacking& unpacking,
                                                            std::string& unpacked) {
  if (bytes.size() < kFrameHeadBytes) return std::nullopt;
  const char compressed = bytes.front();
  const uint32_t length = LengthOf(bytes);
  if (length > unpacking.limit) return errors::BodyTooLarge(unpacking.limit);
  if (compressed != 0 && compressed != 1) return Malformed("A message has a malformed head.");
  if (bytes.size() < kFrameHeadBytes + length) return std::nullopt;
  std::string_view message = bytes.substr(kFrameHeadBytes, length);
  bytes.remove_prefix(kFrameHeadBytes + length);
  if (compressed == 0) return message;
  if (unpacking.encoding.empty() || unpacking.encoding == "identity") {
    return Malformed("A message is marked as compressed, but grpc-encoding does not say how.");
  }
  if (unpacking.encoding != "gzip") return errors::UnsupportedMessageEncoding(unpacking.encoding);
  const std::optional<http::Fault> fault = http::Gunzip(
      message, unpacking.limit,
      [&](size_t more) { return !unpacking.hold || unpacking.hold(message.size() + more); },
      unpacked);
  if (fault.has_value()) return StatusOf(*fault);
  return std::string_view(unpacked);
}

absl::StatusOr<std::string_view> OnlyMessage(std::string_view body, const Unpacking& unpacking,
                                             std::string& unpacked) {
  ZT_ASSIGN_OR_RETURN(const std::optional<std::string_view> message,
                      TakeMessage(body, unpacking, unpacked));
  if (!message.has_value()) return Malformed("The request's message is missing or cut short.");
  if (!body.empty()) return Malformed("The request has more than one message.");
  return *message;
}

absl::Status NotA(const google::protobuf::Descriptor& type) {
  return errors::BadRequest({{"", fmt::format("The message is not a {}.", type.full_name())}});
}

absl::Status ParseMessage(std::string_view bytes, google::protobuf::Message& message) {
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return NotA(*message.GetDescriptor());
  }
  message.DiscardUnknownFields();
  return absl::OkStatus();
}

absl::Status ParseMessage(std::string_view bytes, const google::protobuf::FieldDescriptor& list,
                          google::protobuf::Message& message, batch::PackedItems& items) {
  const std::unique_ptr<google::protobuf::Message> item(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(list.message_type())
          ->New());
  std::string others;  // the fields besides the list
  ItemYielder yielder;
  json::Record record;
  for (json::RecordReader reader(bytes); reader.Next(record);) {
    if (record.field != list.number() ||
        record.type != google::protobuf::internal::WireFormatLite::WIRETYPE_LENGTH_DELIMITED) {
      others += record.wire;
      continue;
    }
    if (!item->ParseFromArray(record.bytes.data(), static_cast<int>(record.bytes.size()))) {
      return NotA(*message.GetDescriptor());
    }
    items.Add(*item);  // drops what its type does not know
    yielder.AfterItem();
  }
  return ParseMessage(others, message);
}

}  // namespace zerotouch::wire::grpc
