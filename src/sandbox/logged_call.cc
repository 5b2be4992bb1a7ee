// SPDX-License-Identifier: Apache-2.0
#include "sandbox/logged_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/limits.h"
#include "base/utf8.h"
#include "google/protobuf/message.h"
#include "json/json.h"
#include "openzerotouch/sandbox/v1/calls.pb.h"
#include "sandbox/redact.h"

namespace zerotouch::sandbox {
namespace {

// Returns the text as JSON can hold it: bytes that are no UTF-8 become '?'.
std::string Readable(std::string_view text) {
  std::string out(text);
  if (utf8::ValidBytes(out) == out.size()) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

// Returns the body as text; an empty one for a message whose text is too long.
std::string BodyText(const LoggedBody& body) {
  if (body.type == nullptr) return Readable(body.bytes);
  const std::unique_ptr<google::protobuf::Message> message(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(body.type)->New());
  std::string text;
  if (!message->ParseFromString(body.bytes)) return text;
  json::Append(*message, {.pretty = false}, text);
  return text.size() > limits::kLoggedBodyBytes ? std::string() : text;
}

void SetTimes(const LoggedCall& call, proto::Call& out) {
  const int64_t seconds = absl::ToUnixSeconds(call.begun);
  out.mutable_start_time()->set_seconds(seconds);
  out.mutable_start_time()->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(call.begun - absl::FromUnixSeconds(seconds))));
  absl::Duration rest = std::max(call.took, absl::ZeroDuration());
  out.mutable_duration()->set_seconds(absl::IDivDuration(rest, absl::Seconds(1), &rest));
  out.mutable_duration()->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(rest)));
}

}  // namespace

proto::Call Redacted(const LoggedCall& call) {
  proto::Call out;
  out.set_name(fmt::format("calls/{}", call.number));
  SetTimes(call, out);
  out.set_protocol(std::string(call.protocol));
  out.set_http_method(call.http_method);
  out.set_path(Redact(Readable(call.path)));
  out.set_method(std::string(call.method));
  out.set_status(call.status);
  out.set_http_status(call.http_status);
  out.set_account(call.account);
  for (const auto& [name, value] : call.headers) {
    std::string& field = (*out.mutable_request_headers())[Readable(name)];
    if (!field.empty()) field += ", ";
    field += Readable(value);
  }
  for (auto& [name, value] : *out.mutable_request_headers()) {
    value = IsSecretName(name) ? std::string(kRedacted) : Redact(value);
  }
  out.set_request_body(Redact(BodyText(call.request)));
  out.set_response_body(Redact(BodyText(call.response)));
  out.set_fault(call.faults);
  out.set_request_id(call.request_id);
  return out;
}

}  // namespace zerotouch::sandbox
