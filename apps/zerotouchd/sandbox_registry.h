// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SANDBOX_REGISTRY_H_
#define ZEROTOUCH_ZEROTOUCHD_SANDBOX_REGISTRY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "store/store.h"
#include "zerotouchd/endpoint.h"
#include "zerotouchd/files.h"
#include "zerotouchd/seed_file.h"
#include "zerotouchd/settings.h"

namespace zerotouch::daemon {

// The folder of a sandbox, and what is in its registry from the seed. Thread-safe once
// the store is taken.
class SandboxRegistry {
 public:
  // Checks the seed, opens the folder and the registry, and makes from the seed what is
  // missing. INVALID_ARGUMENT, before anything is made, if the seed of a new sandbox has
  // faults.
  static absl::StatusOr<std::unique_ptr<SandboxRegistry>> Open(const Settings& settings,
                                                               const RegistryRules& rules);

  // Returns the store, for a server that this must outlive.
  std::unique_ptr<store::Store> TakeStore() { return std::move(opened_); }
  store::Store& store() { return *store_; }
  const std::string& url() const { return url_; }
  const std::string& dir() const { return folder_->path(); }

  // Returns the fault rules of a seed that made the registry. Before Publish.
  std::vector<sandbox::proto::Fault> SeedFaults() const {
    if (!prepared_.has_value()) return {};
    return {prepared_->seed.faults().begin(), prepared_->seed.faults().end()};
  }

  // Writes the key files and sandbox.json for clients of `endpoint`, and keeps the state to
  // which the sandbox is reset. Returns the content of sandbox.json.
  absl::StatusOr<std::string> Publish(const Endpoint& endpoint);

  // Returns where clients get tokens; empty before Publish.
  std::string TokenUri() const;

  // Returns the customers that the account acts for; none if that cannot be read.
  std::vector<CustomerId> CustomersOf(const std::string& email);

  // Makes the keys of the key files good again, after the registry was reset.
  absl::Status RestoreKeys();

 private:
  SandboxRegistry(std::unique_ptr<OwnedFolder> folder, std::string url,
                  std::unique_ptr<store::Store> store)
      : folder_(std::move(folder)),
        url_(std::move(url)),
        opened_(std::move(store)),
        store_(opened_.get()) {}

  const std::unique_ptr<OwnedFolder> folder_;
  const std::string url_;
  std::unique_ptr<store::Store> opened_;  // null once it is taken
  store::Store* const store_;
  std::optional<PreparedSeed> prepared_;  // if it was needed
  sandbox::proto::Seed kept_;             // KeptSeed
  mutable Mutex mutex_;
  Endpoint endpoint_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SANDBOX_REGISTRY_H_
