// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/status.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "base/status_text.h"
#include "crypto/encoding.h"
#include "errors/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "wire/error_details.h"

namespace zerotouch::wire::grpc {
namespace {

// The limits of a message and of a serialized google.rpc.Status.
constexpr size_t kStatusMessageBytes = 1'024;
constexpr size_t kStatusBytes = 4'096;

// Returns the longest beginning of `text` that fits and ends between characters.
std::string_view Shortened(std::string_view text) {
  if (text.size() <= kStatusMessageBytes) return text;
  size_t end = kStatusMessageBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

// Encodes a message as "gRPC over HTTP2" says (Percent-Encoded).
std::string PercentEncode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= ' ' && c <= '~' && c != '%') {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

// Encodes the value of a binary field: base64 without padding.
std::string Base64(std::string_view bytes) {
  std::string text = crypto::Base64UrlEncode(bytes);
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return text;
}

// Removes violations from the end until the status is short enough.
void Shorten(google::rpc::Status& status) {
  for (google::protobuf::Any& detail : *status.mutable_details()) {
    google::rpc::BadRequest violations;
    if (!detail.Is<google::rpc::BadRequest>() || !detail.UnpackTo(&violations)) continue;
    while (status.ByteSizeLong() > kStatusBytes && violations.field_violations_size() > 0) {
      violations.mutable_field_violations()->RemoveLast();
      detail.set_value(violations.SerializeAsString());
    }
  }
}

}  // namespace

http::Headers StatusFields(const absl::Status& status) {
  http::Headers fields;
  fields.Add("grpc-status", fmt::format("{}", static_cast<int>(status.code())));
  if (status.ok()) return fields;
  const std::string_view message = Shortened(MessageOf(status));
  fields.Add("grpc-message", PercentEncode(message));
  google::rpc::Status full;
  for (google::protobuf::Any& detail : DetailsOf(status)) *full.add_details() = std::move(detail);
  if (full.details().empty()) return fields;
  full.set_code(static_cast<int>(status.code()));
  full.set_message(std::string(message));
  Shorten(full);
  fields.Add("grpc-status-details-bin", Base64(full.SerializeAsString()));
  return fields;
}

http::Headers BeginningFields(bool has_gzip) {
  http::Headers fields;
  fields.Add("content-type", "application/grpc");
  fields.Add("grpc-accept-encoding", "identity,gzip");
  if (has_gzip) fields.Add("grpc-encoding", "gzip");
  return fields;
}

http::Response ErrorResponse(const absl::Status& status) {
  http::Response response;
  response.headers = BeginningFields();
  const http::Headers fields = StatusFields(status);
  for (const auto& [name, value] : fields) response.headers.Add(name, value);
  return response;
}

}  // namespace zerotouch::wire::grpc
