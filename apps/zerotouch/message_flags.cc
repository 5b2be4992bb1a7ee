// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/message_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "google/protobuf/descriptor.h"
#include "json/json.h"
#include "zerotouch/input_file.h"

namespace zerotouch::cli {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

namespace {

// Returns the field that the path ends at; null if there is no such field.
const FieldDescriptor* FieldAt(const Descriptor* type, std::string_view path) {
  for (;;) {
    const size_t dot = path.find('.');
    const FieldDescriptor* field = type->FindFieldByName(std::string(path.substr(0, dot)));
    if (field == nullptr || dot == std::string_view::npos) return field;
    type = field->message_type();
    path.remove_prefix(dot + 1);
  }
}

// Returns the full name of an enum's value that `text` means; `text` if no value has such a name.
std::string EnumName(const EnumDescriptor& type, std::string_view text) {
  std::string name = AsciiUpper(text);
  std::replace(name.begin(), name.end(), '-', '_');
  const std::string ending = "_" + name;
  std::string found;
  for (int i = 0; i < type.value_count(); ++i) {
    const std::string& value = type.value(i)->name();
    if (value == name) return value;
    if (value.size() > ending.size() && value.ends_with(ending)) found = value;
  }
  return found.empty() ? std::string(text) : found;
}

std::string ValuesOf(const EnumDescriptor& type) {
  std::string values;
  for (int i = 0; i < type.value_count(); ++i) {
    if (type.value(i)->number() == 0) continue;
    values += fmt::format("{}{}", values.empty() ? "" : ", ", type.value(i)->name());
  }
  return values;
}

std::string Expected(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_ENUM:
      return fmt::format("use one of {}", ValuesOf(*field.enum_type()));
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_INT32:
      return "use a number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "use true or false";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (field.message_type()->name() == "Duration") return "use a time such as 3600s";
      if (field.message_type()->name() == "Timestamp") {
        return "use a time such as 2030-01-31T12:00:00Z";
      }
      return "see the help";
    default:
      return "use UTF-8 text";
  }
}

}  // namespace

int64_t Invocation::Number(std::string_view flag) const {
  const std::string text = Get(flag);
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

const google::protobuf::MethodDescriptor& MethodNamed(std::string_view rpc) {
  const auto* method = DescriptorPool::generated_pool()->FindMethodByName(std::string(rpc));
  if (method == nullptr) FailCheck("the method exists", std::string(rpc), __FILE__, __LINE__);
  return *method;
}

std::unique_ptr<Message> NewMessage(const Descriptor& type) {
  return std::unique_ptr<Message>(MessageFactory::generated_factory()->GetPrototype(&type)->New());
}

Message& MessageAt(Message& root, std::string_view path) {
  Message* message = &root;
  while (!path.empty()) {
    const size_t dot = std::min(path.find('.'), path.size());
    const FieldDescriptor* field =
        message->GetDescriptor()->FindFieldByName(std::string(path.substr(0, dot)));
    message = message->GetReflection()->MutableMessage(message, field);
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *message;
}

absl::Status SetField(Message& message, std::string_view path, std::string_view text,
                      std::string_view flag) {
  const FieldDescriptor* const field = FieldAt(message.GetDescriptor(), path);
  if (field == nullptr) FailCheck("the field exists", std::string(path), __FILE__, __LINE__);
  if (field->is_map()) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return absl::InvalidArgumentError(
          fmt::format("Invalid {} \"{}\": use KEY=VALUE", flag, text));
    }
    const size_t dot = path.rfind('.');
    Message& owner = MessageAt(message, dot == std::string_view::npos ? "" : path.substr(0, dot));
    Message* entry = owner.GetReflection()->AddMessage(&owner, field);
    const auto* key = entry->GetDescriptor()->FindFieldByNumber(1);
    const auto* value = entry->GetDescriptor()->FindFieldByNumber(2);
    entry->GetReflection()->SetString(entry, key, std::string(text.substr(0, equals)));
    entry->GetReflection()->SetString(entry, value, std::string(text.substr(equals + 1)));
    return absl::OkStatus();
  }
  const bool is_enum = field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
  const std::string value = is_enum ? EnumName(*field->enum_type(), text) : std::string(text);
  if (json::BindText(path, value, message).empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("Invalid {} \"{}\": {}", flag, text, Expected(*field)));
}

