// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_SQLITE_TRANSACTION_H_
#define ZEROTOUCH_STORE_SQLITE_TRANSACTION_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "store/device_ids.h"
#include "store/sqlite/database.h"
#include "store/store.h"

namespace zerotouch::store::sqlite {

class RowReader;

// Reads and writes the registry in the transaction that is open on a database
// connection. Each part is in the file of its name.
class SqliteTransaction : public Transaction {
 public:
  // Makes a transaction that only reads.
  explicit SqliteTransaction(Database& db) : db_(db) {}
  // Makes a transaction that also writes.
  SqliteTransaction(Database& db, DeviceIds& ids) : db_(db), ids_(&ids) {}

  // accounts.cc
  absl::StatusOr<std::optional<ServiceAccount>> FindAccount(std::string_view email) override;
  absl::StatusOr<std::vector<ServiceAccount>> ListAccounts() override;
  absl::StatusOr<std::string> ServerSecret() override;
  absl::StatusOr<int64_t> AccountsVersion() override;
  absl::Status AddAccount(const ServiceAccount& account) override;
  absl::Status AddKey(std::string_view email, const AccountKey& key) override;
  absl::Status RevokeKey(std::string_view email, std::string_view key_id) override;
  absl::Status SetAccountDisabled(std::string_view email, bool disabled) override;
  absl::StatusOr<std::vector<KeyUse>> ListKeyUses() override;
  absl::Status NoteKeyUses(std::span<const KeyUse> uses) override;
  absl::StatusOr<std::optional<QuotaBucket>> FindQuotaBucket(std::string_view email) override;
  absl::Status SetAccountQuota(std::string_view email, std::optional<int64_t> per_100s) override;
  absl::StatusOr<QuotaLease> LeaseCalls(std::string_view email, int64_t per_100s, int64_t wanted,
                                        absl::Time now) override;
  absl::StatusOr<bool> UseAssertion(const AssertionUse& use, int64_t most, absl::Time now) override;
  absl::StatusOr<int64_t> SweepAssertions(absl::Time now, int64_t limit) override;

  // changelog.cc
  absl::StatusOr<std::vector<ChainHead>> ReadChainHeads() override;
  absl::StatusOr<std::vector<StoredPart>> ReadParts(int64_t after, int64_t limit) override;
  absl::StatusOr<std::optional<StoredPart>> FindPart(int64_t sequence) override;
  absl::StatusOr<std::optional<StoredCheckpoint>> FindCheckpoint(std::string_view hash) override;
  absl::Status AddCheckpoint(const StoredCheckpoint& checkpoint) override;

  // companies.cc
  absl::StatusOr<std::vector<Partner>> ListPartners() override;
  absl::StatusOr<std::optional<Partner>> FindPartner(PartnerId id) override;
  absl::StatusOr<Page<Vendor>> ListVendors(PartnerId partner, VendorId after,
                                           int64_t limit) override;
  absl::StatusOr<std::optional<Vendor>> FindVendor(VendorId id) override;
  absl::StatusOr<std::optional<Customer>> FindCustomer(CustomerId id) override;
  absl::StatusOr<Page<Customer>> ListCustomersOfPartner(PartnerId partner, CustomerId after,
                                                        int64_t limit) override;
  absl::StatusOr<Page<Customer>> ListCustomersOfVendor(const Vendor& vendor, CustomerId after,
                                                       int64_t limit) override;
  absl::StatusOr<std::vector<Customer>> ListCustomers() override;
  absl::StatusOr<CustomersOfReseller> ReadCustomerFacts(
      PartnerId partner, std::span<const CustomerId> customers) override;
  absl::StatusOr<std::vector<Dpc>> ListDpcs() override;
  absl::Status AddPartner(const Partner& partner) override;
  absl::Status AddVendor(const Vendor& vendor) override;
  absl::Status AddCustomer(const Customer& customer, PartnerId partner, VendorId vendor) override;
  absl::Status SetTerms(CustomerId customer, Terms terms) override;
  absl::Status PutDpc(const Dpc& dpc) override;
  absl::Status RemoveDpc(const std::string& id) override;

  // configurations.cc
  absl::StatusOr<std::vector<Configuration>> ListConfigurations(CustomerId customer,
                                                                ConfigurationId after,
                                                                int64_t limit) override;
  absl::StatusOr<int64_t> CountConfigurations(CustomerId customer) override;
  absl::StatusOr<std::optional<Configuration>> FindConfiguration(CustomerId customer,
                                                                 ConfigurationId id) override;
  absl::Status PutConfiguration(const Configuration& configuration) override;
  absl::Status RemoveConfiguration(CustomerId customer, ConfigurationId id) override;

