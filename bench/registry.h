#ifndef ZEROTOUCH_BENCH_REGISTRY_H_
#define ZEROTOUCH_BENCH_REGISTRY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace zerotouch::bench {

inline constexpr PartnerId kReseller{700'000'001};
// Another one, which only reads.
inline constexpr PartnerId kOtherReseller{700'000'002};

// A registry on disk with claimed devices, made as the server itself makes them,
// and keys to call it with. Kept from run to run, for it takes a while.
struct Registry {
  std::string file;          // SQLite
  std::string reseller_key;  // key files
  std::string other_key;
  int64_t devices = 0;  // of kReseller, by IMEI, over `customers` customers
};

// Finds or makes the registry in `folder`.
Registry MakeRegistry(const std::string& folder, int64_t devices, int customers);

// The IMEI of device number `i` of the registry: in no order, like real ones.
std::string ImeiOf(int64_t i);

// A copy of the registry for one run, on the disk and in the page cache.
std::string FreshCopy(const Registry& registry, const std::string& name);

// `count` distinct device numbers below `devices`, in random order.
std::vector<int64_t> PickDevices(int64_t devices, int64_t count, uint64_t seed);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_REGISTRY_H_
