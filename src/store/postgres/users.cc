// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {

absl::StatusOr<std::vector<User>> PostgresTransaction::ListUsers(PartnerId partner,
                                                                 CustomerId customer) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kUserColumns,
                         " FROM users WHERE partner = $1 AND customer = $2 ORDER BY id">)
                  .Int(partner.value())
                  .Int(customer.value())));
  return ReadAll(rows, ReadUser<RowReader>);
}

absl::StatusOr<std::vector<User>> PostgresTransaction::ListAllUsers() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query(kSql<"SELECT ", kUserColumns, " FROM users ORDER BY id">)));
  return ReadAll(rows, ReadUser<RowReader>);
}

absl::StatusOr<std::vector<User>> PostgresTransaction::FindUsers(
    std::string_view email, std::span<const std::string> groups) {
  const std::vector<std::string_view> names(groups.begin(), groups.end());
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kUserColumns,
                         " FROM users WHERE (email = $1 AND email <> '') "
                         "OR (user_group = ANY ($2::text[]) AND user_group <> '') ORDER BY id">)
                  .Text(email)
                  .Texts(names)));
  return ReadAll(rows, ReadUser<RowReader>);
}

absl::StatusOr<std::optional<PortalSession>> PostgresTransaction::FindSession(std::string_view id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kSessionColumns, " FROM portal_sessions WHERE id = $1">)
                  .Bytes(id)));
  return ReadOne(rows, ReadSession<RowReader>);
}

absl::StatusOr<int64_t> PostgresTransaction::CountSessions() {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query("SELECT count(*) FROM portal_sessions")));
  return ReadInt(rows);
}

absl::Status PostgresTransaction::AddUser(const User& user) {
  // An error would end the transaction, so an existing user makes none.
  return Change(Query(kSql<"INSERT INTO users (", kUserColumns,
                           ") VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING">)
                    .Int(user.id.value())
                    .Int(user.partner.value())
                    .Int(user.customer.value())
                    .Text(user.email)
                    .Text(user.group)
                    .Int(static_cast<int64_t>(user.role))
                    .Time(user.created),
                UserExists(user.email, user.group));
}

absl::Status PostgresTransaction::RemoveUser(const User& user) {
  return Change(Query("DELETE FROM users WHERE id = $1 AND partner = $2 AND customer = $3")
                    .Int(user.id.value())
                    .Int(user.partner.value())
                    .Int(user.customer.value()),
                NoSuchUser(user.id));
}

absl::Status PostgresTransaction::AddSession(const PortalSession& session) {
  return db_
      .Run(Query(kSql<"INSERT INTO portal_sessions (", kSessionColumns,
                      ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)">)
               .Bytes(session.id)
               .Text(session.email)
               .Text(session.name)
               .Text(JoinLines(session.groups))
               .Bool(session.is_account)
               .Time(session.created)
               .Time(session.used)
               .Time(session.expires))
      .status();
}

absl::Status PostgresTransaction::SetSessionUsed(std::string_view id, absl::Time used) {
  return db_
      .Run(Query("UPDATE portal_sessions SET used_us = $2 WHERE id = $1 AND used_us < $2")
               .Bytes(id)
               .Time(used))
      .status();
}

absl::Status PostgresTransaction::RemoveSession(std::string_view id) {
  return db_.Run(Query("DELETE FROM portal_sessions WHERE id = $1").Bytes(id)).status();
}

absl::Status PostgresTransaction::PruneSessions(std::string_view email, int64_t keep,
                                                absl::Time now, absl::Time idle_since) {
  ZT_RETURN_IF_ERROR(
      db_.Run(Query("DELETE FROM portal_sessions WHERE expires_us <= $1 OR used_us < $2")
                  .Time(now)
                  .Time(idle_since))
          .status());
  return db_
      .Run(Query("DELETE FROM portal_sessions WHERE id IN (SELECT id FROM portal_sessions "
                 "WHERE email = $1 ORDER BY used_us DESC, id OFFSET $2)")
               .Text(email)
               .Int(keep))
      .status();
}

}  // namespace zerotouch::store::postgres
