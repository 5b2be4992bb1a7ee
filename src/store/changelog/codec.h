// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_CODEC_H_
#define ZEROTOUCH_STORE_CHANGELOG_CODEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "store/changelog/entry.h"

// The bytes of a part of the log, the same on every store.
//
//   version, 1 byte | first and next sequence, 8 bytes each | time in microseconds, 8 |
//   actor | number of entries | the entries
//
// Numbers are varints unless they have a length; texts are a length and the bytes. An entry of
// a device takes what it can from the entry before, so an unclaim of a batch has about 15 bytes.
namespace zerotouch::store::changelog {

// Encodes entries one by one. For one thread.
class PartEncoder {
 public:
  explicit PartEncoder(int64_t first) : first_(first) {}

  int64_t first() const { return first_; }
  size_t size() const { return size_; }

  // Adds an entry and returns its sequence. At most limits::kLogPartEntries.
  int64_t Add(const DeviceEntry& entry);
  int64_t Add(const ResourceEntry& entry);

  // Returns the bytes of the part.
  std::string Finish(int64_t next, absl::Time time, const Actor& actor) const;

 private:
  friend class PartDecoder;
  // The values that the next entry of a device refers to.
  struct Last {
    int64_t device = 0;
    int64_t item = 0;
    int64_t reseller = 0;
    int64_t owner = 0;
    int64_t configuration = 0;
  };

  void AddClaim(const Claim& claim);
  void AddStatement(const FormerStatement& statement);

  const int64_t first_;
  size_t size_ = 0;
  Last last_;
  std::string bytes_;
};

// Decodes a part. DATA_LOSS if the bytes are damaged; never reads outside of them.
absl::StatusOr<Part> DecodePart(std::string_view bytes);

// The beginning of a part, and how many entries it has.
struct PartHead {
  int64_t first = 0;
  int64_t next = 0;
  absl::Time time;
  size_t entries = 0;
};
// Decodes only the beginning of a part.
absl::StatusOr<PartHead> DecodePartHead(std::string_view bytes);

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_CODEC_H_
