// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/record_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {

absl::StatusOr<std::vector<User>> SqliteTransaction::ListUsers(PartnerId partner,
                                                               CustomerId customer) {
  return ReadAll(db_.Use(kSql<"SELECT ", kUserColumns,
                              " FROM users WHERE partner = ? AND customer = ? ORDER BY id">)
                     .Int(partner.value())
                     .Int(customer.value()),
                 ReadUser<RowReader>);
}

absl::StatusOr<std::vector<User>> SqliteTransaction::ListAllUsers() {
  Cursor all = db_.Use(kSql<"SELECT ", kUserColumns, " FROM users ORDER BY id">);
  return ReadAll(all, ReadUser<RowReader>);
}

absl::StatusOr<std::vector<User>> SqliteTransaction::FindUsers(
    std::string_view email, std::span<const std::string> groups) {
  ZT_ASSIGN_OR_RETURN(
      std::vector<User> users,
      ReadAll(db_.Use(kSql<"SELECT ", kUserColumns, " FROM users WHERE email = ? AND email <> ''">)
                  .Text(email),
              ReadUser<RowReader>));
  for (const std::string& group : groups) {
    ZT_ASSIGN_OR_RETURN(
        std::vector<User> more,
        ReadAll(db_.Use(kSql<"SELECT ", kUserColumns,
                             " FROM users WHERE user_group = ? AND user_group <> ''">)
                    .Text(group),
                ReadUser<RowReader>));
    users.insert(users.end(), std::make_move_iterator(more.begin()),
                 std::make_move_iterator(more.end()));
  }
  std::ranges::sort(users, {}, &User::id);
  return users;
}

absl::StatusOr<std::optional<PortalSession>> SqliteTransaction::FindSession(std::string_view id) {
  return ReadOne(
      db_.Use(kSql<"SELECT ", kSessionColumns, " FROM portal_sessions WHERE id = ?">).Bytes(id),
      ReadSession<RowReader>);
}

absl::StatusOr<int64_t> SqliteTransaction::CountSessions() {
  return ReadInt(db_, "SELECT count(*) FROM portal_sessions");
}

absl::Status SqliteTransaction::AddUser(const User& user) {
  const absl::Status added =
      db_.Use(kSql<"INSERT INTO users (", kUserColumns, ") VALUES (?, ?, ?, ?, ?, ?, ?)">)
          .Int(user.id.value())
          .Int(user.partner.value())
          .Int(user.customer.value())
          .Text(user.email)
          .Text(user.group)
          .Int(static_cast<int64_t>(user.role))
          .Time(user.created)
          .Run();
  return absl::IsAlreadyExists(added) ? UserExists(user.email, user.group) : added;
}

absl::Status SqliteTransaction::RemoveUser(const User& user) {
  return Change(db_.Use("DELETE FROM users WHERE id = ? AND partner = ? AND customer = ?")
                    .Int(user.id.value())
                    .Int(user.partner.value())
                    .Int(user.customer.value()),
                NoSuchUser(user.id));
}

absl::Status SqliteTransaction::AddSession(const PortalSession& session) {
  const std::string groups = JoinLines(session.groups);
  return db_
      .Use(kSql<"INSERT INTO portal_sessions (", kSessionColumns,
                ") VALUES (?, ?, ?, ?, ?, ?, ?, ?)">)
      .Bytes(session.id)
      .Text(session.email)
      .Text(session.name)
      .Text(groups)
      .Bool(session.is_account)
      .Time(session.created)
      .Time(session.used)
      .Time(session.expires)
      .Run();
}

absl::Status SqliteTransaction::SetSessionUsed(std::string_view id, absl::Time used) {
  return db_.Use("UPDATE portal_sessions SET used_us = ?1 WHERE id = ?2 AND used_us < ?1")
      .Time(used)
      .Bytes(id)
      .Run();
}

absl::Status SqliteTransaction::RemoveSession(std::string_view id) {
  return db_.Use("DELETE FROM portal_sessions WHERE id = ?").Bytes(id).Run();
}

absl::Status SqliteTransaction::PruneSessions(std::string_view email, int64_t keep, absl::Time now,
                                              absl::Time idle_since) {
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM portal_sessions WHERE expires_us <= ? OR used_us < ?")
                         .Time(now)
                         .Time(idle_since)
                         .Run());
  return db_
      .Use(
          "DELETE FROM portal_sessions WHERE id IN (SELECT id FROM portal_sessions "
          "WHERE email = ? ORDER BY used_us DESC, id LIMIT -1 OFFSET ?)")
      .Text(email)
      .Int(keep)
      .Run();
}

}  // namespace zerotouch::store::sqlite
