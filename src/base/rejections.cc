// SPDX-License-Identifier: Apache-2.0
#include "base/rejections.h"

#include "base/metrics.h"

namespace zerotouch {
namespace {

// The reasons in the order of Rejection.
metrics::Family<metrics::Counter> rejected(
    {.name = "zerotouch_rejected_total",
     .help = "Requests and connections that the server rejected to protect itself."},
    {{"reason",
      {"requests", "memory", "quota", "token_quota", "operations", "store_queue", "body_size",
       "header_size", "malformed", "content_coding", "connections"}}});

}  // namespace

void CountRejection(Rejection reason) { rejected.At(reason).Add(); }

}  // namespace zerotouch
