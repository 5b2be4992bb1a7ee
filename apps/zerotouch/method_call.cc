// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/method_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "client/api_error.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

namespace {

const FieldDescriptor* ListFieldOf(const Descriptor& answer) {
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (field->is_repeated() && !field->is_map() && field->message_type() != nullptr) return field;
  }
  return nullptr;
}

// Returns true for an answer that has a list and nothing else of its own.
bool IsList(const Descriptor& answer) {
  const FieldDescriptor* const list = ListFieldOf(answer);
  if (list == nullptr) return false;
  for (int i = 0; i < answer.field_count(); ++i) {
    const FieldDescriptor* field = answer.field(i);
    if (field != list && field->name() != "next_page_token" && field->name() != "total_size") {
      return false;
    }
  }
  return true;
}

void SetPageSize(Message& request, int64_t size) {
  const auto& reflection = *request.GetReflection();
  for (const char* name : {"page_size", "limit"}) {
    const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName(name);
    if (field == nullptr) continue;
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
      reflection.SetInt32(&request, field, static_cast<int32_t>(size));
    } else {
      reflection.SetInt64(&request, field, size);
    }
  }
}

std::string TextField(const Message& message, const char* name) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName(name);
  return field == nullptr ? "" : message.GetReflection()->GetString(message, field);
}

int64_t TotalSizeOf(const Message& answer) {
  const FieldDescriptor* field = answer.GetDescriptor()->FindFieldByName("total_size");
  return field == nullptr ? 0 : answer.GetReflection()->GetInt32(answer, field);
}

// Returns what to do about an error of the API; empty if its text says it.
std::string AdviceFor(const Invocation& invocation, const absl::Status& error) {
  const std::optional<client::ApiError> answer = client::ApiErrorOf(error);
  if (!answer) return "";
  if (answer->terms_not_accepted) {
    return " (Accept the terms of service in the zero-touch portal; in a sandbox: zerotouchd admin "
           "customers accept-terms.)";
  }
  if (answer->http_status != 401 && answer->http_status != 403) return "";
  const std::string account =
      invocation.connection.credentials.empty()
          ? std::string("this account")
          : fmt::format("the account of {}", invocation.connection.credentials);
  if (invocation.is_customer() && invocation.as_customer != 0) {
    return fmt::format(
        " (Is customer {} right, and may {} act for it? Give a customer's key file "
        "by --credentials.)",
        invocation.as_customer, account);
  }
  if (invocation.partner != 0) {
    return fmt::format(" (Is partner {} right, and may {} act for it?)", invocation.partner,
                       account);
  }
  return fmt::format(" (May {} do this?)", account);
}

}  // namespace

absl::StatusOr<Connection> ConnectFor(const Invocation& invocation) {
  ConnectionFlags flags = invocation.connection;
  flags.is_customer = invocation.is_customer();
  flags.customer = flags.is_customer ? invocation.as_customer : 0;
  flags.is_anonymous = invocation.command->side == Side::kSandbox;
  return Connect(flags, [](const absl::Status& failure, absl::Duration pause) {
    PrintError(RetryText(failure, pause));
  });
}

ExitCode Fail(const Invocation& invocation, const absl::Status& error, ExitCode refused) {
  PrintError(fmt::format("{}{}", MessageOf(error), AdviceFor(invocation, error)));
  const ExitCode code = ExitCodeOf(error, /*sent=*/false);
  const bool is_answer = client::ApiErrorOf(error).has_value();
  return code == kUsage && is_answer ? refused : code;
}

absl::StatusOr<int64_t> ForEachPage(
    client::Client& client, const Method& method, Message& request, int64_t limit,
    const std::function<void(const std::vector<const Message*>&)>& use) {
  const auto& descriptor = MethodNamed(method.rpc);
  const Descriptor& type = *descriptor.output_type();
  const FieldDescriptor* const list = ListFieldOf(type);
  int64_t left = limit == 0 ? std::numeric_limits<int64_t>::max() : limit;
  int64_t total_size = 0;
  const FieldDescriptor* const token = request.GetDescriptor()->FindFieldByName("page_token");
  const std::unique_ptr<Message> first(request.New());
  first->CopyFrom(request);
  for (std::string next; left > 0;) {
    // A call clears the fields that it puts into its path.
    request.CopyFrom(*first);
    if (method.page > 0) SetPageSize(request, std::min(method.page, left));
    if (!next.empty()) request.GetReflection()->SetString(&request, token, next);
    const std::unique_ptr<Message> answer = NewMessage(type);
    ZT_RETURN_IF_ERROR(client.CallMethod(descriptor, request, *answer));
    std::vector<const Message*> page;
    const int count = answer->GetReflection()->FieldSize(*answer, list);
    for (int i = 0; i < count && left > 0; ++i, --left) {
      page.push_back(&answer->GetReflection()->GetRepeatedMessage(*answer, list, i));
    }
    use(page);
    total_size = std::max(total_size, TotalSizeOf(*answer));
    const std::string token_before = std::exchange(next, TextField(*answer, "next_page_token"));
    if (next.empty() || token == nullptr) break;
    if (next == token_before) {
      return absl::InternalError("the server gave the same page token twice");
    }
  }
  return total_size;
}

absl::Status CallAndPrint(const Invocation& invocation, client::Client& client,
                          const Method& method, Message& request) {
  const auto& descriptor = MethodNamed(method.rpc);
  const Descriptor& type = *descriptor.output_type();
  if (!IsList(type)) {
    const std::unique_ptr<Message> answer = NewMessage(type);
    ZT_RETURN_IF_ERROR(client.CallMethod(descriptor, request, *answer));
    return PrintMessage(*answer, invocation.format);
  }
  const FieldDescriptor& list = *ListFieldOf(type);
  std::optional<ListPrinter> printer;
  const auto start = [&]() -> ListPrinter& {
    if (!printer) printer.emplace(invocation.format, *list.message_type(), list.json_name());
    return *printer;
  };
  ZT_ASSIGN_OR_RETURN(const int64_t total_size,
                      ForEachPage(client, method, request, invocation.Number("limit"),
                                  [&](const auto& page) { start().Add(page); }));
  return start().End(total_size);
}

ExitCode RunMethod(const Invocation& invocation) {
  const Command& command = *invocation.command;
  const Method& method = invocation.is_customer() && !command.customer_method.rpc.empty()
                             ? command.customer_method
                             : command.method;
  const std::unique_ptr<Message> request = NewMessage(*MethodNamed(method.rpc).input_type());
  absl::Status status = FillMessage(invocation, method.body, *request);
  const std::string id = invocation.positionals.empty() ? "" : invocation.positionals[0];
  if (status.ok()) status = SetTarget(invocation, method, id, *request);
  if (!status.ok()) return Fail(invocation, status);
  absl::StatusOr<Connection> connection = ConnectFor(invocation);
  if (!connection.ok()) return Fail(invocation, connection.status());
  status = CallAndPrint(invocation, *connection->client, method, *request);
  return status.ok() ? kDone : Fail(invocation, status);
}

}  // namespace zerotouch::cli