  // devices.cc
  absl::StatusOr<std::vector<KeyMatches>> Locate(
      std::span<const Identity* const> identities) override;
  absl::StatusOr<std::vector<DeviceState>> ReadClaims(std::span<const DeviceId> ids) override;
  absl::Status ReadStatements(std::span<DeviceState* const> states) override;
  absl::Status ReadStatedIdentifiers(
      PartnerId reseller, std::span<const DeviceId> devices,
      absl::FunctionRef<void(size_t i, std::string_view identifier)> take) override;
  absl::StatusOr<DeviceState> ReadDevice(DeviceId id) override;
  DeviceId NextDeviceId() override { return ids_->Next(); }
  absl::Status CheckLocated() override { return absl::OkStatus(); }  // the only writer

  // device_changes.cc
  absl::Status Apply(std::span<const DeviceState* const> states) override;
  absl::StatusOr<std::optional<DeviceId>> SettleGivenUp(DeviceId after) override;

  // device_lists.cc
  absl::StatusOr<Page<DeviceState>> FindByIdentity(PartnerId partner, const Identity& identity,
                                                   DeviceId after, int64_t limit) override;
  absl::StatusOr<Page<DeviceState>> FindByOwner(const OwnerQuery& query, DeviceId after,
                                                int64_t limit) override;
  absl::StatusOr<int64_t> CountByOwner(const OwnerQuery& query) override;
  absl::StatusOr<Page<DeviceState>> ListDevicesOfCustomer(CustomerId customer, DeviceId after,
                                                          int64_t limit) override;
  absl::StatusOr<bool> HasManyGivenUp() override;

  // operations.cc
  absl::StatusOr<std::optional<OperationHead>> FindOperation(OperationId id) override;
  absl::StatusOr<Page<OperationHead>> ListOperations(PartnerId partner, std::optional<bool> done,
                                                     int64_t after, int64_t limit) override;
  absl::StatusOr<std::vector<std::string>> ReadRequestChunks(OperationId id, int32_t first,
                                                             int32_t count) override;
  absl::StatusOr<std::vector<IndexedResult>> ReadResults(OperationId id) override;
  absl::StatusOr<std::optional<ResultChunk>> ReadResultChunk(OperationId id, int32_t from) override;
  absl::StatusOr<std::optional<OperationHead>> FindUndoOf(OperationId id) override;
  absl::StatusOr<int64_t> CountUnfinished(PartnerId partner) override;
  absl::StatusOr<std::vector<std::pair<BatchKind, int64_t>>> CountUnfinishedByKind() override;
  absl::StatusOr<bool> AnyRunnable(absl::Time now) override;
  absl::StatusOr<std::optional<absl::Time>> NewestFinish() override;
  absl::Status AddOperation(const OperationHead& head,
                            std::span<const std::string> chunks) override;
  absl::Status AddUndo(const OperationHead& head) override;
  absl::StatusOr<std::optional<Lease>> LeaseOperation(absl::Time now, absl::Duration length,
                                                      LeaseOrder order) override;
  absl::Status ExtendLease(const Lease& lease, absl::Time until) override;
  absl::Status ReleaseLease(const Lease& lease) override;
  absl::Status RecordResults(const Lease& lease, int32_t items_done,
                             std::span<const IndexedResult> results, absl::Time now,
                             absl::Time lease_until) override;
  absl::Status CancelOperation(OperationId id, absl::Time now) override;
  absl::Status DeleteOperation(OperationId id) override;
  absl::StatusOr<int64_t> SweepOperations(absl::Time before, int64_t limit) override;
  absl::StatusOr<std::optional<absl::Time>> LockRetentionMark() override;
  absl::Status SetRetentionMark(absl::Time mark) override;

  // users.cc
  absl::StatusOr<std::vector<User>> ListUsers(PartnerId partner, CustomerId customer) override;
  absl::StatusOr<std::vector<User>> ListAllUsers() override;
  absl::StatusOr<std::vector<User>> FindUsers(std::string_view email,
                                              std::span<const std::string> groups) override;
  absl::StatusOr<std::optional<PortalSession>> FindSession(std::string_view id) override;
  absl::StatusOr<int64_t> CountSessions() override;
  absl::Status AddUser(const User& user) override;
  absl::Status RemoveUser(const User& user) override;
  absl::Status AddSession(const PortalSession& session) override;
  absl::Status SetSessionUsed(std::string_view id, absl::Time used) override;
  absl::Status RemoveSession(std::string_view id) override;
  absl::Status PruneSessions(std::string_view email, int64_t keep, absl::Time now,
                             absl::Time idle_since) override;

