// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/configurations.h"

#include "base/status_macros.h"
#include "store/errors.h"

namespace zerotouch::store::sqlite {

const char kConfigurationInUse[] =
    "SELECT 1 FROM claims WHERE configuration = ? AND configuration <> 0 LIMIT 1";

namespace {

#define ZT_CONFIGURATION_COLUMNS                                                          \
  "f.id, f.customer, f.name, f.dpc, f.dpc_extras, f.company_name, f.contact_email, "      \
  "f.contact_phone, f.custom_message, f.forced_reset_ns, c.default_configuration = f.id " \
  "FROM configurations f JOIN customers c ON c.id = f.customer "

Configuration ConfigurationAt(const Cursor& row) {
  Configuration configuration{.id = ConfigurationId(row.IntAt(0)),
                              .customer = CustomerId(row.IntAt(1)),
                              .name = std::string(row.TextAt(2)),
                              .dpc = std::string(row.TextAt(3)),
                              .dpc_extras = std::string(row.TextAt(4)),
                              .company_name = std::string(row.TextAt(5)),
                              .contact_email = std::string(row.TextAt(6)),
                              .contact_phone = std::string(row.TextAt(7)),
                              .custom_message = std::string(row.TextAt(8)),
                              .forced_reset = std::nullopt,
                              .is_default = row.IntAt(10) != 0};
  if (!row.IsNullAt(9)) configuration.forced_reset = absl::Nanoseconds(row.IntAt(9));
  return configuration;
}

absl::Status RequireCustomer(Connection& db, CustomerId id) {
  Cursor row = db.Use("SELECT 1 FROM customers WHERE id = ?");
  row.Int(id.value());
  if (row.Row()) return absl::OkStatus();
  ZT_RETURN_IF_ERROR(row.status());
  return NoSuchCustomer(id);
}

absl::Status SetDefault(Connection& db, CustomerId customer, ConfigurationId to) {
  return db.Use("UPDATE customers SET default_configuration = ? WHERE id = ?")
      .Int(to.value())
      .Int(customer.value())
      .Run();
}

// Takes that place from `from`, if it has it.
absl::Status ClearDefault(Connection& db, CustomerId customer, ConfigurationId from) {
  return db
      .Use(
          "UPDATE customers SET default_configuration = 0 "
          "WHERE id = ? AND default_configuration = ?")
      .Int(customer.value())
      .Int(from.value())
      .Run();
}

}  // namespace

absl::StatusOr<std::vector<Configuration>> ListConfigurations(Connection& db, CustomerId customer) {
  std::vector<Configuration> configurations;
  Cursor row = db.Use("SELECT " ZT_CONFIGURATION_COLUMNS "WHERE f.customer = ? ORDER BY f.id");
  row.Int(customer.value());
  while (row.Row()) configurations.push_back(ConfigurationAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  return configurations;
}

absl::StatusOr<std::optional<Configuration>> FindConfiguration(Connection& db, CustomerId customer,
                                                               ConfigurationId id) {
  Cursor row = db.Use("SELECT " ZT_CONFIGURATION_COLUMNS "WHERE f.id = ? AND f.customer = ?");
  row.Int(id.value()).Int(customer.value());
  if (row.Row()) return ConfigurationAt(row);
  ZT_RETURN_IF_ERROR(row.status());
  return std::nullopt;
}

#undef ZT_CONFIGURATION_COLUMNS

absl::Status PutConfiguration(Connection& db, const Configuration& configuration) {
  ZT_RETURN_IF_ERROR(RequireCustomer(db, configuration.customer));
  ZT_RETURN_IF_ERROR(configuration.is_default
                         ? SetDefault(db, configuration.customer, configuration.id)
                         : ClearDefault(db, configuration.customer, configuration.id));
  Cursor put = db.Use(
      "INSERT INTO configurations (id, customer, name, dpc, dpc_extras, company_name, "
      "contact_email, contact_phone, custom_message, forced_reset_ns) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
      "dpc = excluded.dpc, dpc_extras = excluded.dpc_extras, company_name = excluded.company_name, "
      "contact_email = excluded.contact_email, contact_phone = excluded.contact_phone, "
      "custom_message = excluded.custom_message, forced_reset_ns = excluded.forced_reset_ns "
      "WHERE customer = excluded.customer");
  put.Int(configuration.id.value())
      .Int(configuration.customer.value())
      .Text(configuration.name)
      .Text(configuration.dpc)
      .Text(configuration.dpc_extras)
      .Text(configuration.company_name)
      .Text(configuration.contact_email)
      .Text(configuration.contact_phone)
      .Text(configuration.custom_message);
  if (configuration.forced_reset.has_value()) {
    put.Int(absl::ToInt64Nanoseconds(*configuration.forced_reset));
  } else {
    put.Null();
  }
  ZT_RETURN_IF_ERROR(put.Run());
  if (db.Changes() > 0) return absl::OkStatus();
  return ConfigurationOfAnother(configuration.id);
}

absl::Status RemoveConfiguration(Connection& db, CustomerId customer, ConfigurationId id) {
  ZT_ASSIGN_OR_RETURN(const auto found, FindConfiguration(db, customer, id));
  if (!found.has_value()) return NoSuchConfiguration(customer, id);
  {
    Cursor use = db.Use(kConfigurationInUse);
    use.Int(id.value());
    if (use.Row()) return ConfigurationInUse(id);
    ZT_RETURN_IF_ERROR(use.status());
  }
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM configurations WHERE id = ?").Int(id.value()).Run());
  return ClearDefault(db, customer, id);
}

}  // namespace zerotouch::store::sqlite
