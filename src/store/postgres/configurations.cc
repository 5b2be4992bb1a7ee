// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"

namespace zerotouch::store::postgres {
namespace {

// Clears the customer's default configuration if it is `from`.
Query ClearDefault(CustomerId customer, ConfigurationId from) {
  return Query(
             "UPDATE customers SET default_configuration = 0 "
             "WHERE id = $1 AND default_configuration = $2")
      .Int(customer.value())
      .Int(from.value());
}

}  // namespace

absl::StatusOr<std::vector<Configuration>> PostgresTransaction::ListConfigurations(
    CustomerId customer, ConfigurationId after, int64_t limit) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kConfigurationColumns,
                         " FROM configurations f JOIN customers c ON c.id = f.customer "
                         "WHERE f.customer = $1 AND f.id > $2 ORDER BY f.id LIMIT $3">)
                  .Int(customer.value())
                  .Int(after.value())
                  .Int(limit)));
  return ReadAll(rows, ReadConfiguration<RowReader>);
}

absl::StatusOr<int64_t> PostgresTransaction::CountConfigurations(CustomerId customer) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query("SELECT count(*) FROM configurations WHERE customer = $1").Int(customer.value())));
  return RowReader(rows, 0).Int();
}

// A transaction that writes locks the configuration against removal, because it
// may go on to apply it.
absl::StatusOr<std::optional<Configuration>> PostgresTransaction::FindConfiguration(
    CustomerId customer, ConfigurationId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(writing() ? kSql<"SELECT ", kConfigurationColumns,
                                     " FROM configurations f JOIN customers c ON c.id = f.customer "
                                     "WHERE f.id = $1 AND f.customer = $2 FOR KEY SHARE OF f">
                              : kSql<"SELECT ", kConfigurationColumns,
                                     " FROM configurations f JOIN customers c ON c.id = f.customer "
                                     "WHERE f.id = $1 AND f.customer = $2">)
                  .Int(id.value())
                  .Int(customer.value())));
  return ReadOne(rows, ReadConfiguration<RowReader>);
}

absl::Status PostgresTransaction::PutConfiguration(const Configuration& configuration) {
  const CustomerId customer = configuration.customer;
  ZT_RETURN_IF_ERROR(
      Change(configuration.is_default
                 ? Query("UPDATE customers SET default_configuration = $2 WHERE id = $1")
                       .Int(customer.value())
                       .Int(configuration.id.value())
                 : Query("UPDATE customers SET default_configuration = "
                         "CASE WHEN default_configuration = $2 THEN 0 "
                         "ELSE default_configuration END WHERE id = $1")
                       .Int(customer.value())
                       .Int(configuration.id.value()),
             NoSuchCustomer(customer)));
  Query put(
      "INSERT INTO configurations AS f (id, customer, name, dpc, dpc_extras, company_name, "
      "contact_email, contact_phone, custom_message, forced_reset_ns) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
      "ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
      "dpc = excluded.dpc, dpc_extras = excluded.dpc_extras, company_name = excluded.company_name, "
      "contact_email = excluded.contact_email, contact_phone = excluded.contact_phone, "
      "custom_message = excluded.custom_message, forced_reset_ns = excluded.forced_reset_ns "
      "WHERE f.customer = excluded.customer");
  put.Int(configuration.id.value())
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
                       : std::nullopt);
  return Change(put, ConfigurationOfAnother(configuration.id));
}

// Waits for transactions that are about to apply the configuration, and then
// sees the claims that they wrote.
absl::Status PostgresTransaction::RemoveConfiguration(CustomerId customer, ConfigurationId id) {
  ZT_ASSIGN_OR_RETURN(
      const bool found,
      Any(Query("SELECT 1 FROM configurations WHERE id = $1 AND customer = $2 FOR UPDATE")
              .Int(id.value())
              .Int(customer.value())));
  if (!found) return NoSuchConfiguration(customer, id);
  ZT_ASSIGN_OR_RETURN(
      const bool used,
      Any(Query("SELECT 1 FROM claims WHERE configuration = $1 AND held LIMIT 1").Int(id.value())));
  if (used) return ConfigurationInUse(id);
  const Query queries[] = {Query("DELETE FROM configurations WHERE id = $1").Int(id.value()),
                           ClearDefault(customer, id)};
  return db_.RunAll(queries).status();
}

}  // namespace zerotouch::store::postgres
