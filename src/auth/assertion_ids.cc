// SPDX-License-Identifier: Apache-2.0
#include "auth/assertion_ids.h"

#include "crypto/encoding.h"

namespace zerotouch::auth {

bool AssertionIds::Use(std::string_view account, std::string_view id, absl::Time expires,
                       absl::Time now) {
  std::string name(account);
  name.append(1, '\0').append(id);
  const std::string digest = crypto::Sha256(name);
  const MutexLock lock(mutex_);
  while (!by_expiry_.empty() && by_expiry_.begin()->first < now) Forget(*by_expiry_.begin());
  if (known_.find(digest) != known_.end()) return false;
  const auto own = of_account_.find(account);
  if (own != of_account_.end() && own->second.size() >= most_of_account_) {
    Forget(*own->second.begin());
  } else if (known_.size() >= most_) {
    Forget(*by_expiry_.begin());
  }
  const Entry entry = {expires, digest};
  known_.emplace(digest, Known{.expires = expires, .account = std::string(account)});
  by_expiry_.insert(entry);
  of_account_[std::string(account)].insert(entry);
  return true;
}

size_t AssertionIds::size() const {
  const MutexLock lock(mutex_);
  return known_.size();
}

void AssertionIds::Forget(const Entry& entry) {
  const Entry gone = entry;  // `entry` may be in a set
  const auto known = known_.find(gone.second);
  const auto own = of_account_.find(known->second.account);
  own->second.erase(gone);
  if (own->second.empty()) of_account_.erase(own);
  known_.erase(known);
  by_expiry_.erase(gone);
}

}  // namespace zerotouch::auth
