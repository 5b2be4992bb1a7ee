// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_VIEW_H_
#define ZEROTOUCH_STORE_SQLITE_VIEW_H_

#include "store/device_ids.h"
#include "store/sqlite/accounts.h"
#include "store/sqlite/companies.h"
#include "store/sqlite/configurations.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/devices.h"
#include "store/sqlite/operations.h"
#include "store/sqlite/owned_devices.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

// Everything that can be read, on the transaction open on a connection; what
// Snapshot and Transaction have in common.
template <class Base>
class ReadsOn : public Base {
 public:
  explicit ReadsOn(Connection& db) : db_(db) {}

  absl::StatusOr<std::optional<ServiceAccount>> FindAccount(std::string_view email) override {
    return sqlite::FindAccount(db_, email);
  }
  absl::StatusOr<std::vector<ServiceAccount>> ListAccounts() override {
    return sqlite::ListAccounts(db_);
  }
  absl::StatusOr<std::string> ServerSecret() override { return sqlite::ServerSecret(db_); }

  absl::StatusOr<std::vector<Partner>> ListPartners() override { return sqlite::ListPartners(db_); }
  absl::StatusOr<std::optional<Partner>> FindPartner(PartnerId id) override {
    return sqlite::FindPartner(db_, id);
  }
  absl::StatusOr<Page<Vendor>> ListVendors(PartnerId partner, VendorId after,
                                           int64_t limit) override {
    return sqlite::ListVendors(db_, partner, after, limit);
  }
  absl::StatusOr<std::optional<Vendor>> FindVendor(VendorId id) override {
    return sqlite::FindVendor(db_, id);
  }
  absl::StatusOr<std::optional<Customer>> FindCustomer(CustomerId id) override {
    return sqlite::FindCustomer(db_, id);
  }
  absl::StatusOr<Page<Customer>> ListCustomersOfPartner(PartnerId partner, CustomerId after,
                                                        int64_t limit) override {
    return sqlite::ListCustomersOfPartner(db_, partner, after, limit);
  }
  absl::StatusOr<Page<Customer>> ListCustomersOfVendor(const Vendor& vendor, CustomerId after,
                                                       int64_t limit) override {
    return sqlite::ListCustomersOfVendor(db_, vendor, after, limit);
  }
  absl::StatusOr<std::vector<Customer>> ListCustomers() override {
    return sqlite::ListCustomers(db_);
  }
  absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(
      PartnerId partner, std::span<const CustomerId> customers) override {
    return sqlite::ReadCustomerFacts(db_, partner, customers);
  }
  absl::StatusOr<std::vector<Dpc>> ListDpcs() override { return sqlite::ListDpcs(db_); }
  absl::StatusOr<std::vector<Configuration>> ListConfigurations(CustomerId customer) override {
    return sqlite::ListConfigurations(db_, customer);
  }
  absl::StatusOr<std::optional<Configuration>> FindConfiguration(CustomerId customer,
                                                                 ConfigurationId id) override {
    return sqlite::FindConfiguration(db_, customer, id);
  }

  absl::StatusOr<std::vector<Matches>> Locate(
      std::span<const Identity* const> identities) override {
    return sqlite::Locate(db_, identities);
  }
  absl::StatusOr<std::vector<DeviceState>> ReadClaims(std::span<const DeviceId> ids) override {
    return sqlite::ReadClaims(db_, ids);
  }
  absl::Status ReadRecords(std::span<DeviceState* const> states) override {
    return sqlite::ReadRecords(db_, states);
  }
  absl::StatusOr<DeviceState> ReadDevice(DeviceId id) override {
    return sqlite::ReadDevice(db_, id);
  }
  absl::StatusOr<Page<DeviceState>> FindByIdentity(PartnerId partner, const Identity& identity,
                                                   DeviceId after, int64_t limit) override {
    return sqlite::FindByIdentity(db_, partner, identity, after, limit);
  }
  absl::StatusOr<Page<DeviceState>> FindByOwner(const OwnerQuery& query, DeviceId after,
                                                int64_t limit) override {
    return sqlite::FindByOwner(db_, query, after, limit);
  }
  absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(CustomerId customer, DeviceId after,
                                                          int64_t limit) override {
    return sqlite::ListDevicesOfCustomer(db_, customer, after, limit);
  }