absl::StatusOr<std::string> TextOrFile(const std::string& value) {
  if (value == "-") return ReadInputFile("-");
  if (value.starts_with('@')) return ReadInputFile(value.substr(1));
  return value;
}

absl::Status ParseJson(std::string json, std::string_view what, Message& message) {
  const auto violations = json::Parse(json, message);
  if (violations.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{}: {}", what, violations.front().description));
}

absl::Status FillFromFlags(const Invocation& invocation, Message& message) {
  for (const Flag& flag : invocation.command->flags) {
    const auto given = invocation.values.find(flag.first_name());
    if (flag.field.empty() || given == invocation.values.end()) continue;
    const FieldDescriptor* field = FieldAt(message.GetDescriptor(), flag.field);
    if (field == nullptr) continue;  // of the other side's method
    // A flag replaces what --data says, and chooses another member of a oneof.
    Message& owner = MessageAt(message, flag.field.rfind('.') == std::string_view::npos
                                            ? ""
                                            : flag.field.substr(0, flag.field.rfind('.')));
    if (!field->is_map()) owner.GetReflection()->ClearField(&owner, field);
    for (const std::string& value : given->second) {
      std::string text = value;
      if (flag.value == "TEXT|@FILE") {
        ZT_ASSIGN_OR_RETURN(text, TextOrFile(value));
      }
      ZT_RETURN_IF_ERROR(
          SetField(message, flag.field, text, fmt::format("--{}", flag.first_name())));
    }
  }
  return absl::OkStatus();
}

absl::Status FillMessage(const Invocation& invocation, std::string_view body, Message& request) {
  Message& message = MessageAt(request, body);
  if (invocation.Has("data")) {
    ZT_ASSIGN_OR_RETURN(std::string json, TextOrFile(invocation.Get("data")));
    ZT_RETURN_IF_ERROR(ParseJson(std::move(json), "--data", message));
  }
  return FillFromFlags(invocation, message);
}

absl::StatusOr<std::string> ParentOf(const Invocation& invocation) {
  if (invocation.is_customer()) {
    if (invocation.as_customer != 0) return fmt::format("customers/{}", invocation.as_customer);
    if (invocation.Has("mine")) return "";
    return absl::InvalidArgumentError(
        "no customer; give the customer's id by --as-customer ID or ZEROTOUCH_CUSTOMER");
  }
  if (invocation.partner != 0) return fmt::format("partners/{}", invocation.partner);
  return absl::InvalidArgumentError(
      "no reseller; give your reseller id by --partner ID or ZEROTOUCH_PARTNER");
}

absl::Status SetTarget(const Invocation& invocation, const Method& method, const std::string& id,
                       Message& request) {
  const Descriptor& type = *request.GetDescriptor();
  std::string parent;
  if (invocation.command->side != Side::kNone && invocation.command->side != Side::kSandbox) {
    ZT_ASSIGN_OR_RETURN(parent, ParentOf(invocation));
  }
  for (const char* name : {"partner_id", "metadata_owner_id"}) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field != nullptr) request.GetReflection()->SetInt64(&request, field, invocation.partner);
  }
  std::string resource = id;
  if (!id.empty() && !method.collection.empty() && id.find('/') == std::string::npos) {
    resource = fmt::format("{}{}{}/{}", parent, parent.empty() ? "" : "/", method.collection, id);
  }
  for (const char* name : {"name", "parent"}) {
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) continue;
    const std::string& value = resource.empty() ? parent : resource;
    if (!value.empty()) request.GetReflection()->SetString(&request, field, value);
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace zerotouch::cli
