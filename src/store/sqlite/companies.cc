// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite/companies.h"

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/record_codec.h"

namespace zerotouch::store::sqlite {
namespace {

Customer CustomerAt(const Cursor& row) {
  Customer customer;
  customer.id = CustomerId(row.IntAt(0));
  customer.name = row.TextAt(1);
  customer.owner_emails = SplitEmails(row.TextAt(2));
  customer.admin_emails = SplitEmails(row.TextAt(3));
  customer.language_code = row.TextAt(4);
  customer.terms = static_cast<Terms>(row.IntAt(5));
  customer.default_configuration = ConfigurationId(row.IntAt(6));
  customer.created = row.TimeAt(7);
  return customer;
}

#define ZT_CUSTOMER_COLUMNS                                                  \
  "c.id, c.name, c.owner_emails, c.admin_emails, c.language_code, c.terms, " \
  "c.default_configuration, c.created_us"

absl::StatusOr<bool> Exists(Cursor& row) {
  const bool found = row.Row();
  ZT_RETURN_IF_ERROR(row.status());
  return found;
}

absl::Status RequirePartner(Connection& db, PartnerId id) {
  Cursor row = db.Use("SELECT 1 FROM partners WHERE id = ?");
  row.Int(id.value());
  ZT_ASSIGN_OR_RETURN(const bool found, Exists(row));
  if (found) return absl::OkStatus();
  return NoSuchPartner(id);
}

absl::Status RequireVendor(Connection& db, VendorId id, PartnerId partner) {
  Cursor row = db.Use("SELECT 1 FROM vendors WHERE id = ? AND partner = ?");
  row.Int(id.value()).Int(partner.value());
  ZT_ASSIGN_OR_RETURN(const bool found, Exists(row));
  if (found) return absl::OkStatus();
  return NoSuchVendor(partner, id);
}

absl::StatusOr<int64_t> CountAt(Cursor& row) {
  const int64_t count = row.Row() ? row.IntAt(0) : 0;
  ZT_RETURN_IF_ERROR(row.status());
  return count;
}

absl::StatusOr<int64_t> CountCustomersThrough(Connection& db, PartnerId partner, VendorId vendor) {
  Cursor row = db.Use("SELECT count(*) FROM partner_customers WHERE partner = ? AND vendor = ?");
  row.Int(partner.value()).Int(vendor.value());
  return CountAt(row);
}

absl::StatusOr<int64_t> CountVendors(Connection& db, PartnerId partner) {
  Cursor row = db.Use("SELECT count(*) FROM vendors WHERE partner = ?");
  row.Int(partner.value());
  return CountAt(row);
}

// One row more than asked for tells whether a list goes on; 0 asks for all.
int64_t RowsFor(int64_t limit) { return limit == 0 ? -1 : limit + 1; }

template <class Row>
void EndPage(int64_t limit, Page<Row>& page) {
  if (limit != 0) CutAt(limit, page);
}

Vendor VendorAt(const Cursor& row) {
  return {VendorId(row.IntAt(0)), PartnerId(row.IntAt(1)), std::string(row.TextAt(2)),
          row.TimeAt(3)};
}

absl::StatusOr<bool> IsCustomerOf(Connection& db, PartnerId partner, CustomerId customer) {
  Cursor row = db.Use("SELECT 1 FROM partner_customers WHERE customer = ? AND partner = ? LIMIT 1");
  row.Int(customer.value()).Int(partner.value());
  return Exists(row);
}

absl::StatusOr<CustomerFacts> ReadFacts(Connection& db, CustomerId customer) {
  CustomerFacts facts;
  Cursor defaults = db.Use("SELECT default_configuration FROM customers WHERE id = ?");
  defaults.Int(customer.value());
  if (defaults.Row()) facts.default_configuration = ConfigurationId(defaults.IntAt(0));
  ZT_RETURN_IF_ERROR(defaults.status());
  Cursor all = db.Use("SELECT id FROM configurations WHERE customer = ?");
  all.Int(customer.value());
  while (all.Row()) facts.configurations.insert(ConfigurationId(all.IntAt(0)));
  ZT_RETURN_IF_ERROR(all.status());
  return facts;
}

}  // namespace

absl::StatusOr<std::vector<Partner>> ListPartners(Connection& db) {
  std::vector<Partner> partners;
  Cursor row = db.Use("SELECT id, name, created_us FROM partners ORDER BY id");
  while (row.Row()) {
    partners.push_back({PartnerId(row.IntAt(0)), std::string(row.TextAt(1)), row.TimeAt(2)});
  }
  ZT_RETURN_IF_ERROR(row.status());
  return partners;
}

absl::StatusOr<std::optional<Partner>> FindPartner(Connection& db, PartnerId id) {
  Cursor row = db.Use("SELECT id, name, created_us FROM partners WHERE id = ?");
  row.Int(id.value());
  if (row.Row()) {
    return Partner{PartnerId(row.IntAt(0)), std::string(row.TextAt(1)), row.TimeAt(2)};
  }
  ZT_RETURN_IF_ERROR(row.status());
  return std::nullopt;
}

absl::StatusOr<Page<Vendor>> ListVendors(Connection& db, PartnerId partner, VendorId after,
                                         int64_t limit) {
  Page<Vendor> page;
  ZT_ASSIGN_OR_RETURN(page.total_size, CountVendors(db, partner));
  Cursor row = db.Use(
      "SELECT id, partner, name, created_us FROM vendors WHERE partner = ? AND id > ? "
      "ORDER BY id LIMIT ?");
  row.Int(partner.value()).Int(after.value()).Int(RowsFor(limit));
  while (row.Row()) page.rows.push_back(VendorAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  EndPage(limit, page);
  return page;
}

absl::StatusOr<std::optional<Vendor>> FindVendor(Connection& db, VendorId id) {
  Cursor row = db.Use("SELECT id, partner, name, created_us FROM vendors WHERE id = ?");
  row.Int(id.value());
  if (row.Row()) return VendorAt(row);
  ZT_RETURN_IF_ERROR(row.status());
  return std::nullopt;
}

absl::StatusOr<std::optional<Customer>> FindCustomer(Connection& db, CustomerId id) {
  Cursor row = db.Use("SELECT " ZT_CUSTOMER_COLUMNS " FROM customers c WHERE c.id = ?");
  row.Int(id.value());
  if (row.Row()) return CustomerAt(row);
  ZT_RETURN_IF_ERROR(row.status());
  return std::nullopt;
}

namespace {

absl::StatusOr<Page<Customer>> ListCustomersThrough(Connection& db, PartnerId partner,
                                                    VendorId vendor, CustomerId after,
                                                    int64_t limit) {
  Page<Customer> page;
  ZT_ASSIGN_OR_RETURN(page.total_size, CountCustomersThrough(db, partner, vendor));
  Cursor row =
      db.Use("SELECT " ZT_CUSTOMER_COLUMNS
             " FROM partner_customers p JOIN customers c "
             "ON c.id = p.customer WHERE p.partner = ? AND p.vendor = ? AND p.customer > ? "
             "ORDER BY p.customer LIMIT ?");
  row.Int(partner.value()).Int(vendor.value()).Int(after.value()).Int(RowsFor(limit));
  while (row.Row()) page.rows.push_back(CustomerAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  EndPage(limit, page);
  return page;
}

}  // namespace

absl::StatusOr<Page<Customer>> ListCustomersOfPartner(Connection& db, PartnerId partner,
                                                      CustomerId after, int64_t limit) {
  return ListCustomersThrough(db, partner, VendorId(), after, limit);
}

absl::StatusOr<Page<Customer>> ListCustomersOfVendor(Connection& db, const Vendor& vendor,
                                                     CustomerId after, int64_t limit) {
  return ListCustomersThrough(db, vendor.partner, vendor.id, after, limit);
}

absl::StatusOr<std::vector<Customer>> ListCustomers(Connection& db) {
  std::vector<Customer> customers;
  Cursor row = db.Use("SELECT " ZT_CUSTOMER_COLUMNS " FROM customers c ORDER BY c.id");
  while (row.Row()) customers.push_back(CustomerAt(row));
  ZT_RETURN_IF_ERROR(row.status());
  return customers;
}

#undef ZT_CUSTOMER_COLUMNS

absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(Connection& db, PartnerId partner,
                                                      std::span<const CustomerId> customers) {
  CustomersOfReseller facts;
  for (const CustomerId customer : customers) {
    ZT_ASSIGN_OR_RETURN(const bool own, IsCustomerOf(db, partner, customer));
    if (!own || facts.contains(customer)) continue;
    ZT_ASSIGN_OR_RETURN(facts[customer], ReadFacts(db, customer));
  }
  return facts;
}

absl::StatusOr<std::vector<Dpc>> ListDpcs(Connection& db) {
  std::vector<Dpc> dpcs;
  Cursor row = db.Use("SELECT id, package_name, title FROM dpcs ORDER BY id");
  while (row.Row()) {
    dpcs.push_back({.id = std::string(row.TextAt(0)),
                    .package_name = std::string(row.TextAt(1)),
                    .title = std::string(row.TextAt(2))});
  }
  ZT_RETURN_IF_ERROR(row.status());
  return dpcs;
}

absl::Status AddPartner(Connection& db, const Partner& partner) {
  return db.Use("INSERT INTO partners (id, name, created_us) VALUES (?, ?, ?)")
      .Int(partner.id.value())
      .Text(partner.name)
      .Time(partner.created)
      .Run();
}

absl::Status AddVendor(Connection& db, const Vendor& vendor) {
  ZT_RETURN_IF_ERROR(RequirePartner(db, vendor.partner));
  return db.Use("INSERT INTO vendors (id, partner, name, created_us) VALUES (?, ?, ?, ?)")
      .Int(vendor.id.value())
      .Int(vendor.partner.value())
      .Text(vendor.name)
      .Time(vendor.created)
      .Run();
}

absl::Status AddCustomer(Connection& db, const Customer& customer, PartnerId partner,
                         VendorId vendor) {
  ZT_RETURN_IF_ERROR(RequirePartner(db, partner));
  if (vendor) ZT_RETURN_IF_ERROR(RequireVendor(db, vendor, partner));
  const std::string owners = JoinEmails(customer.owner_emails);
  const std::string admins = JoinEmails(customer.admin_emails);
  ZT_RETURN_IF_ERROR(db.Use("INSERT INTO customers (id, name, owner_emails, admin_emails, "
                            "language_code, terms, default_configuration, created_us) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
                         .Int(customer.id.value())
                         .Text(customer.name)
                         .Text(owners)
                         .Text(admins)
                         .Text(customer.language_code)
                         .Int(static_cast<int64_t>(customer.terms))
                         .Int(customer.default_configuration.value())
                         .Time(customer.created)
                         .Run());
  return db.Use("INSERT INTO partner_customers (partner, vendor, customer) VALUES (?, ?, ?)")
      .Int(partner.value())
      .Int(vendor.value())
      .Int(customer.id.value())
      .Run();
}

absl::Status SetTerms(Connection& db, CustomerId customer, Terms terms) {
  ZT_RETURN_IF_ERROR(db.Use("UPDATE customers SET terms = ? WHERE id = ?")
                         .Int(static_cast<int64_t>(terms))
                         .Int(customer.value())
                         .Run());
  return db.Changes() == 0 ? NoSuchCustomer(customer) : absl::OkStatus();
}

absl::Status PutDpc(Connection& db, const Dpc& dpc) {
  return db.Use("INSERT OR REPLACE INTO dpcs (id, package_name, title) VALUES (?, ?, ?)")
      .Text(dpc.id)
      .Text(dpc.package_name)
      .Text(dpc.title)
      .Run();
}

absl::Status RemoveDpc(Connection& db, const std::string& id) {
  ZT_RETURN_IF_ERROR(db.Use("DELETE FROM dpcs WHERE id = ?").Text(id).Run());
  if (db.Changes() > 0) return absl::OkStatus();
  return NoSuchDpc(id);
}

}  // namespace zerotouch::store::sqlite
