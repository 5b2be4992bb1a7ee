// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/status_macros.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {
namespace {

#define ZT_CUSTOMER_COLUMNS                                                  \
  "c.id, c.name, c.owner_emails, c.admin_emails, c.language_code, c.terms, " \
  "c.default_configuration, c.created_us"

Customer CustomerAt(const Rows& rows, int i) {
  Customer customer;
  customer.id = CustomerId(rows.IntAt(i, 0));
  customer.name = rows.TextAt(i, 1);
  customer.owner_emails = SplitEmails(rows.BytesAt(i, 2));
  customer.admin_emails = SplitEmails(rows.BytesAt(i, 3));
  customer.language_code = rows.TextAt(i, 4);
  customer.terms = static_cast<Terms>(rows.IntAt(i, 5));
  customer.default_configuration = ConfigurationId(rows.IntAt(i, 6));
  customer.created = rows.TimeAt(i, 7);
  return customer;
}

Partner PartnerAt(const Rows& rows, int i) {
  return {PartnerId(rows.IntAt(i, 0)), rows.TextAt(i, 1), rows.TimeAt(i, 2)};
}

Vendor VendorAt(const Rows& rows, int i) {
  return {VendorId(rows.IntAt(i, 0)), PartnerId(rows.IntAt(i, 1)), rows.TextAt(i, 2),
          rows.TimeAt(i, 3)};
}

// One row more than asked for tells whether a list goes on; 0 asks for all.
int64_t RowsFor(int64_t limit) {
  return limit == 0 ? std::numeric_limits<int64_t>::max() : limit + 1;
}

// A page of a list that was asked for with its total.
template <class Row>
Page<Row> PageOf(const std::vector<Rows>& answers, int64_t limit, Row (*at)(const Rows&, int)) {
  Page<Row> page;
  page.total_size = answers[0].IntAt(0, 0);
  for (int i = 0; i < answers[1].size(); ++i) page.rows.push_back(at(answers[1], i));
  if (limit != 0) CutAt(limit, page);
  return page;
}

std::vector<int64_t> NumbersOf(std::span<const CustomerId> customers) {
  std::vector<int64_t> numbers;
  for (const CustomerId customer : customers) numbers.push_back(customer.value());
  return numbers;
}

}  // namespace

absl::StatusOr<bool> PostgresTransaction::Any(const Query& query) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(query));
  return rows.size() > 0;
}

absl::Status PostgresTransaction::Change(const Query& query, const absl::Status& otherwise) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(query));
  return rows.affected() == 0 ? otherwise : absl::OkStatus();
}

absl::StatusOr<std::vector<Partner>> PostgresTransaction::ListPartners() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT id, name, created_us FROM partners ORDER BY id")));
  std::vector<Partner> partners;
  for (int i = 0; i < rows.size(); ++i) partners.push_back(PartnerAt(rows, i));
  return partners;
}

absl::StatusOr<std::optional<Partner>> PostgresTransaction::FindPartner(PartnerId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT id, name, created_us FROM partners WHERE id = $1").Int(id.value())));
  if (rows.size() == 0) return std::nullopt;
  return PartnerAt(rows, 0);
}

absl::StatusOr<Page<Vendor>> PostgresTransaction::ListVendors(PartnerId partner, VendorId after,
                                                              int64_t limit) {
  const Query queries[] = {
      Query("SELECT count(*) FROM vendors WHERE partner = $1").Int(partner.value()),
      Query("SELECT id, partner, name, created_us FROM vendors WHERE partner = $1 AND id > $2 "
            "ORDER BY id LIMIT $3")
          .Int(partner.value())
          .Int(after.value())
          .Int(RowsFor(limit))};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return PageOf(answers, limit, VendorAt);
}

absl::StatusOr<std::optional<Vendor>> PostgresTransaction::FindVendor(VendorId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query("SELECT id, partner, name, created_us FROM vendors WHERE id = $1")
                  .Int(id.value())));
  if (rows.size() == 0) return std::nullopt;
  return VendorAt(rows, 0);
}

absl::StatusOr<std::optional<Customer>> PostgresTransaction::FindCustomer(CustomerId id) {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query("SELECT " ZT_CUSTOMER_COLUMNS
                                                     " FROM customers c WHERE c.id = $1")
                                                   .Int(id.value())));
  if (rows.size() == 0) return std::nullopt;
  return CustomerAt(rows, 0);
}

absl::StatusOr<Page<Customer>> PostgresTransaction::ListCustomersThrough(PartnerId partner,
                                                                         VendorId vendor,
                                                                         CustomerId after,
                                                                         int64_t limit) {
  const Query queries[] = {
      Query("SELECT count(*) FROM partner_customers WHERE partner = $1 AND vendor = $2")
          .Int(partner.value())
          .Int(vendor.value()),
      Query("SELECT " ZT_CUSTOMER_COLUMNS
            " FROM partner_customers p JOIN customers c ON c.id = p.customer "
            "WHERE p.partner = $1 AND p.vendor = $2 AND p.customer > $3 "
            "ORDER BY p.customer LIMIT $4")
          .Int(partner.value())
          .Int(vendor.value())
          .Int(after.value())
          .Int(RowsFor(limit))};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return PageOf(answers, limit, CustomerAt);
}

absl::StatusOr<Page<Customer>> PostgresTransaction::ListCustomersOfPartner(PartnerId partner,
                                                                           CustomerId after,
                                                                           int64_t limit) {
  return ListCustomersThrough(partner, VendorId(), after, limit);
}

absl::StatusOr<Page<Customer>> PostgresTransaction::ListCustomersOfVendor(const Vendor& vendor,
                                                                          CustomerId after,
                                                                          int64_t limit) {
  return ListCustomersThrough(vendor.partner, vendor.id, after, limit);
}

