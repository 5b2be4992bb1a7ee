// SPDX-License-Identifier: Apache-2.0
#include <limits>

#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/postgres/transaction.h"
#include "store/record_codec.h"

namespace zerotouch::store::postgres {
namespace {

// Returns how many rows to ask for: one more than the limit, to see whether the
// list goes on. A limit of 0 asks for all.
int64_t RowsFor(int64_t limit) {
  return limit == 0 ? std::numeric_limits<int64_t>::max() : limit + 1;
}

// Reads a page from the answers to its count and its list.
template <class Row>
Page<Row> ReadPage(const std::vector<Rows>& answers, int64_t limit, Row (*read)(RowReader&)) {
  Page<Row> page;
  page.total_size = ReadInt(answers[0]);
  page.rows = ReadAll(answers[1], read);
  if (limit != 0) CutAt(limit, page);
  return page;
}

std::vector<int64_t> NumbersOf(std::span<const CustomerId> customers) {
  std::vector<int64_t> numbers;
  for (const CustomerId customer : customers) numbers.push_back(customer.value());
  return numbers;
}

// Adds configurations, as rows of id and customer, to the facts about their customers.
void AddConfigurations(const Rows& rows, CustomersOfReseller& facts) {
  for (RowReader row : rows) {
    const ConfigurationId configuration(row.Int());
    const auto customer = facts.find(CustomerId(row.Int()));
    if (customer != facts.end()) customer->second.configurations.insert(configuration);
  }
}

// Returns the default configurations that are not among those of their customers.
std::vector<int64_t> MissingDefaults(const CustomersOfReseller& facts) {
  std::vector<int64_t> missing;
  for (const auto& [customer, one] : facts) {
    if (one.default_configuration && !one.configurations.contains(one.default_configuration)) {
      missing.push_back(one.default_configuration.value());
    }
  }
  return missing;
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
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kPartnerColumns, " FROM partners ORDER BY id">)));
  return ReadAll(rows, ReadPartner<RowReader>);
}

absl::StatusOr<std::optional<Partner>> PostgresTransaction::FindPartner(PartnerId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query(kSql<"SELECT ", kPartnerColumns, " FROM partners WHERE id = $1">).Int(id.value())));
  return ReadOne(rows, ReadPartner<RowReader>);
}

absl::StatusOr<Page<Vendor>> PostgresTransaction::ListVendors(PartnerId partner, VendorId after,
                                                              int64_t limit) {
  const Query queries[] = {
      Query("SELECT count(*) FROM vendors WHERE partner = $1").Int(partner.value()),
      Query(kSql<"SELECT ", kVendorColumns,
                 " FROM vendors WHERE partner = $1 AND id > $2 "
                 "ORDER BY id LIMIT $3">)
          .Int(partner.value())
          .Int(after.value())
          .Int(RowsFor(limit))};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return ReadPage(answers, limit, ReadVendor<RowReader>);
}

absl::StatusOr<std::optional<Vendor>> PostgresTransaction::FindVendor(VendorId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(
          Query(kSql<"SELECT ", kVendorColumns, " FROM vendors WHERE id = $1">).Int(id.value())));
  return ReadOne(rows, ReadVendor<RowReader>);
}

absl::StatusOr<std::optional<Customer>> PostgresTransaction::FindCustomer(CustomerId id) {
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kCustomerColumns, " FROM customers c WHERE c.id = $1">)
                  .Int(id.value())));
  return ReadOne(rows, ReadCustomer<RowReader>);
}

absl::StatusOr<Page<Customer>> PostgresTransaction::ListCustomersThrough(PartnerId partner,
                                                                         VendorId vendor,
                                                                         CustomerId after,
                                                                         int64_t limit) {
  const Query queries[] = {
      Query("SELECT count(*) FROM partner_customers WHERE partner = $1 AND vendor = $2")
          .Int(partner.value())
          .Int(vendor.value()),
      Query(kSql<"SELECT ", kCustomerColumns,
                 " FROM partner_customers p JOIN customers c ON c.id = p.customer "
                 "WHERE p.partner = $1 AND p.vendor = $2 AND p.customer > $3 "
                 "ORDER BY p.customer LIMIT $4">)
          .Int(partner.value())
          .Int(vendor.value())
          .Int(after.value())
          .Int(RowsFor(limit))};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  return ReadPage(answers, limit, ReadCustomer<RowReader>);
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
  ZT_ASSIGN_OR_RETURN(
      const Rows rows,
      db_.Run(Query(kSql<"SELECT ", kCustomerColumns, " FROM customers c ORDER BY c.id">)));
  return ReadAll(rows, ReadCustomer<RowReader>);
}

