// SPDX-License-Identifier: Apache-2.0
#include "wire/methods.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "errors/errors.h"

namespace zerotouch::wire {

void MethodTable::Add(const google::protobuf::Descriptor* request, Function function) {
  const bool is_new = functions_.emplace(request, std::move(function)).second;
  ZT_CHECK(is_new, "two functions serve one method");
}

absl::StatusOr<Answer> MethodTable::Call(const google::protobuf::MethodDescriptor& method,
                                         const auth::Principal& caller,
                                         const google::protobuf::Message& request) const {
  if (request.GetDescriptor() != method.input_type()) {
    return absl::InternalError(fmt::format("{} takes a {}, not a {}", method.full_name(),
                                           method.input_type()->full_name(),
                                           request.GetDescriptor()->full_name()));
  }
  const auto found = functions_.find(method.input_type());
  if (found == functions_.end()) return errors::Unimplemented(method.full_name());
  return found->second(method.full_name(), caller, request);
}

}  // namespace zerotouch::wire
