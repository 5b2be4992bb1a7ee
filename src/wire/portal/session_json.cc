// SPDX-License-Identifier: Apache-2.0
#include "wire/portal/session_json.h"

#include <fmt/format.h>

#include <map>
#include <set>
#include <vector>

#include "base/json_string.h"
#include "base/limits.h"
#include "base/status_macros.h"

namespace zerotouch::wire {
namespace {

std::string Quoted(std::string_view text) {
  std::string json;
  AppendJsonString(text, json);
  return json;
}

// Returns the role that is shown beside the name: for the reseller, or for the first customer.
UserRole ShownRole(const auth::Principal& principal) {
  if (principal.partner) return principal.partner_role;
  return principal.customers.empty() ? UserRole::kNone : principal.RoleForCustomer(0);
}

void AddUserJson(const auth::SignedIn& signed_in, std::string& json) {
  const auth::Principal& principal = signed_in.principal;
  json +=
      fmt::format("\"user\":{{\"email\":{},\"name\":{},\"role\":\"{}\"", Quoted(principal.email),
                  Quoted(signed_in.session.name), NameOf(ShownRole(principal)));
  if (principal.partner) {
    json += fmt::format(",\"partnerId\":\"{}\",\"partnerRole\":\"{}\"", principal.partner.value(),
                        NameOf(principal.partner_role));
  }
  json += ",\"customerIds\":[";
  for (size_t i = 0; i < principal.customers.size(); ++i) {
    json += fmt::format("{}\"{}\"", i == 0 ? "" : ",", principal.customers[i].value());
  }
  json += "],\"customerRoles\":[";
  for (size_t i = 0; i < principal.customers.size(); ++i) {
    json += fmt::format("{}\"{}\"", i == 0 ? "" : ",", NameOf(principal.RoleForCustomer(i)));
  }
  json += "]}";
}

// Somebody as whom one can sign in to a sandbox.
struct SandboxAccount {
  PartnerId partner;
  std::set<CustomerId> customers;
};

absl::Status AddAccountJson(store::Snapshot& snapshot, const std::string& email,
                            const SandboxAccount& account, std::string& json) {
  json += fmt::format("{{\"email\":{}", Quoted(email));
  if (account.partner) {
    ZT_ASSIGN_OR_RETURN(const auto partner, snapshot.FindPartner(account.partner));
    json += fmt::format(",\"partnerId\":\"{}\",\"partnerName\":{}", account.partner.value(),
                        Quoted(partner.has_value() ? partner->name : ""));
  }
  json += ",\"customers\":[";
  bool first = true;
  for (const CustomerId id : account.customers) {
    ZT_ASSIGN_OR_RETURN(const auto customer, snapshot.FindCustomer(id));
    if (!customer.has_value()) continue;
    json += fmt::format("{}{{\"customerId\":\"{}\",\"companyName\":{}}}", first ? "" : ",",
                        id.value(), Quoted(customer->name));
    first = false;
  }
  json += "]}";
  return absl::OkStatus();
}

}  // namespace

std::string SessionJson(std::string_view mode, const auth::SignedIn& signed_in, bool has_controls) {
  std::string json = fmt::format("{{\"mode\":\"{}\",\"signedIn\":true,", mode);
  AddUserJson(signed_in, json);
  return json +
         fmt::format(
             ",\"csrf\":\"{}\",\"expireTime\":\"{}\",\"sandboxControls\":{}}}\n", signed_in.csrf,
             absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", signed_in.EndTime(), absl::UTCTimeZone()),
             has_controls);
}

absl::StatusOr<std::string> SandboxAccountsJson(store::Snapshot& snapshot) {
  std::map<std::string, SandboxAccount> accounts;
  ZT_ASSIGN_OR_RETURN(const auto service_accounts, snapshot.ListAccounts());
  for (const store::ServiceAccount& each : service_accounts) {
    if (each.disabled) continue;
    accounts[each.email] = {each.partner, {each.customers.begin(), each.customers.end()}};
  }
  ZT_ASSIGN_OR_RETURN(const auto users, snapshot.ListAllUsers());
  for (const store::User& user : users) {
    if (user.email.empty()) continue;
    SandboxAccount& account = accounts[user.email];
    if (user.partner && !account.partner) account.partner = user.partner;
    if (user.customer) account.customers.insert(user.customer);
  }
  std::string json = "[";
  int count = 0;
  for (const auto& [email, account] : accounts) {
    if (count == limits::kSandboxAccounts) break;
    if (count++ > 0) json += ",";
    ZT_RETURN_IF_ERROR(AddAccountJson(snapshot, email, account, json));
  }
  return json + "]";
}

}  // namespace zerotouch::wire