absl::StatusOr<std::vector<Customer>> PostgresTransaction::ListCustomers() {
  ZT_ASSIGN_OR_RETURN(const Rows rows, db_.Run(Query("SELECT " ZT_CUSTOMER_COLUMNS
                                                     " FROM customers c ORDER BY c.id")));
  std::vector<Customer> customers;
  for (int i = 0; i < rows.size(); ++i) customers.push_back(CustomerAt(rows, i));
  return customers;
}

#undef ZT_CUSTOMER_COLUMNS

// A transaction that goes on to claim keeps the configurations from being
// removed until it is over.
absl::StatusOr<CustomersOfReseller> PostgresTransaction::ReadCustomerFacts(
    PartnerId partner, std::span<const CustomerId> customers) {
  const std::vector<int64_t> numbers = NumbersOf(customers);
  const Query queries[] = {
      Query("SELECT c.id, c.default_configuration FROM customers c WHERE c.id = ANY($1) "
            "AND EXISTS (SELECT 1 FROM partner_customers p "
            "WHERE p.customer = c.id AND p.partner = $2)")
          .Ints(numbers)
          .Int(partner.value()),
      Query(writing() ? "SELECT id, customer FROM configurations WHERE customer = ANY($1) "
                        "ORDER BY id FOR KEY SHARE"
                      : "SELECT id, customer FROM configurations WHERE customer = ANY($1)")
          .Ints(numbers)};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  CustomersOfReseller facts;
  for (int i = 0; i < answers[0].size(); ++i) {
    facts[CustomerId(answers[0].IntAt(i, 0))].default_configuration =
        ConfigurationId(answers[0].IntAt(i, 1));
  }
  for (int i = 0; i < answers[1].size(); ++i) {
    const auto customer = facts.find(CustomerId(answers[1].IntAt(i, 1)));
    if (customer == facts.end()) continue;
    customer->second.configurations.insert(ConfigurationId(answers[1].IntAt(i, 0)));
  }
  return facts;
}

absl::StatusOr<std::vector<Dpc>> PostgresTransaction::ListDpcs() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query("SELECT id, package_name, title FROM dpcs ORDER BY id")));
  std::vector<Dpc> dpcs;
  for (int i = 0; i < rows.size(); ++i) {
    dpcs.push_back(
        {.id = rows.TextAt(i, 0), .package_name = rows.TextAt(i, 1), .title = rows.TextAt(i, 2)});
  }
  return dpcs;
}

absl::Status PostgresTransaction::AddPartner(const Partner& partner) {
  return db_
      .Run(Query("INSERT INTO partners (id, name, created_us) VALUES ($1, $2, $3)")
               .Int(partner.id.value())
               .Text(partner.name)
               .Time(partner.created))
      .status();
}

absl::Status PostgresTransaction::AddVendor(const Vendor& vendor) {
  return Change(Query("INSERT INTO vendors (id, partner, name, created_us) "
                      "SELECT $1, id, $3, $4 FROM partners WHERE id = $2")
                    .Int(vendor.id.value())
                    .Int(vendor.partner.value())
                    .Text(vendor.name)
                    .Time(vendor.created),
                NoSuchPartner(vendor.partner));
}

absl::Status PostgresTransaction::AddCustomer(const Customer& customer, PartnerId partner,
                                              VendorId vendor) {
  ZT_ASSIGN_OR_RETURN(
      const bool has_partner,
      Any(Query("SELECT 1 FROM partners WHERE id = $1 FOR KEY SHARE").Int(partner.value())));
  if (!has_partner) {
    return NoSuchPartner(partner);
  }
  if (vendor) {
    ZT_ASSIGN_OR_RETURN(
        const bool has_vendor,
        Any(Query("SELECT 1 FROM vendors WHERE id = $1 AND partner = $2 FOR KEY SHARE")
                .Int(vendor.value())
                .Int(partner.value())));
    if (!has_vendor) {
      return NoSuchVendor(partner, vendor);
    }
  }
  const Query queries[] = {
      Query("INSERT INTO customers (id, name, owner_emails, admin_emails, language_code, terms, "
            "default_configuration, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
          .Int(customer.id.value())
          .Text(customer.name)
          .Text(JoinEmails(customer.owner_emails))
          .Text(JoinEmails(customer.admin_emails))
          .Text(customer.language_code)
          .Int(static_cast<int64_t>(customer.terms))
          .Int(customer.default_configuration.value())
          .Time(customer.created),
      Query("INSERT INTO partner_customers (partner, vendor, customer) VALUES ($1, $2, $3)")
          .Int(partner.value())
          .Int(vendor.value())
          .Int(customer.id.value())};
  return db_.RunAll(queries).status();
}

absl::Status PostgresTransaction::SetTerms(CustomerId customer, Terms terms) {
  return Change(Query("UPDATE customers SET terms = $2 WHERE id = $1")
                    .Int(customer.value())
                    .Int(static_cast<int64_t>(terms)),
                NoSuchCustomer(customer));
}

absl::Status PostgresTransaction::PutDpc(const Dpc& dpc) {
  return db_
      .Run(Query("INSERT INTO dpcs (id, package_name, title) VALUES ($1, $2, $3) "
                 "ON CONFLICT (id) DO UPDATE SET package_name = excluded.package_name, "
                 "title = excluded.title")
               .Text(dpc.id)
               .Text(dpc.package_name)
               .Text(dpc.title))
      .status();
}

absl::Status PostgresTransaction::RemoveDpc(const std::string& id) {
  return Change(Query("DELETE FROM dpcs WHERE id = $1").Text(id), NoSuchDpc(id));
}

}  // namespace zerotouch::store::postgres
