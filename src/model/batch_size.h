// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_BATCH_SIZE_H_
#define ZEROTOUCH_MODEL_BATCH_SIZE_H_

#include <cstddef>
#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

// The size of a batch. The transports count its items before they parse them, and
// the service after that; the rule is the same.
namespace zerotouch {

// Returns the field of a request type that holds the items of a batch (`claims`,
// `unclaims`, `updates`), or null: only batches have a list of messages.
const google::protobuf::FieldDescriptor* BatchFieldOf(const google::protobuf::Descriptor& request);

// Returns errors::InvalidParameter if the batch in `field` is empty or has more than
// limits::kBatchItems items. A caller that stops counting at the first item past the
// limit gets the same error.
absl::Status CheckBatchSize(std::string_view field, size_t items);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_BATCH_SIZE_H_
