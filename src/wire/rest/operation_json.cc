// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/operation_json.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/json_string.h"
#include "base/status_macros.h"
#include "json/json.h"
#include "model/api.h"
#include "wire/type_url.h"

namespace zerotouch::wire {
namespace {

// The nesting depth of the response's members, and of its items.
constexpr int kResponseDepth = 2;
constexpr int kItemDepth = 3;

const json::Selection kEverything;

// Returns the selection within a field, or null if the field is not selected.
const json::Selection* SelectionOfField(const json::Selection* selection,
                                        std::string_view json_name) {
  if (selection == nullptr || selection->is_everything()) return selection;
  return selection->Find(json_name);
}

}  // namespace

OperationJson::OperationJson(service::OperationAnswer answer, bool pretty,
                             std::shared_ptr<const json::Selection> selection)
    : answer_(std::move(answer)), pretty_(pretty), selection_(std::move(selection)) {
  if (answer_.items == nullptr) return;
  response_ = SelectionOfField(selection_ == nullptr ? &kEverything : selection_.get(), "response");
  per_device_ = SelectionOfField(response_, "perDeviceStatus");
  success_count_ = SelectionOfField(response_, "successCount");
  if (per_device_ == nullptr) answer_.items = nullptr;
}

absl::StatusOr<bool> OperationJson::Next(std::string& out) {
  if (ended_) return false;
  bool more = false;
  // Freed at the end: a client that does not read holds no items.
  std::string items;
  if (answer_.items != nullptr) {
    ZT_ASSIGN_OR_RETURN(more, answer_.items->Next(items));
  }
  if (!begun_) AppendHead(out);
  begun_ = true;
  if (more) {
    AppendItems(items, out);
  } else {
    AppendTail(out);
    ended_ = true;
  }
  return true;
}

void OperationJson::AppendName(std::string_view name, int depth, std::string& out) const {
  if (!out.ends_with('{')) out += ',';
  if (pretty_) out.append(1, '\n').append(static_cast<size_t>(depth) * 2, ' ');
  fmt::format_to(std::back_inserter(out), fmt::runtime(pretty_ ? "\"{}\": " : "\"{}\":"), name);
}

// Writes everything up to the response's items: the operation without its closing
// brace.
void OperationJson::AppendHead(std::string& out) {
  json::Append(answer_.operation, {.pretty = pretty_, .selection = selection_.get()}, out);
  out.pop_back();
  if (out.ends_with('\n')) out.pop_back();
  if (response_ == nullptr) return;
  AppendName("response", kResponseDepth - 1, out);
  out += '{';
  AppendName("@type", kResponseDepth, out);
  AppendJsonString(TypeUrlOf<api::DevicesLongRunningOperationResponse>(), out);
}

void OperationJson::AppendItems(std::string_view items, std::string& out) {
  if (!any_items_) {
    AppendName("perDeviceStatus", kResponseDepth, out);
    out += '[';
  }
  json::AppendElements(items,
                       *api::DevicesLongRunningOperationResponse::descriptor()->FindFieldByNumber(
                           api::DevicesLongRunningOperationResponse::kPerDeviceStatusFieldNumber),
                       {.pretty = pretty_, .depth = kItemDepth, .selection = per_device_},
                       !any_items_, out);
  any_items_ = true;
}

void OperationJson::AppendTail(std::string& out) {
  if (any_items_) out += pretty_ ? "\n    ]" : "]";
  if (response_ != nullptr) {
    if (success_count_ != nullptr && answer_.success_count != 0) {
      AppendName("successCount", kResponseDepth, out);
      fmt::format_to(std::back_inserter(out), "{}", answer_.success_count);
    }
    out += pretty_ ? "\n  }" : "}";
  }
  if (pretty_ && !out.ends_with('{')) out += '\n';
  out += pretty_ ? "}\n" : "}";
}

}  // namespace zerotouch::wire
