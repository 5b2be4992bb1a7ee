// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BENCH_REGISTRY_H_
#define ZEROTOUCH_BENCH_REGISTRY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "model/identity.h"

namespace zerotouch::bench {

inline constexpr PartnerId kReseller{700'000'001};

// What is in a registry: claimed devices, made as the server itself makes them.
struct Contents {
  int64_t devices = 0;  // of the resellers in turn, by IMEI
  int customers = 1;    // of each reseller, who own its devices in turn
  int resellers = 1;    // kReseller and those whose numbers follow
};

// A registry that is measured, on one kind of store.
class Registry {
 public:
  virtual ~Registry() = default;
  // The URL of a copy for one run, on the disk and in the page cache.
  virtual std::string FreshCopy(const std::string& name) = 0;
  // The limit that an unclaim batch is measured against: milliseconds that a
  // bare loop of prepared statements takes to give up the claims of
  // `reseller` on `modems` in the copy at `url`, durably. It looks them up in
  // index order, then reads, checks and writes the claims in the order of
  // device ids, 5,000 a transaction, each with a result record: what the batch
  // engine does, without everything that the engine does it for.
  virtual double UnclaimByBareLoop(const std::string& url, PartnerId reseller,
                                   const std::vector<ModemKey>& modems) = 0;
  // What UnclaimByBareLoop is, for people.
  virtual std::string loop() const = 0;

  const Contents& contents() const { return contents_; }
  // The key file of kReseller's account, and of others in turn.
  std::string KeyOf(PartnerId reseller) const;

 protected:
  Registry(std::string stem, const Contents& contents)
      : contents_(contents), stem_(std::move(stem)) {}
  // Puts the contents into an empty store, and the key files beside it.
  void Fill(const std::string& url) const;
  const std::string& stem() const { return stem_; }

 private:
  const Contents contents_;
  const std::string stem_;  // how the names of its files begin
};

// A registry in a SQLite file in `folder`, made if it is not there yet.
std::unique_ptr<Registry> SqliteRegistry(const std::string& folder, const Contents& contents);
// A registry in a PostgreSQL server of its own, which waits for the disk, made
// anew; `folder` is for its keys.
std::unique_ptr<Registry> PostgresRegistry(const std::string& folder, const Contents& contents);

// The IMEI of device number `i` of the registry: in no order, like real ones.
std::string ImeiOf(int64_t i);

// `count` distinct numbers of devices of reseller number `reseller`, in random order.
std::vector<int64_t> PickDevices(const Contents& contents, int reseller, int64_t count,
                                 uint64_t seed);
std::vector<ModemKey> ModemsOf(const std::vector<int64_t>& picks);

}  // namespace zerotouch::bench

#endif  // ZEROTOUCH_BENCH_REGISTRY_H_
