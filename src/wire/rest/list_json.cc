// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/list_json.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/status_macros.h"
#include "json/json.h"

namespace zerotouch::wire {
namespace {

// The nesting depth of the items.
constexpr int kListItemDepth = 2;

const json::Selection kAllOfAnItem;

std::unique_ptr<google::protobuf::Message> NewResponse(const service::ListAnswer& answer) {
  return std::unique_ptr<google::protobuf::Message>(
      google::protobuf::MessageFactory::generated_factory()
          ->GetPrototype(answer.list->containing_type())
          ->New());
}

}  // namespace

ListJson::ListJson(service::ListAnswer answer, bool pretty,
                   std::shared_ptr<const json::Selection> selection)
    : answer_(std::move(answer)),
      pretty_(pretty),
      selection_(std::move(selection)),
      rest_(NewResponse(answer_)) {
  const bool is_all = selection_ == nullptr || selection_->is_everything();
  item_selection_ = is_all ? &kAllOfAnItem : selection_->Find(answer_.list->json_name());
}

absl::StatusOr<bool> ListJson::Next(std::string& out) {
  if (ended_) return false;
  // Freed at the end: a client that does not read holds no items.
  const std::unique_ptr<google::protobuf::Message> part = NewResponse(answer_);
  ZT_ASSIGN_OR_RETURN(const bool more, answer_.items->Next(*part));
  if (more) {
    if (item_selection_ != nullptr) AppendItems(*part, out);
    part->GetReflection()->ClearField(part.get(), answer_.list);
    rest_->MergeFrom(*part);
  } else {
    AppendRest(out);
    ended_ = true;
  }
  return true;
}

void ListJson::AppendItems(const google::protobuf::Message& part, std::string& out) {
  const auto& reflection = *part.GetReflection();
  for (int i = 0; i < reflection.FieldSize(part, answer_.list); ++i) {
    if (any_items_) {
      out += ',';
    } else {
      fmt::format_to(std::back_inserter(out),
                     fmt::runtime(pretty_ ? "{{\n  \"{}\": [" : "{{\"{}\":["),
                     answer_.list->json_name());
    }
    any_items_ = true;
    if (pretty_) out += "\n    ";
    json::Append(reflection.GetRepeatedMessage(part, answer_.list, i),
                 {.pretty = pretty_, .depth = kListItemDepth, .selection = item_selection_}, out);
  }
}

void ListJson::AppendRest(std::string& out) {
  std::string rest;
  json::Append(*rest_, {.pretty = pretty_, .selection = selection_.get()}, rest);
  if (any_items_) {
    const bool is_empty = rest == "{}";
    out += pretty_ ? "\n  ]" : "]";
    if (!is_empty) out += ',';
    if (is_empty && pretty_) out += '\n';
    out += std::string_view(rest).substr(1);
  } else {
    out += rest;
  }
  if (pretty_) out += '\n';
}

}  // namespace zerotouch::wire
