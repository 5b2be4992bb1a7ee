// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"
#include "store/columns.h"
#include "store/errors.h"
#include "store/record_codec.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/transaction.h"

namespace zerotouch::store::sqlite {
namespace {

// Returns how many rows to ask for: one more than the limit, to see whether the
// list goes on. A limit of 0 asks for all.
int64_t RowsFor(int64_t limit) { return limit == 0 ? -1 : limit + 1; }

template <class Row>
absl::StatusOr<Page<Row>> ReadPage(Cursor& count, Cursor& list, int64_t limit,
                                   Row (*read)(RowReader&)) {
  Page<Row> page;
  ZT_ASSIGN_OR_RETURN(page.total_size, ReadInt(count));
  ZT_ASSIGN_OR_RETURN(page.rows, ReadAll(list, read));
  if (limit != 0) CutAt(limit, page);
  return page;
}

absl::StatusOr<CustomerFacts> ReadFacts(Database& db, CustomerId customer) {
  CustomerFacts facts;
  ZT_ASSIGN_OR_RETURN(const int64_t default_configuration,
                      ReadInt(db.Use("SELECT default_configuration FROM customers WHERE id = ?")
                                  .Int(customer.value())));
  facts.default_configuration = ConfigurationId(default_configuration);
  Cursor all = db.Use("SELECT id FROM configurations WHERE customer = ?");
  all.Int(customer.value());
  while (all.Row()) facts.configurations.insert(ConfigurationId(RowReader(all).Int()));
  ZT_RETURN_IF_ERROR(all.status());
  if (!facts.configurations.contains(facts.default_configuration)) {
    facts.default_configuration = {};
  }
  return facts;
}

}  // namespace

absl::StatusOr<bool> SqliteTransaction::Any(Cursor& query) {
  const bool any = query.Row();
  ZT_RETURN_IF_ERROR(query.status());
  return any;
}

absl::Status SqliteTransaction::Change(Cursor& statement, const absl::Status& otherwise) {
  ZT_RETURN_IF_ERROR(statement.Run());
  return db_.Changes() == 0 ? otherwise : absl::OkStatus();
}

absl::StatusOr<std::vector<Partner>> SqliteTransaction::ListPartners() {
  Cursor all = db_.Use(kSql<"SELECT ", kPartnerColumns, " FROM partners ORDER BY id">);
  return ReadAll(all, ReadPartner<RowReader>);
}

absl::StatusOr<std::optional<Partner>> SqliteTransaction::FindPartner(PartnerId id) {
  return ReadOne(
      db_.Use(kSql<"SELECT ", kPartnerColumns, " FROM partners WHERE id = ?">).Int(id.value()),
      ReadPartner<RowReader>);
}

absl::StatusOr<Page<Vendor>> SqliteTransaction::ListVendors(PartnerId partner, VendorId after,
                                                            int64_t limit) {
  return ReadPage(db_.Use("SELECT count(*) FROM vendors WHERE partner = ?").Int(partner.value()),
                  db_.Use(kSql<"SELECT ", kVendorColumns,
                               " FROM vendors WHERE partner = ? AND id > ? ORDER BY id LIMIT ?">)
                      .Int(partner.value())
                      .Int(after.value())
                      .Int(RowsFor(limit)),
                  limit, ReadVendor<RowReader>);
}

absl::StatusOr<std::optional<Vendor>> SqliteTransaction::FindVendor(VendorId id) {
  return ReadOne(
      db_.Use(kSql<"SELECT ", kVendorColumns, " FROM vendors WHERE id = ?">).Int(id.value()),
      ReadVendor<RowReader>);
}

absl::StatusOr<std::optional<Customer>> SqliteTransaction::FindCustomer(CustomerId id) {
  return ReadOne(db_.Use(kSql<"SELECT ", kCustomerColumns, " FROM customers c WHERE c.id = ?">)
                     .Int(id.value()),
                 ReadCustomer<RowReader>);
}

absl::StatusOr<Page<Customer>> SqliteTransaction::ListCustomersThrough(PartnerId partner,
                                                                       VendorId vendor,
                                                                       CustomerId after,
                                                                       int64_t limit) {
  return ReadPage(db_.Use("SELECT count(*) FROM partner_customers WHERE partner = ? AND vendor = ?")
                      .Int(partner.value())
                      .Int(vendor.value()),
                  db_.Use(kSql<"SELECT ", kCustomerColumns,
                               " FROM partner_customers p JOIN customers c ON c.id = p.customer "
                               "WHERE p.partner = ? AND p.vendor = ? AND p.customer > ? "
                               "ORDER BY p.customer LIMIT ?">)
                      .Int(partner.value())
                      .Int(vendor.value())
                      .Int(after.value())
                      .Int(RowsFor(limit)),
                  limit, ReadCustomer<RowReader>);
}

absl::StatusOr<Page<Customer>> SqliteTransaction::ListCustomersOfPartner(PartnerId partner,
                                                                         CustomerId after,
                                                                         int64_t limit) {
  return ListCustomersThrough(partner, VendorId(), after, limit);
}

absl::StatusOr<Page<Customer>> SqliteTransaction::ListCustomersOfVendor(const Vendor& vendor,
                                                                        CustomerId after,
                                                                        int64_t limit) {
  return ListCustomersThrough(vendor.partner, vendor.id, after, limit);
}

absl::StatusOr<std::vector<Customer>> SqliteTransaction::ListCustomers() {
  Cursor all = db_.Use(kSql<"SELECT ", kCustomerColumns, " FROM customers c ORDER BY c.id">);
  return ReadAll(all, ReadCustomer<RowReader>);
}

absl::StatusOr<CustomersOfReseller> SqliteTransaction::ReadCustomerFacts(
    PartnerId partner, std::span<const CustomerId> customers) {
  CustomersOfReseller facts;
  for (const CustomerId customer : customers) {
    if (facts.contains(customer)) continue;
    ZT_ASSIGN_OR_RETURN(
        const bool own,
        Any(db_.Use("SELECT 1 FROM partner_customers WHERE customer = ? AND partner = ? LIMIT 1")
                .Int(customer.value())
                .Int(partner.value())));
    if (!own) continue;
    ZT_ASSIGN_OR_RETURN(facts[customer], ReadFacts(db_, customer));
  }
  return facts;
}

absl::StatusOr<std::vector<Dpc>> SqliteTransaction::ListDpcs() {
  Cursor all = db_.Use(kSql<"SELECT ", kDpcColumns, " FROM dpcs ORDER BY id">);
  return ReadAll(all, ReadDpc<RowReader>);
}

absl::Status SqliteTransaction::AddPartner(const Partner& partner) {
  return db_.Use(kSql<"INSERT INTO partners (", kPartnerColumns, ") VALUES (?, ?, ?)">)
      .Int(partner.id.value())
      .Text(partner.name)
      .Time(partner.created)
      .Run();
}

absl::Status SqliteTransaction::AddVendor(const Vendor& vendor) {
  return Change(db_.Use(kSql<"INSERT INTO vendors (", kVendorColumns,
                             ") SELECT ?, id, ?, ? FROM partners WHERE id = ?">)
                    .Int(vendor.id.value())
                    .Text(vendor.name)
                    .Time(vendor.created)
                    .Int(vendor.partner.value()),
                NoSuchPartner(vendor.partner));
}

absl::Status SqliteTransaction::AddCustomer(const Customer& customer, PartnerId partner,
                                            VendorId vendor) {
  ZT_ASSIGN_OR_RETURN(const bool has_partner,
                      Any(db_.Use("SELECT 1 FROM partners WHERE id = ?").Int(partner.value())));
  if (!has_partner) return NoSuchPartner(partner);
  if (vendor) {
    ZT_ASSIGN_OR_RETURN(const bool has_vendor,
                        Any(db_.Use("SELECT 1 FROM vendors WHERE id = ? AND partner = ?")
                                .Int(vendor.value())
                                .Int(partner.value())));
    if (!has_vendor) return NoSuchVendor(partner, vendor);
  }
  const std::string owners = JoinLines(customer.owner_emails);
  const std::string admins = JoinLines(customer.admin_emails);
  ZT_RETURN_IF_ERROR(db_.Use("INSERT INTO customers (id, name, owner_emails, admin_emails, "
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
  return db_.Use("INSERT INTO partner_customers (partner, vendor, customer) VALUES (?, ?, ?)")
      .Int(partner.value())
      .Int(vendor.value())
      .Int(customer.id.value())
      .Run();
}

absl::Status SqliteTransaction::SetTerms(CustomerId customer, Terms terms) {
  return Change(db_.Use("UPDATE customers SET terms = ? WHERE id = ?")
                    .Int(static_cast<int64_t>(terms))
                    .Int(customer.value()),
                NoSuchCustomer(customer));
}

absl::Status SqliteTransaction::PutDpc(const Dpc& dpc) {
  return db_
      .Use(
          "INSERT OR REPLACE INTO dpcs (id, package_name, title, component, download_location, "
          "signature_checksum) VALUES (?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''))")
      .Text(dpc.id)
      .Text(dpc.package_name)
      .Text(dpc.title)
      .Text(dpc.component)
      .Text(dpc.download_location)
      .Text(dpc.signature_checksum)
      .Run();
}

absl::Status SqliteTransaction::RemoveDpc(const std::string& id) {
  return Change(db_.Use("DELETE FROM dpcs WHERE id = ?").Text(id), NoSuchDpc(id));
}

}  // namespace zerotouch::store::sqlite
