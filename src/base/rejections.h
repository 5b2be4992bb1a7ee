// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_REJECTIONS_H_
#define ZEROTOUCH_BASE_REJECTIONS_H_

namespace zerotouch {

// The reasons for which the server rejects a request or a connection to protect
// itself, not for what the request asks. docs/metrics.md says what to do about each.
enum class Rejection {
  kRequests,        // too many requests are in flight, of all callers or of one address
  kMemory,          // a body, a message or an answer has no memory left
  kQuota,           // the quota of calls of the account is used up
  kTokenQuota,      // a quota of the token endpoint is used up
  kOperations,      // the reseller has too many unfinished operations
  kStoreQueue,      // too many writes wait for the store
  kBodySize,        // the body exceeds its limit
  kHeaderSize,      // the header, the trailers or the URL exceed their limit
  kMalformed,       // the request is not HTTP
  kContentCoding,   // the body has an unknown Content-Encoding
  kConnections,     // a connection was closed for a new one, or refused
  kRejectionCount,  // not a reason
};

// Counts a rejection in zerotouch_rejected_total. Thread-safe.
void CountRejection(Rejection reason);

}  // namespace zerotouch

#endif  // ZEROTOUCH_BASE_REJECTIONS_H_
