// SPDX-License-Identifier: Apache-2.0
#include "zerotouchd/sandbox_registry.h"

#include <fmt/format.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "base/status_macros.h"
#include "zerotouchd/sandbox.h"

namespace zerotouch::daemon {

absl::StatusOr<std::unique_ptr<SandboxRegistry>> SandboxRegistry::Open(const Settings& settings,
                                                                       const RegistryRules& rules) {
  const std::string given = settings.data_dir.empty() ? "zerotouch-sandbox" : settings.data_dir;
  std::optional<PreparedSeed> prepared;
  std::error_code error;
  if (!settings.seed.empty() && !std::filesystem::exists(given + "/registry.db", error)) {
    ZT_ASSIGN_OR_RETURN(prepared, PrepareSeed(settings.seed, rules));
  }
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<OwnedFolder> folder, OwnedFolder::Open(given));
  std::string url = settings.database.empty()
                        ? fmt::format("sqlite://{}/registry.db", folder->path())
                        : settings.database;
  ZT_ASSIGN_OR_RETURN(std::unique_ptr<store::Store> store, store::Open(url, Clock::System()));
  ZT_ASSIGN_OR_RETURN(const bool needs_seed, NeedsSeed(*store));
  if (needs_seed && !prepared.has_value()) {
    ZT_ASSIGN_OR_RETURN(prepared, PrepareSeed(settings.seed, rules));
  }
  if (needs_seed) ZT_RETURN_IF_ERROR(SeedSandbox(*store, Clock::System(), *prepared, rules));
  std::unique_ptr<SandboxRegistry> registry(
      new SandboxRegistry(std::move(folder), std::move(url), std::move(store)));
  if (needs_seed) registry->prepared_ = std::move(prepared);
  return registry;
}

absl::StatusOr<std::string> SandboxRegistry::Publish(const Endpoint& endpoint) {
  const std::string& dir = folder_->path();
  ZT_ASSIGN_OR_RETURN(kept_, KeptSeed(*store_, prepared_.has_value() ? &*prepared_ : nullptr));
  const UnknownKey unknown = prepared_.has_value() ? UnknownKey::kAdd : UnknownKey::kKeep;
  ZT_RETURN_IF_ERROR(WriteKeyFiles(*store_, Clock::System(), dir, endpoint, kept_, unknown));
  if (prepared_.has_value()) ZT_RETURN_IF_ERROR(KeepSeed(*store_, Clock::System(), *prepared_));
  prepared_.reset();
  ZT_ASSIGN_OR_RETURN(std::string line, DescribeSandbox(*store_, dir, endpoint, kept_));
  ZT_RETURN_IF_ERROR(ReplaceFile(dir + "/sandbox.json", line));
  const MutexLock lock(mutex_);
  endpoint_ = endpoint;
  return line;
}

std::string SandboxRegistry::TokenUri() const {
  const MutexLock lock(mutex_);
  return endpoint_.http.empty() ? "" : endpoint_.TokenUri();
}

std::vector<CustomerId> SandboxRegistry::CustomersOf(const std::string& email) {
  const absl::StatusOr<std::unique_ptr<store::Snapshot>> snapshot = store_->Read();
  if (!snapshot.ok()) return {};
  const auto account = (*snapshot)->FindAccount(email);
  return account.ok() && account->has_value() ? (*account)->customers : std::vector<CustomerId>();
}

absl::Status SandboxRegistry::RestoreKeys() {
  Endpoint endpoint;
  {
    const MutexLock lock(mutex_);
    endpoint = endpoint_;
  }
  return WriteKeyFiles(*store_, Clock::System(), folder_->path(), endpoint, kept_,
                       UnknownKey::kAdd);
}

}  // namespace zerotouch::daemon
