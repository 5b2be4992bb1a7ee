// SPDX-License-Identifier: Apache-2.0
#include "auth/issuers.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "errors/errors.h"

namespace zerotouch::auth {
namespace {

// How often the thread looks whether a key set is due.
constexpr std::chrono::seconds kLookEvery(1);

bool HasKey(const std::vector<crypto::SetKey>& keys, std::string_view key_id) {
  // A token or a key without an id may be of any.
  return key_id.empty() || std::any_of(keys.begin(), keys.end(), [&](const crypto::SetKey& key) {
           return key.key_id.empty() || key.key_id == key_id;
         });
}

bool IsSignedByOne(const std::vector<crypto::SetKey>& keys, const crypto::ParsedJwt& token) {
  return std::any_of(keys.begin(), keys.end(), [&](const crypto::SetKey& key) {
    const bool may_be = token.key_id.empty() || key.key_id.empty() || key.key_id == token.key_id;
    return may_be && crypto::VerifySignature(token, key.key);
  });
}

absl::Status Refuse(std::string_view reason) {
  return absl::InvalidArgumentError(fmt::format("the token of an issuer: {}", reason));
}

absl::Status CheckIssued(const crypto::JwtClaims& claims, const Issuer& issuer, absl::Time now) {
  if (std::find(claims.audiences.begin(), claims.audiences.end(), issuer.audience) ==
      claims.audiences.end()) {
    return Refuse("aud does not contain the audience of the settings");
  }
  if (claims.expires_at + limits::kJwtSkew < now) return Refuse("it has expired");
  if (std::max(claims.issued_at, claims.not_before) > now + limits::kJwtSkew) {
    return Refuse("iat or nbf is in the future");
  }
  return absl::OkStatus();
}

std::string_view AccountFor(const crypto::JwtClaims& claims, const Issuer& issuer) {
  if (const auto found = issuer.by_subject.find(claims.subject); found != issuer.by_subject.end()) {
    return found->second;
  }
  const auto found = issuer.by_email.find(claims.email);
  return found == issuer.by_email.end() ? std::string_view() : found->second;
}

}  // namespace

Issuers::Issuers(std::vector<Issuer> issuers, KeySetFetcher fetch, const Clock& clock)
    : fetch_(std::move(fetch)), clock_(clock.Real()) {
  for (Issuer& issuer : issuers) {
    const std::string url = issuer.url;
    states_[url].issuer = std::move(issuer);
  }
  if (!states_.empty()) thread_ = std::thread([this] { Loop(); });
}

Issuers::~Issuers() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::optional<crypto::ParsedJwt> Issuers::Claimed(std::string_view token) const {
  if (states_.empty()) return std::nullopt;
  absl::StatusOr<crypto::ParsedJwt> parsed = crypto::ParseJwt(token, crypto::JwtKind::kIssued);
  if (!parsed.ok() || states_.find(parsed->claims.issuer) == states_.end()) return std::nullopt;
  return *std::move(parsed);
}

absl::StatusOr<Issuers::Verified> Issuers::Verify(const crypto::ParsedJwt& token) {
  const absl::Time now = clock_.Now();
  const int64_t generation = generation_;  // before the keys: newer ones are looked at again
  ZT_ASSIGN_OR_RETURN(const std::shared_ptr<const KeySet> keys, KeysFor(token, now));
  if (!IsSignedByOne(keys->keys, token)) return Refuse("no key of the issuer signed it");
  const Issuer& issuer = states_.find(token.claims.issuer)->second.issuer;
  ZT_RETURN_IF_ERROR(CheckIssued(token.claims, issuer, now));
  const std::string_view account = AccountFor(token.claims, issuer);
  if (account.empty()) return Refuse("the settings have no account for its sub or email");
  return Verified{
      .account = std::string(account),
      .scope = token.claims.scope,
      .begin = std::max(token.claims.issued_at, token.claims.not_before) - limits::kJwtSkew,
      .end =
          std::min(token.claims.expires_at + limits::kJwtSkew, keys->fetched + limits::kKeySetAge),
      .generation = generation};
}

absl::StatusOr<std::shared_ptr<const Issuers::KeySet>> Issuers::KeysFor(
    const crypto::ParsedJwt& token, absl::Time now) {
  const MutexLock lock(mutex_);
  State& state = states_.find(token.claims.issuer)->second;
  const bool is_usable = state.keys != nullptr && now <= state.keys->fetched + limits::kKeySetAge;
  const bool has_key = is_usable && HasKey(state.keys->keys, token.key_id);
  if (has_key) return state.keys;
  if (!state.fetching && now >= state.tried + limits::kKeySetPause) {
    state.due = now;
    changed_.notify_all();
  } else if (is_usable && !state.fetching) {
    return Refuse("its issuer has no key with the id in kid");
  }
  return errors::Unavailable("the keys of the token's issuer are being fetched");
}

void Issuers::Loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    State* const state = NextDue(clock_.Now());
    if (state == nullptr) {
      lock.WaitFor(changed_, kLookEvery);
      continue;
    }
    state->fetching = true;
    lock.Unlock();
    const absl::StatusOr<std::string> fetched = fetch_(state->issuer);
    lock.Lock();
    Keep(*state, fetched, clock_.Now());
  }
}

Issuers::State* Issuers::NextDue(absl::Time now) {
  for (auto& [url, state] : states_) {
    if (state.due <= now) return &state;
  }
  return nullptr;
}

void Issuers::Keep(State& state, const absl::StatusOr<std::string>& fetched, absl::Time now) {
  state.fetching = false;
  state.tried = now;
  absl::Status status = fetched.status();
  auto set = std::make_shared<KeySet>();
  if (status.ok()) {
    absl::StatusOr<std::vector<crypto::SetKey>> keys =
        crypto::ParseKeySet(*fetched, limits::kKeySetKeys);
    status = keys.status();
    if (status.ok()) set->keys = *std::move(keys);
  }
  if (!status.ok()) {
    state.due = now + limits::kKeySetPause;
    log::Warning("cannot fetch the keys of an issuer; using the last ones for a day at most",
                 {{"issuer", state.issuer.url}, {"error", MessageOf(status)}});
    return;
  }
  set->text = *fetched;
  set->fetched = now;
  state.due = now + limits::kKeySetRefresh;
  if (state.keys != nullptr && state.keys->text == set->text) {
    state.keys = std::move(set);
    return;
  }
  log::Info("keys of an issuer fetched",
            {{"issuer", state.issuer.url}, {"keys", std::to_string(set->keys.size())}});
  state.keys = std::move(set);
  ++generation_;
}

}  // namespace zerotouch::auth
