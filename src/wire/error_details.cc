// SPDX-License-Identifier: Apache-2.0
#include "wire/error_details.h"

#include <string>

#include "absl/strings/cord.h"
#include "errors/errors.h"

namespace zerotouch::wire {
namespace {

constexpr const char* kTypes[] = {errors::kCustomErrorType, errors::kTosErrorType,
                                  errors::kErrorInfoType, errors::kBadRequestType,
                                  errors::kRetryInfoType};

}  // namespace

std::vector<google::protobuf::Any> DetailsOf(const absl::Status& status) {
  std::vector<google::protobuf::Any> details;
  for (const char* type : kTypes) {
    const auto payload = status.GetPayload(type);
    if (!payload) continue;
    google::protobuf::Any& detail = details.emplace_back();
    detail.set_type_url(type);
    detail.set_value(std::string(*payload));
  }
  return details;
}

}  // namespace zerotouch::wire
