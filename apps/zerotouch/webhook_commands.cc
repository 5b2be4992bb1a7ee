// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "zerotouch/rest_call.h"
#include "zerotouch/shared_flags.h"

namespace zerotouch::cli {
namespace {

constexpr std::string_view kWebhookId = "Id of the webhook, or its name";
constexpr std::string_view kWebhookPath = "/openzerotouch/v1/{parent}/webhooks/{id}";

std::vector<Flag> WebhookFields() {
  return {{"url", "URL", "URL to post events to", "url"},
          {"events", "EVENT,...",
           "operation.finished (resellers), device.claimed, device.unclaimed, device.configured "
           "(customers)",
           "events", Flag::Kind::kList},
          {"secret", "TEXT|@FILE", "Secret that signs deliveries: whsec_...; @FILE and - are read",
           "secret"}};
}

std::vector<Command> WebhookEditCommands() {
  return {
      {.group = "webhooks",
       .verb = "create",
       .about = "Create a webhook, and show its secret once",
       .example = "Examples:\n"
                  "  zerotouch webhooks create --url https://example.com/hook \\\n"
                  "    --events device.claimed,device.unclaimed\n"
                  "  zerotouch webhooks create --as-customer 1520371398 \\\n"
                  "    --url https://example.com/hook --events device.configured\n"
                  "Without --secret the server makes one. Keep it: it is not shown again.\n",
       .run = RunRest,
       .side = Side::kEither,
       .flags = Join({WebhookFields(), {Data()}}),
       .rest = {.http = "POST", .path = "/openzerotouch/v1/{parent}/webhooks"}},
      {.group = "webhooks",
       .verb = "update",
       .about = "Change the URL, the events or the secret of a webhook",
       .example = "Example:\n"
                  "  zerotouch webhooks update 5 --url https://example.com/other\n"
                  "What is given is changed; --update-mask names other fields.\n",
       .run = RunRest,
       .side = Side::kEither,
       .flags = Join(
           {WebhookFields(),
            {{"update-mask", "FIELD,...", "Fields to change (default: those given)"}, Data()}}),
       .positional = "WEBHOOK",
       .positional_help = kWebhookId,
       .rest = {.http = "PATCH", .path = kWebhookPath}},
      {.group = "webhooks",
       .verb = "delete",
       .about = "Delete a webhook and its deliveries",
       .example = "Example:\n  zerotouch webhooks delete 5\n",
       .run = RunRest,
       .side = Side::kEither,
       .positional = "WEBHOOK",
       .positional_help = kWebhookId,
       .rest = {.http = "DELETE", .path = kWebhookPath}},
  };
}

std::vector<Command> WebhookReadCommands() {
  return {
      {.group = "webhooks",
       .verb = "list",
       .about = "List the webhooks of a reseller or a customer",
       .example = "Example:\n  zerotouch webhooks list\n",
       .run = RunRest,
       .side = Side::kEither,
       .flags = {Limit()},
       .rest = {.http = "GET",
                .path = "/openzerotouch/v1/{parent}/webhooks",
                .list = "webhooks",
                .page = 1000,
                .columns = {"name", "url", "events"}}},
      {.group = "webhooks",
       .verb = "get",
       .about = "Show a webhook",
       .example = "Example:\n  zerotouch webhooks get 5\n",
       .run = RunRest,
       .side = Side::kEither,
       .positional = "WEBHOOK",
       .positional_help = kWebhookId,
       .rest = {.http = "GET", .path = kWebhookPath}},
  };
}

std::vector<Command> DeliveryCommands() {
  return {
      {.group = "webhooks",
       .verb = "test",
       .about = "Send an event of type ping to a webhook",
       .example = "Example:\n  zerotouch webhooks test 5\n"
                  "webhooks deliveries shows what the receiver answered.\n",
       .run = RunRest,
       .side = Side::kEither,
       .positional = "WEBHOOK",
       .positional_help = kWebhookId,
       .rest = {.http = "POST", .path = "/openzerotouch/v1/{parent}/webhooks/{id}:test"}},
      {.group = "webhooks",
       .verb = "deliveries",
       .about = "List what was sent to a webhook, the newest first",
       .example = "Example:\n  zerotouch webhooks deliveries 5 --limit 10 --format json\n",
       .run = RunRest,
       .side = Side::kEither,
       .flags = {Limit()},
       .positional = "WEBHOOK",
       .positional_help = kWebhookId,
       .rest = {.http = "GET",
                .path = "/openzerotouch/v1/{parent}/webhooks/{id}/deliveries",
                .list = "deliveries",
                .page = 1000,
                .columns = {"createTime", "eventType", "state", "nextAttemptTime", "name"}}},
      {.group = "webhooks",
       .verb = "redeliver",
       .about = "Send a delivery again, with the same webhook-id",
       .example = "Examples:\n"
                  "  zerotouch webhooks redeliver partners/1/webhooks/5/deliveries/7\n"
                  "  zerotouch webhooks redeliver 7 --webhook 5\n",
       .run = RunRest,
       .side = Side::kEither,
       .flags = {{"webhook", "ID", "Id of the webhook, if DELIVERY is an id"}},
       .positional = "DELIVERY",
       .positional_help = "Name of the delivery, or its id",
       .rest = {.http = "POST",
                .path = "/openzerotouch/v1/{parent}/webhooks/{webhook}/deliveries/{id}:redeliver"}},
  };
}

}  // namespace

std::vector<Command> WebhookCommands() {
  std::vector<Command> all;
  for (auto make : {WebhookEditCommands, WebhookReadCommands, DeliveryCommands}) {
    for (Command& command : make()) all.push_back(std::move(command));
  }
  return all;
}

}  // namespace zerotouch::cli
