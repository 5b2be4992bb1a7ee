// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_STORE_CHANGELOG_RESOURCES_H_
#define ZEROTOUCH_STORE_CHANGELOG_RESOURCES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "store/accounts.h"
#include "store/companies.h"
#include "store/operations.h"
#include "store/users.h"
#include "store/webhooks.h"

// Companies, configurations, DPCs, accounts and webhooks as entries of the log: their names, and
// JSON with the fields of the API where it has them. No JSON has a secret.
namespace zerotouch::store::changelog {

std::string NameOf(const Partner& partner);
std::string NameOf(const Vendor& vendor);
std::string NameOf(const Customer& customer);
std::string NameOfConfiguration(CustomerId customer, ConfigurationId id);
std::string NameOfDpc(std::string_view id);
std::string NameOfAccount(std::string_view email);
std::string NameOfKey(std::string_view email, std::string_view key_id);
std::string NameOf(const User& user);
std::string NameOfOperation(OperationId id);
std::string NameOf(const Webhook& webhook);

std::string JsonOf(const Partner& partner);
std::string JsonOf(const Vendor& vendor);
// `partner` and `vendor` have the customer; 0: not said.
std::string JsonOf(const Customer& customer, PartnerId partner = {}, VendorId vendor = {});
std::string JsonOf(const Configuration& configuration);
std::string JsonOf(const Dpc& dpc);
std::string JsonOf(const ServiceAccount& account);
std::string JsonOf(const AccountKey& key);
std::string JsonOf(const User& user);
std::string JsonOf(const OperationHead& operation);
// `has_new_secret` says that the secret was changed; the secret is not shown.
std::string JsonOf(const Webhook& webhook, bool has_new_secret = false);

}  // namespace zerotouch::store::changelog

#endif  // ZEROTOUCH_STORE_CHANGELOG_RESOURCES_H_
