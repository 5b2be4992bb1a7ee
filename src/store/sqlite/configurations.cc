// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/statements.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// Clears the customer's default configuration if it is `from`.
absl::Status ClearDefault(Database& db, CustomerId customer, ConfigurationId from) {
  return db
      .Use(
          "UPDATE customers SET default_configuration = 0 "
          "WHERE id = ? AND default_configuration = ?")
      .Int(customer.value())
      .Int(from.value())
      .Run();
}

}  // namespace

absl::StatusOr<std::vector<Configuration>> SqliteTransaction::ListConfigurations(
    CustomerId customer, ConfigurationId after, int64_t limit) {
  return ReadAll(db_.Use(kSql<"SELECT ", kConfigurationColumns,
                              " FROM configurations f JOIN customers c ON c.id = f.customer "
                              "WHERE f.customer = ? AND f.id > ? ORDER BY f.id LIMIT ?">)
                     .Int(customer.value())
                     .Int(after.value())
                     .Int(limit),
                 ReadConfiguration<RowReader>);
}

absl::StatusOr<int64_t> SqliteTransaction::CountConfigurations(CustomerId customer) {
  Cursor count = db_.Use("SELECT count(*) FROM configurations WHERE customer = ?");
  count.Int(customer.value());
  if (!count.Row()) return count.status();
  return RowReader(count).Int();
}

absl::StatusOr<std::optional<Configuration>> SqliteTransaction::FindConfiguration(
    CustomerId customer, ConfigurationId id) {
  return ReadOne(db_.Use(kSql<"SELECT ", kConfigurationColumns,
                              " FROM configurations f JOIN customers c ON c.id = f.customer "
                              "WHERE f.id = ? AND f.customer = ?">)
                     .Int(id.value())
                     .Int(customer.value()),
                 ReadConfiguration<RowReader>);
}

absl::Status SqliteTransaction::PutConfiguration(const Configuration& configuration) {
  const CustomerId customer = configuration.customer;
  ZT_RETURN_IF_ERROR(
      Change(configuration.is_default
                 ? db_.Use("UPDATE customers SET default_configuration = ? WHERE id = ?")
                       .Int(configuration.id.value())
                       .Int(customer.value())
                 : db_.Use("UPDATE customers SET default_configuration = "
                           "CASE WHEN default_configuration = ? THEN 0 "
                           "ELSE default_configuration END WHERE id = ?")
                       .Int(configuration.id.value())
                       .Int(customer.value()),
             NoSuchCustomer(customer)));
  return Change(
      db_.Use("INSERT INTO configurations (id, customer, name, dpc, dpc_extras, company_name, "
              "contact_email, contact_phone, custom_message, forced_reset_ns) "
              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
              "ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
              "dpc = excluded.dpc, dpc_extras = excluded.dpc_extras, "
              "company_name = excluded.company_name, contact_email = excluded.contact_email, "
              "contact_phone = excluded.contact_phone, custom_message = excluded.custom_message, "
              "forced_reset_ns = excluded.forced_reset_ns WHERE customer = excluded.customer")
          .Int(configuration.id.value())
          .Int(customer.value())
          .Text(configuration.name)
          .Text(configuration.dpc)
          .Text(configuration.dpc_extras)
          .Text(configuration.company_name)
          .Text(configuration.contact_email)
          .Text(configuration.contact_phone)
          .Text(configuration.custom_message)
          .OptionalInt(configuration.forced_reset.has_value()
                           ? std::optional(absl::ToInt64Nanoseconds(*configuration.forced_reset))
                           : std::nullopt),
      ConfigurationOfAnother(configuration.id));
}

absl::Status SqliteTransaction::RemoveConfiguration(CustomerId customer, ConfigurationId id) {
  ZT_ASSIGN_OR_RETURN(const bool found,
                      Any(db_.Use("SELECT 1 FROM configurations WHERE id = ? AND customer = ?")
                              .Int(id.value())
                              .Int(customer.value())));
  if (!found) return NoSuchConfiguration(customer, id);
  ZT_ASSIGN_OR_RETURN(const bool used, Any(db_.Use(kConfigurationInUse).Int(id.value())));
  if (used) return ConfigurationInUse(id);
  ZT_RETURN_IF_ERROR(db_.Use("DELETE FROM configurations WHERE id = ?").Int(id.value()).Run());
  return ClearDefault(db_, customer, id);
}

}  // namespace zerotouch::store::sqlite
