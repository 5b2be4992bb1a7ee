// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_USERS_H_
#define ZEROTOUCH_STORE_USERS_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "model/role.h"

namespace zerotouch::store {

// Gives a role for a company to one person, or to everyone of a group.
struct User {
  UserId id;
  PartnerId partner;    // either this
  CustomerId customer;  // or this is set
  std::string email;    // lower case; empty for a group
  std::string group;    // as the identity provider names it; empty for a person
  UserRole role = UserRole::kNone;
  absl::Time created;
};

// A session of the portal. The cookie that names it is not stored.
struct PortalSession {
  std::string id;     // SHA-256 of the secret in the cookie: 32 bytes
  std::string email;  // of a person, or of a service account in a sandbox
  std::string name;   // as the person is shown
  // The person's groups to which some company had given a role at sign-in.
  std::vector<std::string> groups;
  bool is_account = false;  // of a service account
  absl::Time created;
  absl::Time used;     // when the cookie last came, exact to limits::kSessionUseStep
  absl::Time expires;  // whatever its use
};

// Reads persons, their roles and their sessions.
class UserReads {
 public:
  virtual ~UserReads() = default;
  // Lists the users of a company, in order of ids: of a partner, or else of a customer.
  virtual absl::StatusOr<std::vector<User>> ListUsers(PartnerId partner, CustomerId customer) = 0;
  // Lists the users of all companies, in order of ids.
  virtual absl::StatusOr<std::vector<User>> ListAllUsers() = 0;
  // Lists the users that name the e-mail address or one of the groups, in order of ids.
  virtual absl::StatusOr<std::vector<User>> FindUsers(std::string_view email,
                                                      std::span<const std::string> groups) = 0;
  // Returns nullopt if there is no such session. It may have expired.
  virtual absl::StatusOr<std::optional<PortalSession>> FindSession(std::string_view id) = 0;
  virtual absl::StatusOr<int64_t> CountSessions() = 0;
};

// Changes them.
class UserWrites {
 public:
  virtual ~UserWrites() = default;
  // ALREADY_EXISTS if the company has a user of that address or group.
  virtual absl::Status AddUser(const User& user) = 0;
  // NOT_FOUND if the company of `user` has no user of that id.
  virtual absl::Status RemoveUser(const User& user) = 0;
  virtual absl::Status AddSession(const PortalSession& session) = 0;
  virtual absl::Status SetSessionUsed(std::string_view id, absl::Time used) = 0;
  // Removes the session, whose tokens stop working immediately. Does nothing for an unknown id.
  virtual absl::Status RemoveSession(std::string_view id) = 0;
  // Removes sessions that expired before `now` or were last used before `idle_since`, and
  // those of the person beyond the `keep` that were used last.
  virtual absl::Status PruneSessions(std::string_view email, int64_t keep, absl::Time now,
                                     absl::Time idle_since) = 0;
};

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_USERS_H_
