// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_LIMITS_H_
#define ZEROTOUCH_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Every limit of the system, with its unit and its reason.
namespace zerotouch::limits {

// Items in one *Async call: what Google's reseller library accepts at most.
inline constexpr int kBatchItems = 100'000;

// Bytes of a request body after inflating. A 100,000-item batch of claims
// with metadata is 10 to 35 MB.
inline constexpr size_t kBodyBytes = size_t{64} << 20;

// Nesting of a JSON body. The deepest request of the API needs 5.
inline constexpr int kJsonDepth = 64;

// How many violations of one body are reported, so that a wrong 30 MB body
// does not make a wrong 30 MB answer.
inline constexpr int kReportedViolations = 50;

// Bytes of all header lines of one request, and of the request's URL.
inline constexpr size_t kHeaderBytes = size_t{16} << 10;
inline constexpr size_t kUrlBytes = size_t{8} << 10;

// How long a client may take to send its header, or to send or take the next
// piece of a body; and how long a connection may be idle between requests.
inline constexpr absl::Duration kReadTimeout = absl::Seconds(30);
inline constexpr absl::Duration kWriteTimeout = absl::Seconds(30);
inline constexpr absl::Duration kIdleTimeout = absl::Minutes(2);

// From a client's connection to the end of its TLS handshake: some round trips.
inline constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);

// Bytes of a form: a token request (an assertion is under 2 KiB), or the query
// of a GET that was sent as a POST. Whoever sends one may be a stranger.
inline constexpr size_t kFormBytes = size_t{64} << 10;

// Calls in one batch request, as Google's clients send at most, and how many of
// them run at once. Bytes of such a request, which may come from a stranger
// (the credentials are in its parts); and of the answers that it may collect,
// past which a call's answer is an error that says to make it on its own.
inline constexpr int kBatchCalls = 1'000;
inline constexpr int kBatchCallsAtOnce = 8;
inline constexpr size_t kBatchRequestBytes = size_t{16} << 20;
inline constexpr size_t kBatchAnswerBytes = size_t{64} << 20;

// Open connections; more wait in the listen queue. An idle one holds some 9 KiB,
// under TLS some 75 KiB.
inline constexpr int kConnections = 4'096;

// Requests at once on one HTTP/2 connection: what the RFC asks for at least.
inline constexpr uint32_t kHttp2Streams = 100;

// Frames of an HTTP/2 connection that cost its sender nothing (PING, SETTINGS,
// empty DATA, ...): so many at once, so many more a second, and some more for
// each frame that answers a request. Past it the connection is closed.
inline constexpr int kHttp2IdleFrames = 1'000;
inline constexpr int kHttp2IdleFramesPerSecond = 50;

// Requests that an HTTP/2 client takes back: so many at once, so many more a
// second. Past it the connection is closed.
inline constexpr uint64_t kHttp2Resets = 1'000;
inline constexpr uint64_t kHttp2ResetsPerSecond = 33;

// Requests being handled or waiting to be; past it callers get 429.
inline constexpr int kQueuedRequests = 1'024;

// Bytes of bodies held by requests in flight; past it callers get 429.
inline constexpr size_t kBodyBytesInFlight = size_t{256} << 20;

// Writes waiting for the store; past it callers get 429.
inline constexpr int kQueuedWrites = 4'096;

// Unfinished operations of one partner; past it callers get 429.
inline constexpr int kUnfinishedOperationsPerPartner = 100;

// Metadata of one device.
inline constexpr int kMetadataKeys = 100;
inline constexpr size_t kMetadataKeyBytes = 128;
inline constexpr size_t kMetadataValueBytes = 1024;

// Characters of a serial number, and bytes of a manufacturer or model.
inline constexpr size_t kSerialCharacters = 64;
inline constexpr size_t kNameBytes = 256;

// Bytes of a configuration's dpcExtras.
inline constexpr size_t kDpcExtrasBytes = size_t{10} << 10;

// Configurations of one customer: they are listed without pages.
inline constexpr int kConfigurationsPerCustomer = 1'000;

// Bytes of a configuration's message to the user, and of a telephone number.
inline constexpr size_t kMessageBytes = 1024;
inline constexpr size_t kPhoneBytes = 64;

// The longest time until an unprovisioned device resets itself.
inline constexpr absl::Duration kForcedReset = absl::Hours(6);

// E-mail addresses of one company.
inline constexpr int kCompanyEmails = 100;

// How long finished operations are kept.
inline constexpr absl::Duration kOperationRetention = absl::Hours(24 * 30);

// How long an access token lasts; the longest a JWT may; the clock skew that
// is forgiven.
inline constexpr absl::Duration kAccessTokenLifetime = absl::Hours(1);
inline constexpr absl::Duration kJwtLifetime = absl::Hours(1);
inline constexpr absl::Duration kJwtSkew = absl::Seconds(60);

// Page size of findByIdentifier and findByOwner: 1 to this.
inline constexpr int64_t kFindLimit = 100;

// Page size of customers.list, also when unset.
inline constexpr int32_t kCustomersPage = 100;

// Owners that one findByOwner may name: each is a look-up of its own.
inline constexpr int kOwnersSought = 1'000;

// Page size of customers.devices.list, when unset and at most.
inline constexpr int64_t kDevicesPageDefault = 5'000;
inline constexpr int64_t kDevicesPage = 10'000;

// Page size of Operations.ListOperations, when unset and at most.
inline constexpr int32_t kOperationsPageDefault = 100;
inline constexpr int32_t kOperationsPage = 1'000;

// How long Operations.WaitOperation keeps its caller, at most: while it does,
// it keeps a worker thread too.
inline constexpr absl::Duration kOperationWait = absl::Seconds(10);

// How many items of a batch are stored, and read back, together.
inline constexpr int kStoredChunkItems = 1'000;

}  // namespace zerotouch::limits

#endif  // ZEROTOUCH_BASE_LIMITS_H_
