// SPDX-License-Identifier: Apache-2.0
#include "store/archive/tables.h"

#include <iterator>

namespace zerotouch::store::archive {
namespace {

using enum ColumnType;
constexpr bool kNullable = true;

// Only the row 'secret': it keeps tokens that were issued valid.
constexpr Column kMeta[] = {{"key", kText}, {"value", kBytes}};
constexpr Column kPartners[] = {
    {"id", kInt}, {"name", kText}, {"created_us", kInt}, {"turn", kInt}};
constexpr Column kVendors[] = {
    {"id", kInt}, {"partner", kInt}, {"name", kText}, {"created_us", kInt}};
constexpr Column kCustomers[] = {{"id", kInt},
                                 {"name", kText},
                                 {"owner_emails", kText},
                                 {"admin_emails", kText},
                                 {"language_code", kText},
                                 {"terms", kInt},
                                 {"default_configuration", kInt},
                                 {"created_us", kInt}};
constexpr Column kPartnerCustomers[] = {{"partner", kInt}, {"vendor", kInt}, {"customer", kInt}};
constexpr Column kConfigurations[] = {{"id", kInt},
                                      {"customer", kInt},
                                      {"name", kText},
                                      {"dpc", kText},
                                      {"dpc_extras", kText},
                                      {"company_name", kText},
                                      {"contact_email", kText},
                                      {"contact_phone", kText},
                                      {"custom_message", kText},
                                      {"forced_reset_ns", kInt, kNullable}};
constexpr Column kDpcs[] = {{"id", kText},
                            {"package_name", kText},
                            {"title", kText},
                            {"component", kText, kNullable, 4},
                            {"download_location", kText, kNullable, 4},
                            {"signature_checksum", kText, kNullable, 4}};
constexpr Column kServiceAccounts[] = {
    {"email", kText}, {"client_id", kText}, {"partner", kInt}, {"disabled", kFlag}};
constexpr Column kAccountCustomers[] = {{"email", kText}, {"customer", kInt}};
constexpr Column kAccountKeys[] = {
    {"email", kText}, {"key_id", kText}, {"public_pem", kText}, {"created_us", kInt}};
constexpr Column kDevices[] = {{"id", kInt}, {"identifier", kBytes}, {"metadata", kBytes}};
// 0 in owner, configuration and simlock_profile means "none".
constexpr Column kClaims[] = {{"device", kInt},
                              {"section", kInt},
                              {"held", kFlag},
                              {"reseller", kInt},
                              {"owner", kInt},
                              {"configuration", kInt},
                              {"simlock_profile", kInt},
                              {"workspace", kText},
                              {"vacation_starts_us", kInt, kNullable},
                              {"vacation_expires_us", kInt, kNullable},
                              {"last_entry", kInt, kNullable, 4}};
constexpr Column kModems[] = {{"modem", kInt}, {"device", kInt}};
constexpr Column kSerials[] = {{"key", kText}, {"device", kInt}, {"serial", kText}};
// `number` orders the operations of one partner, and rows are in that order. A
// store that numbers differently assigns new numbers in the order of the rows.
constexpr Column kOperations[] = {{"partner", kInt},
                                  {"number", kInt},
                                  {"id", kInt},
                                  {"kind", kInt},
                                  {"items", kInt},
                                  {"items_done", kInt},
                                  {"succeeded", kInt},
                                  {"accepted_us", kInt},
                                  {"started_us", kInt, kNullable},
                                  {"finished_us", kInt, kNullable},
                                  {"cancelled", kFlag},
                                  {"account", kText, kNullable, 2},
                                  {"request_id", kText, kNullable, 4},
                                  {"undoes", kInt, kNullable, 4}};
// `operation` is the operation's id in both, even if a store uses another key.
constexpr Column kOperationChunks[] = {{"operation", kInt}, {"number", kInt}, {"request", kBytes}};
constexpr Column kOperationResults[] = {
    {"operation", kInt}, {"first_item", kInt}, {"results", kBytes}, {"log", kInt, kNullable, 4}};
constexpr Column kAccountQuotas[] = {{"email", kText}, {"per_100s", kInt}};

constexpr Column kStatements[] = {{"device", kInt},
                                  {"reseller", kInt},
                                  {"identifier", kBytes},
                                  {"metadata", kBytes},
                                  {"last_entry", kInt, kNullable, 4}};
constexpr Column kModemKeys[] = {
    {"modem", kInt}, {"device", kInt}, {"reseller", kInt}, {"others", kBytes, kNullable}};
constexpr Column kSerialKeys[] = {{"key", kText},
                                  {"serial", kText},
                                  {"device", kInt},
                                  {"reseller", kInt},
                                  {"others", kBytes, kNullable}};

constexpr Column kLogParts[] = {
    {"first", kInt}, {"chain", kInt}, {"height", kInt}, {"hash", kBytes}, {"part", kBytes}};
constexpr Column kLogHeads[] = {
    {"chain", kInt}, {"height", kInt}, {"last", kInt}, {"hash", kBytes}};
constexpr Column kLogCheckpoints[] = {
    {"hash", kBytes}, {"height", kInt}, {"time_us", kInt}, {"heads", kBytes}};

constexpr Column kUsers[] = {{"id", kInt},        {"partner", kInt},     {"customer", kInt},
                             {"email", kText},    {"user_group", kText}, {"role", kInt},
                             {"created_us", kInt}};
constexpr Column kWebhooks[] = {{"id", kInt},        {"partner", kInt}, {"customer", kInt},
                                {"url", kText},      {"events", kInt},  {"secret", kBytes},
                                {"created_us", kInt}};
constexpr Column kWebhookDeliveries[] = {
    {"number", kInt},     {"id", kInt},         {"webhook", kInt},         {"type", kInt},
    {"created_us", kInt}, {"state", kInt},      {"next_attempt_us", kInt}, {"in_order", kFlag},
    {"failures", kInt},   {"attempts", kBytes}, {"payload", kBytes}};

constexpr Table kTables[] = {
    {"meta", kMeta, 1},
    {"partners", kPartners, 1},
    {"vendors", kVendors, 1},
    {"customers", kCustomers, 1},
    {"partner_customers", kPartnerCustomers, 3},
    {"configurations", kConfigurations, 1},
    {"dpcs", kDpcs, 1},
    {"service_accounts", kServiceAccounts, 1},
    {"account_customers", kAccountCustomers, 2},
    {"account_keys", kAccountKeys, 2},
    {"devices", kDevices, 1, 2},
    {"claims", kClaims, 2},
    {"modems", kModems, 1, 2},
    {"serials", kSerials, 2, 2},
    {"operations", kOperations, 2},
    {"operation_chunks", kOperationChunks, 2},
    {"operation_results", kOperationResults, 2},
    // Since version 2.
    {"account_quotas", kAccountQuotas, 1},
    // Since version 3, in the place of devices, modems and serials.
    {"statements", kStatements, 2},
    {"modem_keys", kModemKeys, 1},
    {"serial_keys", kSerialKeys, 2},
    // Since version 4.
    {"log_parts", kLogParts, 1},
    {"log_heads", kLogHeads, 1},
    {"log_checkpoints", kLogCheckpoints, 1},
    // Since version 5.
    {"users", kUsers, 1},
    {"webhooks", kWebhooks, 1},
    {"webhook_deliveries", kWebhookDeliveries, 1},
};

}  // namespace

std::span<const Table> Tables() { return kTables; }

size_t TableCount(uint32_t version) {
  switch (version) {
    case 1:
      return 17;
    case 2:
      return 18;
    case 3:
      return 21;
    case 4:
      return 24;
    default:
      return std::size(kTables);
  }
}

uint8_t Table::index() const { return static_cast<uint8_t>(this - kTables); }

}  // namespace zerotouch::store::archive
