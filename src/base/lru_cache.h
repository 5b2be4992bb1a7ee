// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_LRU_CACHE_H_
#define ZEROTOUCH_BASE_LRU_CACHE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "base/mutex.h"
#include "base/random.h"

namespace zerotouch {

// A map from strings to shared values that drops the value that was not used for
// longest. Values of different keys are seldom under the same mutex. Nobody outside the process
// can guess how keys are hashed. Thread-safe.
template <class Value>
class LruCache {
 public:
  // Holds `limit` values, or a few fewer.
  explicit LruCache(size_t limit)
      : limit_(limit / kShards), secret_(static_cast<uint64_t>(RandomId())) {}

  // Returns the value of `key`, or null.
  std::shared_ptr<const Value> Find(std::string_view key) {
    const Hashed hashed = Hash(key);
    Shard& shard = ShardOf(hashed);
    const MutexLock lock(shard.mutex);
    const auto found = shard.by_key.find(hashed);
    if (found == shard.by_key.end()) return nullptr;
    shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
    return found->second->value;
  }

  // Sets the value of `key`.
  void Put(std::string_view key, std::shared_ptr<const Value> value) {
    const Hashed hashed = Hash(key);
    Shard& shard = ShardOf(hashed);
    const MutexLock lock(shard.mutex);
    if (const auto found = shard.by_key.find(hashed); found != shard.by_key.end()) {
      found->second->value = std::move(value);
      shard.entries.splice(shard.entries.begin(), shard.entries, found->second);
      return;
    }
    shard.entries.push_front({.key = std::string(key), .value = std::move(value)});
    shard.by_key.emplace(Hashed{shard.entries.front().key, hashed.hash}, shard.entries.begin());
    if (shard.entries.size() <= limit_) return;
    shard.by_key.erase(Hash(shard.entries.back().key));
    shard.entries.pop_back();
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Value> value;
  };
  using Entries = std::list<Entry>;
  // A key whose hash is computed once.
  struct Hashed {
    std::string_view key;
    size_t hash;

    bool operator==(const Hashed& other) const { return key == other.key; }
    template <class State>
    friend State AbslHashValue(State state, const Hashed& hashed) {
      return State::combine(std::move(state), hashed.hash);
    }
  };
  struct Shard {
    Mutex mutex;
    Entries entries ZT_GUARDED_BY(mutex);  // the last one used first
    absl::flat_hash_map<Hashed, typename Entries::iterator> by_key ZT_GUARDED_BY(mutex);
  };
  static constexpr size_t kShards = 16;

  Hashed Hash(std::string_view key) const {
    return {key, absl::Hash<std::pair<uint64_t, std::string_view>>()({secret_, key})};
  }
  Shard& ShardOf(const Hashed& hashed) { return shards_[hashed.hash % kShards]; }

  const size_t limit_;  // of each shard
  const uint64_t secret_;
  std::array<Shard, kShards> shards_;
};

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_LRU_CACHE_H_
