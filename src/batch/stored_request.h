// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_STORED_REQUEST_H_
#define ZEROTOUCH_BATCH_STORED_REQUEST_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/ids.h"
#include "model/api.h"

// The stored form of an operation's request: its items in order, in chunks of
// limits::kStoredChunkItems items. Each chunk is a serialized request message that
// holds only these items.
namespace zerotouch::batch {

// Split a request into its chunks, without unknown fields: no length limit covers
// them.
std::vector<std::string> SplitRequest(const api::ClaimDevicesRequest& request);
std::vector<std::string> SplitRequest(const api::UnclaimDevicesRequest& request);
std::vector<std::string> SplitRequest(const api::UpdateDeviceMetadataInBatchRequest& request);
// The same for the items of a request.
std::vector<std::string> SplitItems(
    const google::protobuf::RepeatedPtrField<api::PartnerClaim>& claims);
std::vector<std::string> SplitItems(
    const google::protobuf::RepeatedPtrField<api::PartnerUnclaim>& unclaims);

// Returns the number of chunks of a request with `items` items.
int32_t ChunksOf(int32_t items);

// Parses a chunk of operation `id` into `request`. Returns DATA_LOSS if it is damaged.
absl::Status ParseChunk(std::string_view chunk, OperationId id, google::protobuf::Message& request);

// Appends the serialized items of a chunk of operation `id`, which are parts of it. Returns
// DATA_LOSS if it is damaged.
absl::Status SplitChunk(std::string_view chunk, OperationId id,
                        std::vector<std::string_view>& items);

// Parses such an item into `item`. Returns DATA_LOSS if it is damaged.
absl::Status ParseItem(std::string_view bytes, OperationId id, google::protobuf::Message& item);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_STORED_REQUEST_H_
