// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message_parts.h"

#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "wire/grpc/gzip_parts.h"
#include "wire/grpc/message.h"
#include "wire/grpc/status.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::Message;

// Appends `part`: compressed by `gzip` unless that is null.
void AppendPart(std::string_view part, bool is_last, GzipParts* gzip, std::string& out) {
  if (gzip != nullptr) {
    gzip->Append(part, is_last, out);
  } else {
    out += part;
  }
}

// Reads the parts a second time and sends them.
class PartsSource final : public http::BodySource {
 public:
  // `bytes` is the measured size of all that follows `begin`. `head` is compressed with
  // the parts if `gzip` is not null.
  PartsSource(std::unique_ptr<MessageParts> parts, std::string begin, size_t bytes,
              std::unique_ptr<GzipParts> gzip, std::string head)
      : parts_(std::move(parts)),
        begin_(std::move(begin)),
        left_(bytes),
        gzip_(std::move(gzip)),
        head_(std::move(head)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    out += std::exchange(begin_, {});
    std::string part;
    ZT_ASSIGN_OR_RETURN(const bool more, parts_->Next(part));
    const size_t before = out.size();
    AppendPart(part, !more, gzip_.get(), out);
    if (!more && gzip_ != nullptr) out += gzip_->End(head_);
    const size_t size = out.size() - before;
    if (size > left_ || (!more && size != left_)) {
      return absl::DataLossError("the answer's content changed while it was sent");
    }
    left_ -= size;
    return more;
  }

  http::Headers Trailers() override { return StatusFields(absl::OkStatus()); }

  uint64_t HeldBytes() const override {
    return limits::kStreamedAnswerBytes + (gzip_ == nullptr ? 0 : http::Deflater::kHeldBytes);
  }

 private:
  const std::unique_ptr<MessageParts> parts_;
  std::string begin_;
  size_t left_;
  const std::unique_ptr<GzipParts> gzip_;
  const std::string head_;
};

// Holds what the first reading of the parts found. Texts that were too long are empty.
struct Measured {
  size_t bytes = 0;
  std::string text;
  size_t packed_bytes = 0;
  std::string packed;
};

// Appends `piece` to `text` if `bytes`, the size of both, is at most `limit`.
void Keep(std::string_view piece, size_t bytes, size_t limit, std::string& text) {
  if (bytes <= limit) {
    text += piece;
  } else {
    std::string().swap(text);
  }
}

absl::StatusOr<Measured> Measure(MessageParts& parts, size_t held, GzipParts* gzip) {
  Measured measured;
  // With gzip, only a message that is too short to compress is sent as it is.
  const size_t held_plain = gzip == nullptr ? held : limits::kCompressedAnswerBytes;
  bool more = true;
  std::string part;
  std::string piece;
  while (more) {
    ZT_ASSIGN_OR_RETURN(more, parts.Next(part));
    measured.bytes += part.size();
    Keep(part, measured.bytes, held_plain, measured.text);
    if (gzip == nullptr) continue;
    piece.clear();
    AppendPart(part, !more, gzip, piece);
    measured.packed_bytes += piece.size();
    Keep(piece, measured.packed_bytes, held, measured.packed);
  }
  return measured;
}

// Returns the message of `head` and the measured parts, compressed by `gzip`, which
// measured them; nullopt if that does not make it shorter.
std::optional<http::Response> GzipResponse(std::unique_ptr<MessageParts>& parts,
                                           const Measured& measured, size_t held,
                                           const GzipParts& gzip, const std::string& head) {
  const std::string beginning = GzipParts::Beginning(head);
  const size_t following = measured.packed_bytes + GzipParts::kEndBytes;
  const size_t plain_bytes = head.size() + measured.bytes;
  if (plain_bytes < limits::kCompressedAnswerBytes || head.size() > GzipParts::kMostHeadBytes ||
      beginning.size() + following >= plain_bytes) {
    return std::nullopt;
  }
  http::Response response;
  response.headers = BeginningFields(/*has_gzip=*/true);
  response.trailers = StatusFields(absl::OkStatus());
  std::string begin;
  AppendFrameHead(static_cast<uint32_t>(beginning.size() + following), begin,
                  /*is_compressed=*/true);
  begin += beginning;
  if (measured.packed_bytes <= held) {
    response.body = begin + measured.packed + gzip.End(head);
    return response;
  }
  std::unique_ptr<GzipParts> again = GzipParts::Create();
  if (again == nullptr) return std::nullopt;
  parts->Restart();
  response.stream = std::make_unique<PartsSource>(std::move(parts), std::move(begin), following,
                                                  std::move(again), head);
  return response;
}

}  // namespace

http::Response MessageResponse(const Message& message, bool accepts_gzip) {
  http::Response response;
  const bool is_compressed = AppendMessage(message, accepts_gzip, response.body);
  response.headers = BeginningFields(is_compressed);
  response.trailers = StatusFields(absl::OkStatus());
  return response;
}

absl::StatusOr<http::Response> PartsResponse(std::unique_ptr<MessageParts> parts, size_t held,
                                             bool accepts_gzip,
                                             const std::function<std::string(size_t)>& head) {
  const std::unique_ptr<GzipParts> gzip = accepts_gzip ? GzipParts::Create() : nullptr;
  ZT_ASSIGN_OR_RETURN(const Measured measured, Measure(*parts, held, gzip.get()));
  const std::string beginning = head(measured.bytes);
  const size_t whole = beginning.size() + measured.bytes;
  if (whole > std::numeric_limits<uint32_t>::max()) return errors::Internal();
  if (gzip != nullptr) {
    auto packed = GzipResponse(parts, measured, held, *gzip, beginning);
    if (packed.has_value()) return *std::move(packed);
  }
  http::Response response;
  response.headers = BeginningFields();
  response.trailers = StatusFields(absl::OkStatus());
  std::string begin;
  AppendFrameHead(static_cast<uint32_t>(whole), begin);
  begin += beginning;
  if (measured.text.size() == measured.bytes) {
    response.body = begin + measured.text;
    return response;
  }
  parts->Restart();
  response.stream = std::make_unique<PartsSource>(std::move(parts), std::move(begin),
                                                  measured.bytes, nullptr, std::string());
  return response;
}

}  // namespace zerotouch::wire::grpc
