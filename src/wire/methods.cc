// SPDX-License-Identifier: Apache-2.0
#include "wire/methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "errors/errors.h"
#include "wire/api_services.h"

namespace zerotouch::wire {

MethodTable::MethodTable() : services_(ApiServices()) {}

void MethodTable::Add(const google::protobuf::Descriptor* request, Functions functions) {
  has_open_methods_ = has_open_methods_ || !functions.needs_credentials;
  const google::protobuf::FileDescriptor& file = *request->file();
  for (int i = 0; i < file.service_count(); ++i) {
    if (std::ranges::find(services_, file.service(i)) == services_.end()) {
      services_.push_back(file.service(i));
    }
  }
  const bool is_new = functions_.emplace(request, std::move(functions)).second;
  ZT_CHECK(is_new, "two functions serve one method");
}

absl::StatusOr<const MethodTable::Functions*> MethodTable::Find(
    const google::protobuf::MethodDescriptor& method,
    const google::protobuf::Message* request) const {
  if (request != nullptr && request->GetDescriptor() != method.input_type()) {
    return absl::InternalError(fmt::format("{} takes a {}, not a {}", method.full_name(),
                                           method.input_type()->full_name(),
                                           request->GetDescriptor()->full_name()));
  }
  const auto found = functions_.find(method.input_type());
  if (found == functions_.end()) return errors::Unimplemented(method.full_name());
  return &found->second;
}

bool MethodTable::NeedsCredentials(const google::protobuf::MethodDescriptor& method) const {
  const auto found = functions_.find(method.input_type());
  return found == functions_.end() || found->second.needs_credentials;
}

MethodKind MethodTable::KindOf(const google::protobuf::MethodDescriptor& method) const {
  const auto found = functions_.find(method.input_type());
  return found == functions_.end() ? MethodKind::kOther : found->second.kind;
}

bool MethodTable::TakesItems(const google::protobuf::MethodDescriptor& method) const {
  const auto found = functions_.find(method.input_type());
  return found != functions_.end() && found->second.takes_items;
}

absl::StatusOr<Answer> MethodTable::Call(const google::protobuf::MethodDescriptor& method,
                                         const auth::Principal& caller,
                                         const google::protobuf::Message& request,
                                         const MoreArguments& more) const {
  ZT_ASSIGN_OR_RETURN(const Functions* functions, Find(method, &request));
  return functions->call(method.full_name(), caller, request, more);
}

absl::Status MethodTable::CheckRight(const google::protobuf::MethodDescriptor& method,
                                     const auth::Principal& caller,
                                     const google::protobuf::Message& request) const {
  ZT_ASSIGN_OR_RETURN(const Functions* functions, Find(method, &request));
  return functions->check_right(method.full_name(), caller, request);
}

absl::Status MethodTable::CheckAccount(const google::protobuf::MethodDescriptor& method,
                                       const auth::Principal& caller) const {
  ZT_ASSIGN_OR_RETURN(const Functions* functions, Find(method, nullptr));
  return functions->check_account(caller, method.full_name());
}

}  // namespace zerotouch::wire
