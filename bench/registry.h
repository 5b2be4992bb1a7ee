// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_REGISTRY_H_
#define ZEROTOUCH_BENCH_REGISTRY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "model/identity.h"

namespace zerotouch::bench {

inline constexpr PartnerId kReseller{700'000'001};
// Claims in a transaction of the bare loop, and bytes of a result record, as in the
// batch engine.
inline constexpr size_t kLoopChunk = 5'000;
inline constexpr size_t kResultBytes = 13;

// The contents of a registry: claimed devices, made by the code of the server.
struct Contents {
  int64_t devices = 0;   // one for each reseller in turn, by IMEI
  int customers = 1;     // of each reseller; they own its devices in turn
  int resellers = 1;     // kReseller and the following numbers
  bool serials = false;  // they have serial numbers too
};

// Names the devices of a batch.
struct LeanTargets {
  std::vector<ModemKey> modems;
  std::vector<int64_t> devices;
  std::vector<std::string> serials;  // only on SQLite
};

// A registry that is measured, on one kind of store.
class Registry {
 public:
  virtual ~Registry() = default;
  // Makes a copy for one run, on disk and in the page cache. Returns its URL.
  virtual std::string FreshCopy(const std::string& name) = 0;
  // Makes the same of a lean registry, which has the same devices in the fewest columns: the
  // lookup keys, claims of five columns with an index by owner, and results.
  virtual std::string FreshLeanCopy(const std::string& name) = 0;
  // Measures the lower bound for an unclaim batch: returns the milliseconds that a
  // bare loop of prepared statements takes to durably unclaim `targets` of
  // `reseller` in the lean copy at `url`. It looks them up in index order, then reads,
  // checks and writes the claims in the order of device ids, 5,000 a transaction,
  // each with a result record, as the batch engine does.
  virtual double UnclaimByBareLoop(const std::string& url, PartnerId reseller,
                                   const LeanTargets& targets) = 0;
  // The same for a batch of claims of new devices with these IMEIs. Only on SQLite.
  virtual double ClaimByBareLoop(const std::string& url, PartnerId reseller,
                                 const std::vector<ModemKey>& modems) = 0;
  // Returns the id of each device with these IMEIs. Only on SQLite.
  virtual std::vector<int64_t> DeviceIdsOf(const std::vector<ModemKey>& modems) = 0;
  // Returns a name for UnclaimByBareLoop in the output.
  virtual std::string loop() const = 0;

  const Contents& contents() const { return contents_; }
  // Returns the path of the key file of the reseller's account.
  std::string KeyOf(PartnerId reseller) const;

 protected:
  Registry(std::string stem, const Contents& contents)
      : contents_(contents), stem_(std::move(stem)) {}
  // Writes the contents into an empty store, and the key files beside it.
  void Fill(const std::string& url) const;
  const std::string& stem() const { return stem_; }

 private:
  const Contents contents_;
  const std::string stem_;  // the prefix of its file names
};

// Returns a registry in a SQLite file in `folder`, which is created if missing.
std::unique_ptr<Registry> SqliteRegistry(const std::string& folder, const Contents& contents);
// Returns a new registry in a temporary PostgreSQL server that syncs commits.
// `folder` is for its keys.
std::unique_ptr<Registry> PostgresRegistry(const std::string& folder, const Contents& contents);

// Returns the IMEI of device number `i`. IMEIs are in no order, like real ones.
std::string ImeiOf(int64_t i);

// Returns the serial number of device number `i`.
std::string SerialOf(int64_t i);

// Returns the id of a customer of reseller number `reseller`.
CustomerId CustomerOf(int64_t reseller, int64_t customer);

// Picks `count` distinct numbers of devices of reseller number `reseller`, in random
// order.
std::vector<int64_t> PickDevices(const Contents& contents, int reseller, int64_t count,
                                 uint64_t seed);
std::vector<ModemKey> ModemsOf(const std::vector<int64_t>& picks);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_REGISTRY_H_
