// SPDX-License-Identifier: Apache-2.0
#include "auth/account_cache.h"

#include <optional>
#include <utility>

#include "auth/access_token.h"
#include "base/status_macros.h"

namespace zerotouch::auth {

absl::StatusOr<int64_t> AccountCache::Version() { return store_.AccountsVersion(); }

absl::StatusOr<std::shared_ptr<const store::ServiceAccount>> AccountCache::Find(
    std::string_view email, int64_t version) {
  if (const auto found = entries_.Find(email); found != nullptr && found->version == version) {
    return found->account;
  }
  // Reads the version of the account in the same snapshot.
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  Entry read;
  ZT_ASSIGN_OR_RETURN(read.version, snapshot->AccountsVersion());
  ZT_ASSIGN_OR_RETURN(std::optional<store::ServiceAccount> account, snapshot->FindAccount(email));
  // A stranger can name any account, so absent ones are not kept.
  if (!account.has_value()) return nullptr;
  read.account = std::make_shared<const store::ServiceAccount>(*std::move(account));
  entries_.Put(email, std::make_shared<const Entry>(read));
  return read.account;
}

absl::StatusOr<std::shared_ptr<const std::string>> AccountCache::TokenKey(int64_t version) {
  {
    const MutexLock lock(mutex_);
    if (key_ != nullptr && key_version_ == version) return key_;
  }
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<store::Snapshot> snapshot, store_.Read());
  ZT_ASSIGN_OR_RETURN(const int64_t read_version, snapshot->AccountsVersion());
  ZT_ASSIGN_OR_RETURN(const std::string secret, snapshot->ServerSecret());
  auto key = std::make_shared<const std::string>(TokenKeyOf(secret));
  const MutexLock lock(mutex_);
  key_version_ = read_version;
  key_ = key;
  return key;
}

}  // namespace zerotouch::auth
