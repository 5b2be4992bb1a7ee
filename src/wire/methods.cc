// SPDX-License-Identifier: Apache-2.0
#include "wire/methods.h"

#include <fmt/format.h>

#include "errors/errors.h"

namespace zerotouch::wire {

absl::StatusOr<Answer> MethodTable::Call(const google::protobuf::MethodDescriptor& method,
                                         const auth::Principal& caller,
                                         const google::protobuf::Message& request) const {
  const auto found = methods_.find(method.full_name());
  if (found == methods_.end()) return errors::Unimplemented(method.full_name());
  if (request.GetDescriptor() != found->second.request) {
    return absl::InternalError(fmt::format("{} takes a {}, not a {}", method.full_name(),
                                           found->second.request->full_name(),
                                           request.GetDescriptor()->full_name()));
  }
  return found->second.run(caller, request);
}

}  // namespace zerotouch::wire
