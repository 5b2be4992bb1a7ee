// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_POSTGRES_TRANSACTION_H_
#define ZEROTOUCH_STORE_POSTGRES_TRANSACTION_H_

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "store/device_ids.h"
#include "store/postgres/read_groups.h"
#include "store/postgres/session.h"
#include "store/statement_ids.h"
#include "store/store.h"

namespace zerotouch::store::postgres {

// Converts this process's time to the database's, which every replica uses for
// leases.
struct LeaseClock {
  absl::Duration ahead;  // how far the database's clock is ahead of this process's

  absl::Time Of(absl::Time own) const { return own + ahead; }
};

// Reads and writes the registry in the transaction that is open on a session.
// Each part is in the file of its name.
//
// Rows of devices are not locked before they are written. A change names the
// version of each row that it was decided on; if a row has another version by
// then, or the key of a new row is taken, the whole transaction is retried. Rows
// are written in the order of their keys, so transactions wait for each other in
// one direction only.
class PostgresTransaction : public Transaction {
 public:
  // Makes a transaction that only reads.
  PostgresTransaction(Session& db, LeaseClock leases) : db_(db), leases_(leases) {}
  // Makes a transaction that also writes. It locks the rows that its decisions
  // refer to against removal.
  PostgresTransaction(Session& db, LeaseClock leases, DeviceIds& ids)
      : db_(db), leases_(leases), ids_(&ids) {}

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
  // Reads for several calls in one round trip, outside a transaction. `ids` are ascending and
  // distinct.
  absl::StatusOr<GroupReads> ReadForCalls(std::span<const DeviceId> ids);
  DeviceId NextDeviceId() override { return ids_->Next(); }
  absl::Status CheckLocated() override;

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
  bool writing() const { return ids_ != nullptr; }

  // companies.cc
  absl::StatusOr<Page<Customer>> ListCustomersThrough(PartnerId partner, VendorId vendor,
                                                      CustomerId after, int64_t limit);
  // Returns true if the query returns a row.
  absl::StatusOr<bool> Any(const Query& query);
  // Runs a statement; returns `otherwise` if it writes no row.
  absl::Status Change(const Query& query, const absl::Status& otherwise);

  // devices.cc
  absl::Status LocateModems(std::span<const Identity* const> identities,
                            std::vector<KeyMatches>& found);
  absl::Status LocateSerials(std::span<const Identity* const> identities,
                             std::vector<KeyMatches>& found);
  // Locates a few devices by their modem ids, and reads them and places in the log, in one round
  // trip.
  absl::StatusOr<std::vector<KeyMatches>> LocateFew(std::span<const Identity* const> identities);
  // Returns true if LocateFew read all of these devices. Forgets what it read otherwise.
  bool HasLocated(std::span<const DeviceId> ids);
  // Reads the answer to SelectAccountsVersion.
  static absl::StatusOr<int64_t> ReadAccountsVersion(const Rows& rows);
  static Query SelectAccountsVersion();
  // Adds these devices, of which the rows have what is stored.
  absl::Status TakeWhole(const Rows& rows, std::span<const DeviceId> ids,
                         absl::btree_map<DeviceId, DeviceState>& devices);
  // Store a row in the state, and its version.
  void TakeClaim(RowReader& row, DeviceState& state);
  absl::Status TakeStatement(RowReader& row, DeviceState& state);
  // Store the rows in the states, which are ascending by id, and their versions.
  void TakeClaims(const Rows& rows, std::span<DeviceState> states);
  absl::Status TakeStatements(const Rows& rows, std::span<DeviceState* const> states);
  // Return true if the rows are those that were read, with their versions.
  bool AreModemRows(const Rows& rows) const;
  bool AreSerialRows(const Rows& rows) const;
  bool AreStatements(const Rows& rows) const;
  // Reads the rows of modem ids, ascending and distinct, and of serial sets, which
  // `numbers` names in `identities`, and calls `take` with each. Keeps the rows that may be
  // changed.
  absl::Status ReadModemKeys(std::span<const int64_t> modems,
                             absl::FunctionRef<void(ModemKey, const StatementIds&)> take);
  absl::Status ReadSerialKeys(std::span<const Identity* const> identities,
                              std::span<const uint32_t> numbers,
                              absl::FunctionRef<void(uint32_t, const StatementIds&)> take);

  // changelog.cc
  // Returns a query that reserves the sequences of parts of the log, and tells whether there
  // are webhooks.
  static Query ReserveParts(size_t parts);
  void TakeParts(const Rows& rows);

  // device_changes.cc
  // `places[i]` are those of `states[i]`.
  void QueueStatements(std::span<const DeviceState* const> states,
                       std::span<const LoggedPlaces> places);
  // Reads the rows of keys that are dropped and were not looked up.
  absl::Status ReadDroppedKeys(std::span<const DeviceState* const> states);
  void QueueKeys(std::span<const DeviceState* const> states);
  void QueueClaims(std::span<const DeviceState* const> states,
                   std::span<const LoggedPlaces> places);

  Session& db_;
  const LeaseClock leases_;
  DeviceIds* const ids_ = nullptr;
  // A lookup key's row as it was read.
  struct KeyRow {
    int64_t version = 0;
    StatementIds statements;
  };
  using SerialKey = std::pair<std::string, std::string>;  // key and serial
  // Queue the changes of the rows of one kind of key, from `before` to `after`.
  void QueueModemKeys(const absl::btree_map<ModemKey, StatementIds>& after);
  void QueueSerialKeys(const absl::btree_map<SerialKey, StatementIds>& after);

  // The devices that LocateFew found, as one statement read them with their keys; until other
  // devices are read, or changed ones written.
  std::optional<absl::btree_map<DeviceId, DeviceState>> located_;
  // First sequences of parts of the log that are reserved for this transaction.
  std::deque<int64_t> parts_;
  // True if there are webhooks; set when it was read with the parts.
  std::optional<bool> has_webhooks_;
  // The rows that were read, if writing; of claims and statements only the versions.
  absl::flat_hash_map<std::pair<DeviceId, Section>, int64_t> claim_versions_;
  absl::flat_hash_map<std::pair<DeviceId, PartnerId>, int64_t> statement_versions_;
  absl::flat_hash_map<ModemKey, KeyRow> modem_rows_;
  absl::flat_hash_map<SerialKey, KeyRow> serial_rows_;
};

}  // namespace zerotouch::store::postgres

#endif  // ZEROTOUCH_STORE_POSTGRES_TRANSACTION_H_
