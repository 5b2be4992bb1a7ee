// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_ERRORS_H_
#define ZEROTOUCH_STORE_ERRORS_H_

#include <string_view>

#include "absl/status/status.h"
#include "base/ids.h"

// The errors that every store returns, so that their texts are the same.
namespace zerotouch::store {

// NOT_FOUND.
absl::Status NoSuchAccount(std::string_view email);
absl::Status NoSuchKey(std::string_view email, std::string_view key_id);
absl::Status NoSuchPartner(PartnerId id);
absl::Status NoSuchVendor(PartnerId partner, VendorId id);
absl::Status NoSuchCustomer(CustomerId id);
absl::Status NoSuchConfiguration(CustomerId customer, ConfigurationId id);
absl::Status NoSuchDpc(std::string_view id);
absl::Status NoSuchOperation(OperationId id);
absl::Status NoSuchWebhook(WebhookId id);
absl::Status NoSuchDelivery(WebhookId webhook, DeliveryId id);
absl::Status NoSuchRequestChunks(OperationId id, int32_t first, int32_t count);

absl::Status NoSuchUser(UserId id);

absl::Status NoSuchState(std::string_view id);

// Returns INVALID_ARGUMENT if `id` cannot be that of a saved state.
absl::Status CheckStateId(std::string_view id);
// ALREADY_EXISTS.
absl::Status StateExists(std::string_view id);
// RESOURCE_EXHAUSTED.
absl::Status TooManyStates();

// ALREADY_EXISTS: the company has this user.
absl::Status UserExists(std::string_view email, std::string_view group);
// ALREADY_EXISTS: another customer has the id.
absl::Status ConfigurationOfAnother(ConfigurationId id);
// FAILED_PRECONDITION: a device uses it.
absl::Status ConfigurationInUse(ConfigurationId id);
// ABORTED.
absl::Status LostLease(OperationId id);

// DATA_LOSS: the registry is damaged, or a row of an archive does not fit any
// registry.
absl::Status SecretLost();
absl::Status AccountsVersionLost();
absl::Status ChainHeadLost();
absl::Status UnreadableDevice(DeviceId id);
absl::Status RowFitsNoRegistry(std::string_view table, const absl::Status& why);

}  // namespace zerotouch::store

#endif  // ZEROTOUCH_STORE_ERRORS_H_
