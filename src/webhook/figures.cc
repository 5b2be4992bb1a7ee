// SPDX-License-Identifier: Apache-2.0
#include "webhook/figures.h"

#include "base/metrics.h"

namespace zerotouch::webhook {
namespace {

// The results in the order of Result.
metrics::Family<metrics::Counter> webhook_deliveries(
    {.name = "zerotouch_webhook_deliveries_total", .help = "Attempts to deliver webhooks."},
    {{"result", {"delivered", "retried", "failed"}}});

}  // namespace

void CountDelivery(Result result) { webhook_deliveries.At(result).Add(); }

}  // namespace zerotouch::webhook
