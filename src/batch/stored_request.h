// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_STORED_REQUEST_H_
#define ZEROTOUCH_BATCH_STORED_REQUEST_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "model/api.h"

// How the request of an operation is kept: in its own order, in chunks of
// limits::kStoredChunkItems items, each a serialized request message that holds
// these items alone.
namespace zerotouch::batch {

std::vector<std::string> SplitRequest(const api::ClaimDevicesRequest& request);
std::vector<std::string> SplitRequest(const api::UnclaimDevicesRequest& request);
std::vector<std::string> SplitRequest(const api::UpdateDeviceMetadataInBatchRequest& request);

// How many chunks a request of so many items has.
int32_t ChunksOf(int32_t items);

// Reads a chunk of operation `id` into `request`. DATA_LOSS if it is damaged.
absl::Status ParseChunk(const std::string& chunk, OperationId id,
                        google::protobuf::Message& request);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_STORED_REQUEST_H_
