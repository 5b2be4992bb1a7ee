#include "wire/operation_json.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "json/json.h"

namespace zerotouch::wire {
namespace {

constexpr std::string_view kResponseType =
    "type.googleapis.com/google.android.device.provisioning.v1.DevicesLongRunningOperationResponse";

// How deep an item stands: operation, response, list.
constexpr int kItemDepth = 3;

}  // namespace

OperationJson::OperationJson(service::OperationAnswer answer, bool pretty)
    : answer_(std::move(answer)), pretty_(pretty) {}

absl::StatusOr<bool> OperationJson::Next(std::string& out) {
  if (ended_) return false;
  bool more = false;
  if (answer_.items != nullptr) {
    ZT_ASSIGN_OR_RETURN(more, answer_.items->Next(&items_));
  }
  if (!begun_) AppendHead(out);
  begun_ = true;
  if (more) {
    AppendItems(out);
  } else {
    AppendTail(out);
    ended_ = true;
  }
  return true;
}

// Everything up to the response's items: the operation with its closing brace
// taken off again.
void OperationJson::AppendHead(std::string& out) {
  json::Append(answer_.operation, {.pretty = pretty_}, out);
  out.resize(out.size() - (pretty_ ? std::string_view("\n}") : std::string_view("}")).size());
  if (answer_.items == nullptr) return;
  fmt::format_to(std::back_inserter(out),
                 fmt::runtime(pretty_ ? ",\n  \"response\": {{\n    \"@type\": \"{}\""
                                      : ",\"response\":{{\"@type\":\"{}\""),
                 kResponseType);
}

void OperationJson::AppendItems(std::string& out) {
  for (const api::OperationPerDevice& item : items_) {
    if (any_items_) {
      out += ',';
    } else {
      out += pretty_ ? ",\n    \"perDeviceStatus\": [" : ",\"perDeviceStatus\":[";
    }
    any_items_ = true;
    if (pretty_) out += "\n      ";
    json::Append(item, {.pretty = pretty_, .depth = kItemDepth}, out);
  }
}

void OperationJson::AppendTail(std::string& out) {
  if (any_items_) out += pretty_ ? "\n    ]" : "]";
  if (answer_.items != nullptr) {
    if (answer_.success_count != 0) {
      fmt::format_to(std::back_inserter(out),
                     fmt::runtime(pretty_ ? ",\n    \"successCount\": {}" : ",\"successCount\":{}"),
                     answer_.success_count);
    }
    out += pretty_ ? "\n  }" : "}";
  }
  out += pretty_ ? "\n}\n" : "}";
}

}  // namespace zerotouch::wire
