// SPDX-License-Identifier: Apache-2.0
#include "model/batch_size.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "errors/errors.h"
#include "google/protobuf/descriptor.h"

namespace zerotouch {

const google::protobuf::FieldDescriptor* BatchFieldOf(const google::protobuf::Descriptor& request) {
  for (int i = 0; i < request.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = request.field(i);
    if (field->is_repeated() && !field->is_map() && field->message_type() != nullptr) return field;
  }
  return nullptr;
}

absl::Status CheckBatchSize(std::string_view field, size_t items) {
  if (items == 0) return errors::InvalidParameter(field, "use at least one device");
  if (items > limits::kBatchItems) {
    return errors::InvalidParameter(
        field,
        fmt::format("use at most {} devices in one call; send several calls", limits::kBatchItems));
  }
  return absl::OkStatus();
}

}  // namespace zerotouch