  absl::StatusOr<std::optional<OperationHead>> FindOperation(OperationId id) override {
    return sqlite::FindOperation(db_, id);
  }
  absl::StatusOr<Page<OperationHead>> ListOperations(PartnerId partner, std::optional<bool> done,
                                                     int64_t after, int64_t limit) override {
    return sqlite::ListOperations(db_, partner, done, after, limit);
  }
  absl::StatusOr<std::vector<std::string>> ReadRequestChunks(OperationId id, int32_t first,
                                                             int32_t count) override {
    return sqlite::ReadRequestChunks(db_, id, first, count);
  }
  absl::StatusOr<std::vector<IndexedResult>> ReadResults(OperationId id) override {
    return sqlite::ReadResults(db_, id);
  }
  absl::StatusOr<int64_t> CountUnfinished(PartnerId partner) override {
    return sqlite::CountUnfinished(db_, partner);
  }
  absl::StatusOr<bool> AnyRunnable(absl::Time now) override {
    return sqlite::AnyRunnable(db_, now);
  }

 protected:
  Connection& db_;
};

class SqliteTransaction final : public ReadsOn<Transaction> {
 public:
  SqliteTransaction(Connection& db, DeviceIds& ids) : ReadsOn(db), ids_(ids) {}

  absl::Status AddAccount(const ServiceAccount& account) override {
    return sqlite::AddAccount(db_, account);
  }
  absl::Status AddKey(std::string_view email, const AccountKey& key) override {
    return sqlite::AddKey(db_, email, key);
  }
  absl::Status RevokeKey(std::string_view email, std::string_view key_id) override {
    return sqlite::RevokeKey(db_, email, key_id);
  }
  absl::Status SetAccountDisabled(std::string_view email, bool disabled) override {
    return sqlite::SetAccountDisabled(db_, email, disabled);
  }

  absl::Status AddPartner(const Partner& partner) override {
    return sqlite::AddPartner(db_, partner);
  }
  absl::Status AddVendor(const Vendor& vendor) override { return sqlite::AddVendor(db_, vendor); }
  absl::Status AddCustomer(const Customer& customer, PartnerId partner, VendorId vendor) override {
    return sqlite::AddCustomer(db_, customer, partner, vendor);
  }
  absl::Status SetTerms(CustomerId customer, Terms terms) override {
    return sqlite::SetTerms(db_, customer, terms);
  }
  absl::Status PutConfiguration(const Configuration& configuration) override {
    return sqlite::PutConfiguration(db_, configuration);
  }
  absl::Status RemoveConfiguration(CustomerId customer, ConfigurationId id) override {
    return sqlite::RemoveConfiguration(db_, customer, id);
  }
  absl::Status PutDpc(const Dpc& dpc) override { return sqlite::PutDpc(db_, dpc); }
  absl::Status RemoveDpc(const std::string& id) override { return sqlite::RemoveDpc(db_, id); }

  DeviceId NextDeviceId() override { return ids_.Next(); }
  absl::Status Apply(std::span<const DeviceState* const> states) override {
    return sqlite::Apply(db_, states);
  }

  absl::Status AddOperation(const OperationHead& head,
                            std::span<const std::string> chunks) override {
    return sqlite::AddOperation(db_, head, chunks);
  }
  absl::StatusOr<std::optional<Lease>> LeaseOperation(absl::Time now,
                                                      absl::Duration length) override {
    return sqlite::LeaseOperation(db_, now, length);
  }
  absl::Status ExtendLease(const Lease& lease, absl::Time until) override {
    return sqlite::ExtendLease(db_, lease, until);
  }
  absl::Status ReleaseLease(const Lease& lease) override {
    return sqlite::ReleaseLease(db_, lease);
  }
  absl::Status RecordResults(const Lease& lease, int32_t items_done,
                             std::span<const IndexedResult> results, absl::Time now,
                             absl::Time lease_until) override {
    return sqlite::RecordResults(db_, lease, items_done, results, now, lease_until);
  }
  absl::Status CancelOperation(OperationId id, absl::Time now) override {
    return sqlite::CancelOperation(db_, id, now);
  }
  absl::Status DeleteOperation(OperationId id) override { return sqlite::DeleteOperation(db_, id); }
  absl::StatusOr<int64_t> SweepOperations(absl::Time before, int64_t limit) override {
    return sqlite::SweepOperations(db_, before, limit);
  }

 private:
  DeviceIds& ids_;
};

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_VIEW_H_