// A transaction that writes locks the configurations against removal, because it may
// go on to apply one. It locks them before it reads which one is the default, and then
// the defaults that were added in between. A default that is not there any more was
// removed, and with that the customer has none.
absl::StatusOr<CustomersOfReseller> PostgresTransaction::ReadCustomerFacts(
    PartnerId partner, std::span<const CustomerId> customers) {
  const std::vector<int64_t> numbers = NumbersOf(customers);
  const Query queries[] = {
      Query(writing() ? "SELECT id, customer FROM configurations WHERE customer = ANY($1) "
                        "ORDER BY id FOR KEY SHARE"
                      : "SELECT id, customer FROM configurations WHERE customer = ANY($1)")
          .Ints(numbers),
      Query("SELECT c.id, c.default_configuration FROM customers c WHERE c.id = ANY($1) "
            "AND EXISTS (SELECT 1 FROM partner_customers p "
            "WHERE p.customer = c.id AND p.partner = $2)")
          .Ints(numbers)
          .Int(partner.value())};
  ZT_ASSIGN_OR_RETURN(const std::vector<Rows> answers, db_.RunAll(queries));
  CustomersOfReseller facts;
  for (RowReader row : answers[1]) {
    const CustomerId customer(row.Int());
    facts[customer].default_configuration = ConfigurationId(row.Int());
  }
  AddConfigurations(answers[0], facts);
  std::vector<int64_t> added = MissingDefaults(facts);
  if (added.empty()) return facts;
  if (writing()) {
    ZT_ASSIGN_OR_RETURN(const Rows rows,
                        db_.Run(Query("SELECT id, customer FROM configurations WHERE id = ANY($1) "
                                      "ORDER BY id FOR KEY SHARE")
                                    .Ints(added)));
    AddConfigurations(rows, facts);
  }
  for (auto& [customer, one] : facts) {
    if (!one.configurations.contains(one.default_configuration)) one.default_configuration = {};
  }
  return facts;
}

absl::StatusOr<std::vector<Dpc>> PostgresTransaction::ListDpcs() {
  ZT_ASSIGN_OR_RETURN(const Rows rows,
                      db_.Run(Query(kSql<"SELECT ", kDpcColumns, " FROM dpcs ORDER BY id">)));
  return ReadAll(rows, ReadDpc<RowReader>);
}

absl::Status PostgresTransaction::AddPartner(const Partner& partner) {
  return db_
      .Run(Query(kSql<"INSERT INTO partners (", kPartnerColumns, ") VALUES ($1, $2, $3)">)
               .Int(partner.id.value())
               .Text(partner.name)
               .Time(partner.created))
      .status();
}

absl::Status PostgresTransaction::AddVendor(const Vendor& vendor) {
  return Change(Query(kSql<"INSERT INTO vendors (", kVendorColumns,
                           ") "
                           "SELECT $1, id, $3, $4 FROM partners WHERE id = $2">)
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
  if (!has_partner) return NoSuchPartner(partner);
  if (vendor) {
    ZT_ASSIGN_OR_RETURN(
        const bool has_vendor,
        Any(Query("SELECT 1 FROM vendors WHERE id = $1 AND partner = $2 FOR KEY SHARE")
                .Int(vendor.value())
                .Int(partner.value())));
    if (!has_vendor) return NoSuchVendor(partner, vendor);
  }
  const Query queries[] = {
      Query("INSERT INTO customers (id, name, owner_emails, admin_emails, language_code, terms, "
            "default_configuration, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
          .Int(customer.id.value())
          .Text(customer.name)
          .Text(JoinLines(customer.owner_emails))
          .Text(JoinLines(customer.admin_emails))
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
      .Run(Query("INSERT INTO dpcs (id, package_name, title, component, download_location, "
                 "signature_checksum) "
                 "VALUES ($1, $2, $3, nullif($4, ''), nullif($5, ''), nullif($6, '')) "
                 "ON CONFLICT (id) DO UPDATE SET package_name = excluded.package_name, "
                 "title = excluded.title, component = excluded.component, "
                 "download_location = excluded.download_location, "
                 "signature_checksum = excluded.signature_checksum")
               .Text(dpc.id)
               .Text(dpc.package_name)
               .Text(dpc.title)
               .Text(dpc.component)
               .Text(dpc.download_location)
               .Text(dpc.signature_checksum))
      .status();
}

absl::Status PostgresTransaction::RemoveDpc(const std::string& id) {
  return Change(Query("DELETE FROM dpcs WHERE id = $1").Text(id), NoSuchDpc(id));
}

}  // namespace zerotouch::store::postgres