  // webhooks.cc
  absl::StatusOr<Page<Webhook>> ListWebhooks(const Subscriber& owner, WebhookId after,
                                             int64_t limit) override;
  absl::StatusOr<int64_t> CountWebhooks(const Subscriber& owner) override;
  absl::StatusOr<std::optional<Webhook>> FindWebhook(const Subscriber& owner,
                                                     WebhookId id) override;
  absl::StatusOr<bool> HasWebhooks() override;
  absl::StatusOr<std::vector<Webhook>> WebhooksOf(std::span<const PartnerId> partners,
                                                  std::span<const CustomerId> customers) override;
  absl::StatusOr<Page<Delivery>> ListDeliveries(WebhookId webhook, int64_t before,
                                                int64_t limit) override;
  absl::StatusOr<std::optional<Delivery>> FindDelivery(WebhookId webhook, DeliveryId id) override;
  absl::StatusOr<std::vector<DueDelivery>> ReadDueDeliveries(absl::Time now, absl::Time lease_now,
                                                             WebhookId after,
                                                             int64_t limit) override;
  absl::Status AddWebhook(const Webhook& webhook) override;
  absl::Status UpdateWebhook(const Webhook& webhook) override;
  absl::Status RemoveWebhook(const Subscriber& owner, WebhookId id) override;
  absl::Status AddDelivery(const Delivery& delivery) override;
  absl::StatusOr<std::optional<LeasedDelivery>> LeaseDelivery(int64_t number, absl::Time lease_now,
                                                              absl::Time until) override;
  absl::Status RecordAttempt(const LeasedDelivery& leased) override;
  absl::Status Redeliver(WebhookId webhook, DeliveryId id, absl::Time now) override;
  absl::StatusOr<int64_t> SweepDeliveries(absl::Time before, int64_t limit) override;
  absl::StatusOr<int64_t> TrimDeliveries(int64_t kept) override;

 protected:
  // changelog.cc
  absl::StatusOr<int64_t> NextPart() override;
  absl::Status AppendBlocks(std::span<const changelog::FinishedBlock> blocks) override;

 private:
  // changelog.cc
  absl::Status AppendBlock(const changelog::FinishedBlock& block);

  // companies.cc
  absl::StatusOr<Page<Customer>> ListCustomersThrough(PartnerId partner, VendorId vendor,
                                                      CustomerId after, int64_t limit);
  // Returns true if the query returns a row.
  static absl::StatusOr<bool> Any(Cursor& query);
  // Runs a statement; returns `otherwise` if it writes no row.
  absl::Status Change(Cursor& statement, const absl::Status& otherwise);

  // devices.cc
  // Store what a row has of a device, in the order of the columns.
  void TakeClaim(RowReader& row, DeviceState& state);
  absl::Status TakeStatement(RowReader& row, DeviceState& state);
  absl::Status LocateModems(std::span<const Identity* const> identities,
                            std::vector<KeyMatches>& found);
  absl::Status LocateSerials(std::span<const Identity* const> identities,
                             std::vector<KeyMatches>& found);

  // device_changes.cc
  struct NewRows;
  // Write what is stored already, and note the rows to add.
  absl::Status WriteState(const DeviceState& state, const LoggedPlaces& places, NewRows& rows);
  absl::Status WriteStatementOf(DeviceId device, const StatementState& statement,
                                int64_t last_entry, NewRows& rows);
  absl::Status WriteClaim(const DeviceState& state, Section section, int64_t last_entry,
                          NewRows& rows);

  Database& db_;
  DeviceIds* const ids_ = nullptr;
  // Resellers of claims that a writing transaction read as held, and did not write since.
  absl::flat_hash_map<std::pair<DeviceId, Section>, PartnerId> held_;
};

// Ends every lease. For a server that has just started, which is the only one.
absl::Status EndAllLeases(Database& db);

}  // namespace zerotouch::store::sqlite

#endif  // ZEROTOUCH_STORE_SQLITE_TRANSACTION_H_
