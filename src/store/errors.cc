// SPDX-License-Identifier: Apache-2.0
#include "store/errors.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "base/status_text.h"

namespace zerotouch::store {

absl::Status NoSuchAccount(std::string_view email) {
  return absl::NotFoundError(fmt::format("there is no service account {}", email));
}

absl::Status NoSuchKey(std::string_view email, std::string_view key_id) {
  return absl::NotFoundError(fmt::format("service account {} has no key {}", email, key_id));
}

absl::Status NoSuchPartner(PartnerId id) {
  return absl::NotFoundError(fmt::format("there is no partner {}", id.value()));
}

absl::Status NoSuchVendor(PartnerId partner, VendorId id) {
  return absl::NotFoundError(
      fmt::format("partner {} has no vendor {}", partner.value(), id.value()));
}

absl::Status NoSuchCustomer(CustomerId id) {
  return absl::NotFoundError(fmt::format("there is no customer {}", id.value()));
}

absl::Status NoSuchConfiguration(CustomerId customer, ConfigurationId id) {
  return absl::NotFoundError(
      fmt::format("customer {} has no configuration {}", customer.value(), id.value()));
}

absl::Status NoSuchUser(UserId id) {
  return absl::NotFoundError(fmt::format("the company has no user {}", id.value()));
}

absl::Status UserExists(std::string_view email, std::string_view group) {
  return absl::AlreadyExistsError(fmt::format("the company has a user {} already; remove it first",
                                              email.empty() ? group : email));
}

absl::Status NoSuchState(std::string_view id) {
  return absl::NotFoundError(fmt::format("there is no saved state {}", id));
}

absl::Status CheckStateId(std::string_view id) {
  constexpr size_t kLongest = 64;
  constexpr char kAllowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
  if (!id.empty() && id.size() <= kLongest &&
      id.find_first_not_of(kAllowed) == std::string_view::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("Invalid id of a saved state: use 1 to {} of a-z, 0-9, '-' and '_'", kLongest));
}

absl::Status StateExists(std::string_view id) {
  return absl::AlreadyExistsError(fmt::format("there is a saved state {} already", id));
}

absl::Status TooManyStates() {
  return absl::ResourceExhaustedError(
      fmt::format("there are {} saved states; delete one first", limits::kSavedStates));
}

absl::Status NoSuchDpc(std::string_view id) {
  return absl::NotFoundError(fmt::format("there is no DPC {}", id));
}

absl::Status NoSuchOperation(OperationId id) {
  return absl::NotFoundError(fmt::format("there is no operation {}", id.value()));
}

absl::Status NoSuchWebhook(WebhookId id) {
  return absl::NotFoundError(fmt::format("there is no webhook {}", id.value()));
}

absl::Status NoSuchDelivery(WebhookId webhook, DeliveryId id) {
  return absl::NotFoundError(
      fmt::format("webhook {} has no delivery {}", webhook.value(), id.value()));
}

absl::Status NoSuchRequestChunks(OperationId id, int32_t first, int32_t count) {
  return absl::NotFoundError(fmt::format("operation {} lacks some of its request chunks {} to {}",
                                         id.value(), first, first + count - 1));
}

absl::Status ConfigurationOfAnother(ConfigurationId id) {
  return absl::AlreadyExistsError(
      fmt::format("configuration {} belongs to another customer", id.value()));
}

absl::Status ConfigurationInUse(ConfigurationId id) {
  return absl::FailedPreconditionError(fmt::format("a device uses configuration {}", id.value()));
}

absl::Status LostLease(OperationId id) {
  return absl::AbortedError(fmt::format("the lease of operation {} was lost", id.value()));
}

absl::Status SecretLost() { return absl::DataLossError("the secret of the registry is missing"); }

absl::Status ChainHeadLost() {
  return absl::DataLossError("the head of the log of changes is missing");
}

absl::Status AccountsVersionLost() {
  return absl::DataLossError("the version of the registry's accounts is missing");
}

absl::Status UnreadableDevice(DeviceId id) {
  return absl::DataLossError(fmt::format("the record of device {} is damaged", id.value()));
}

absl::Status RowFitsNoRegistry(std::string_view table, const absl::Status& why) {
  return absl::DataLossError(fmt::format(
      "the archive has a row of {} that does not fit a registry ({})", table, MessageOf(why)));
}

}  // namespace zerotouch::store
