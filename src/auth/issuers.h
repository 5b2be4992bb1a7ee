// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_AUTH_ISSUERS_H_
#define ZEROTOUCH_AUTH_ISSUERS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "crypto/jwt.h"
#include "crypto/key_set.h"

namespace zerotouch::auth {

// An OpenID provider whose tokens are accepted, and the accounts that they stand for.
struct Issuer {
  std::string url;       // iss, to the letter
  std::string jwks_uri;  // of its key set; https, or http on loopback
  std::string audience;  // that aud must contain
  std::string ca_file;   // PEM file of authorities; empty: those of the system
  // E-mail addresses of accounts of the registry, by sub and by verified e-mail address.
  std::map<std::string, std::string, std::less<>> by_subject;
  std::map<std::string, std::string, std::less<>> by_email;
};

// Returns the issuers of a file: {"issuers":[{"issuer","jwksUri","audience","caFile",
// "identities":[{"subject" or "email","account"}]}]}. INVALID_ARGUMENT, one line, names
// the member and what to do.
absl::StatusOr<std::vector<Issuer>> ParseIssuers(std::string_view json);

// Returns the body of the key set of an issuer, at most limits::kKeySetBytes, or why not.
// May take limits::kKeySetTimeout.
using KeySetFetcher = std::function<absl::StatusOr<std::string>(const Issuer&)>;

// Verifies tokens of OpenID providers by their key sets, which a thread of its own fetches
// at the start, every limits::kKeySetRefresh, and for an unknown key. No call waits for it.
// While a provider is down, its last keys are used for limits::kKeySetAge. Thread-safe.
class Issuers {
 public:
  // The content of a token that was verified.
  struct Verified {
    std::string account;  // e-mail address; it need not exist
    std::string scope;
    absl::Time begin, end;   // when the token and the key set are good
    int64_t generation = 0;  // of the key sets: generation()
  };

  // `clock` must outlive it; key sets age by its real time.
  Issuers(std::vector<Issuer> issuers, KeySetFetcher fetch, const Clock& clock);
  ~Issuers();
  Issuers(const Issuers&) = delete;
  Issuers& operator=(const Issuers&) = delete;

  // Returns the token as parsed if one of these issuers is its iss, else nullopt.
  std::optional<crypto::ParsedJwt> Claimed(std::string_view token) const;

  // Verifies a token of Claimed. INVALID_ARGUMENT with a sentence for the log;
  // UNAVAILABLE if the keys of the issuer are not there yet, or any more.
  absl::StatusOr<Verified> Verify(const crypto::ParsedJwt& token);

  // Returns a number that changes when a key set has other keys than before.
  int64_t generation() const { return generation_; }

 private:
  struct KeySet {
    std::vector<crypto::SetKey> keys;
    std::string text;  // as fetched
    absl::Time fetched;
  };
  struct State {
    Issuer issuer;
    std::shared_ptr<const KeySet> keys;       // null at first
    absl::Time tried = absl::InfinitePast();  // the last attempt to fetch
    absl::Time due = absl::InfinitePast();    // the next one
    bool fetching = false;
  };

  void Loop();
  // Returns an issuer whose key set is due, or null.
  State* NextDue(absl::Time now) ZT_REQUIRES(mutex_);
  void Keep(State& state, const absl::StatusOr<std::string>& fetched, absl::Time now)
      ZT_REQUIRES(mutex_);
  // Returns the keys of the token's issuer. UNAVAILABLE if it has none yet, or
  // if that of the token is unknown and they are being fetched.
  absl::StatusOr<std::shared_ptr<const KeySet>> KeysFor(const crypto::ParsedJwt& token,
                                                        absl::Time now);

  const KeySetFetcher fetch_;
  const Clock& clock_;
  std::atomic<int64_t> generation_ = 0;
  Mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ ZT_GUARDED_BY(mutex_) = false;
  // By url. Entries and their issuers stay; all else in them is guarded by the mutex.
  std::map<std::string, State, std::less<>> states_;
  std::thread thread_;
};

}  // namespace zerotouch::auth

#endif  // ZEROTOUCH_AUTH_ISSUERS_H_
