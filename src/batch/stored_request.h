// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BATCH_STORED_REQUEST_H_
#define ZEROTOUCH_BATCH_STORED_REQUEST_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "model/api.h"

// The stored form of an operation's request: its items in order, in chunks of
// limits::kStoredChunkItems items. Each chunk is a serialized request message that
// holds only these items.
namespace zerotouch::batch {

// Collects the items of a request in their stored form, which takes a tenth of the memory
// of messages. Not thread-safe.
class PackedItems {
 public:
  PackedItems() = default;
  // Packs `items` in their order.
  template <class Item>
  // NOLINTNEXTLINE(google-explicit-constructor): the same items in another form.
  PackedItems(const google::protobuf::RepeatedPtrField<Item>& items) {
    for (const Item& item : items) Add(item);
  }

  // Appends a serialized copy of `item` without its unknown fields: no length limit covers
  // them.
  void Add(const google::protobuf::Message& item);
  // Appends an item that is serialized as protobuf does it, without unknown fields.
  void AddSerialized(std::string_view item);

  int32_t size() const { return size_; }
  // Returns the bytes of the stored form.
  size_t bytes() const { return bytes_; }
  // Returns the chunks.
  const std::vector<std::string>& chunks() const { return chunks_; }

 private:
  std::vector<std::string> chunks_;
  int32_t size_ = 0;
  size_t bytes_ = 0;
};

// Returns the number of chunks of a request with `items` items.
int32_t ChunksOf(int32_t items);

// Parses a chunk of operation `id` into `request`. Returns DATA_LOSS if it is damaged.
absl::Status ParseChunk(std::string_view chunk, OperationId id, google::protobuf::Message& request);

// Removes the first item from `chunk`, a chunk of operation `id` or what is left of one, and
// returns it: serialized, a part of the chunk. Returns DATA_LOSS if the chunk is damaged or empty.
absl::StatusOr<std::string_view> TakeItem(std::string_view& chunk, OperationId id);

// Appends the serialized items of a chunk of operation `id`, which are parts of it. Returns
// DATA_LOSS if it is damaged.
absl::Status SplitChunk(std::string_view chunk, OperationId id,
                        std::vector<std::string_view>& items);

// Returns the serialized message in field `number` (up to 15) of such an item; nothing if there is
// none, or if the item must be parsed to find it.
std::string_view MessageIn(std::string_view item, int number);

// Parses such an item into `item`. Returns DATA_LOSS if it is damaged.
absl::Status ParseItem(std::string_view bytes, OperationId id, google::protobuf::Message& item);

}  // namespace zerotouch::batch

#endif  // ZEROTOUCH_BATCH_STORED_REQUEST_H_
