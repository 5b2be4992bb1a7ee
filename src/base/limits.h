// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_BASE_LIMITS_H_
#define ZEROTOUCH_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Every limit of the system, with its unit and its reason.
namespace zerotouch::limits {

// Items in one *Async call: the limit of Google's reseller library.
inline constexpr int kBatchItems = 100'000;

// Bytes of a request body after inflating. A 100,000-item batch of claims
// with metadata is 10 to 35 MB.
inline constexpr size_t kBodyBytes = size_t{64} << 20;

// Nesting of a JSON body. The deepest request of the API needs 5.
inline constexpr int kJsonDepth = 64;

// Violations reported for one body, so that an invalid 30 MB body does not
// produce a 30 MB error.
inline constexpr int kReportedViolations = 50;

// Bytes of the head of a request (request line and fields), of its trailers, and of
// its URL.
inline constexpr size_t kHeaderBytes = size_t{16} << 10;
inline constexpr size_t kUrlBytes = size_t{8} << 10;

// Bytes from which an answer's body, or a gRPC message of it, is compressed for a client
// that accepts gzip: a shorter one fits into one packet anyway.
inline constexpr size_t kCompressedAnswerBytes = 1'000;

// Timeouts for a client to send its header, to send or receive the next piece of
// a body, and between two requests of a connection.
inline constexpr absl::Duration kReadTimeout = absl::Seconds(30);
inline constexpr absl::Duration kWriteTimeout = absl::Seconds(30);
inline constexpr absl::Duration kIdleTimeout = absl::Minutes(2);

// Timeout for a new connection's first request.
inline constexpr absl::Duration kFirstRequestTimeout = absl::Seconds(10);

// The lowest rate at which a client may send a body or take an answer, over each
// kReadTimeout or kWriteTimeout: slower ones hold memory for nothing.
inline constexpr uint64_t kLeastBytesPerSecond = 1'000;

// Timeout for a TLS handshake, which takes a few round trips.
inline constexpr absl::Duration kHandshakeTimeout = absl::Seconds(10);

// Bytes of a form: a token request (an assertion is under 2 KiB), or the query
// of a GET that is sent as a POST. Its sender is not authenticated yet.
inline constexpr size_t kFormBytes = size_t{64} << 10;

// Calls in one batch request (the limit of Google's clients), and calls of it that
// run at once. Bytes of a batch request, whose sender is not authenticated yet (the
// credentials are in its parts), and of the answers that it collects, which is what
// 1,000 calls for one device need ten times over: past this limit, a call is answered
// with an error that says to send it separately.
inline constexpr int kBatchCalls = 1'000;
inline constexpr int kBatchCallsAtOnce = 8;
inline constexpr size_t kBatchRequestBytes = size_t{16} << 20;
inline constexpr size_t kBatchAnswerBytes = size_t{16} << 20;

// Open connections: of all clients, and of one peer address. Past either limit the
// oldest idle one is closed for a new one. Without an idle one, new ones wait in the
// listen queue; a peer whose connections are all busy gets no further one. An idle
// connection holds about 7 KiB, with TLS about 22 KiB.
inline constexpr int kConnections = 4'096;
inline constexpr int kConnectionsPerPeer = kConnections / 2;

// Connections to the listener for metrics: a few that collect, and health checks. The
// memory of its requests and answers, in bytes; all figures are some 200 KiB of text.
inline constexpr int kWatchConnections = 64;
inline constexpr uint64_t kWatchMemoryBytes = uint64_t{32} << 20;

// Event loops of a server. More than one for each processor of a large machine gain
// nothing.
inline constexpr int kEventLoops = 256;

// Concurrent requests on one HTTP/2 connection: the minimum that RFC 9113
// recommends.
inline constexpr uint32_t kHttp2Streams = 100;

// Frames of an HTTP/2 connection that cost its sender nothing (PING, SETTINGS,
// empty DATA, ...): the burst, the rate per second, and some more for each frame
// that answers a request. Past the limit the connection is closed.
inline constexpr int kHttp2IdleFrames = 1'000;
inline constexpr int kHttp2IdleFramesPerSecond = 50;

// Requests that an HTTP/2 client cancels: the burst and the rate per second. Past
// the limit the connection is closed.
inline constexpr uint64_t kHttp2Resets = 1'000;
inline constexpr uint64_t kHttp2ResetsPerSecond = 33;

// Requests that are handled or queued: of all callers, and of one peer address. Past
// the limit callers get 429.
inline constexpr int kQueuedRequests = 1'024;
inline constexpr int kQueuedRequestsPerPeer = kQueuedRequests / 2;

// Memory that callers can make the server hold beside what it holds idle, in bytes:
// the default of `memory-limit`, and its least and largest value. The default has room
// for a few of the largest batches at a time, the least one for ordinary ones.
inline constexpr uint64_t kMemoryBytes = uint64_t{512} << 20;
inline constexpr uint64_t kLeastMemoryBytes = uint64_t{64} << 20;
inline constexpr uint64_t kMostMemoryBytes = uint64_t{1} << 40;

// Its shares, each one of so many parts. Batches that run. Bodies, parsed messages and answers of
// requests in flight: of all callers, of all without an account, and of one account or
// one peer address; past a share callers get 429. By default one account's has room for
// two of the largest batches. Small requests, beside these. The rest is for
// connections and for memory that the allocator keeps.
inline constexpr uint64_t kBatchPart = 4;
inline constexpr uint64_t kHeldPart = 2;
inline constexpr uint64_t kHeldPartOfStrangers = 8;
inline constexpr uint64_t kHeldPartPerPayer = 4;
inline constexpr uint64_t kHeldPartOfSmall = 8;

// A request that holds at most this many bytes is not charged to its caller, but to
// all small requests together: so those that hold much never keep small calls out.
inline constexpr uint64_t kSmallRequestBytes = uint64_t{16} << 10;

// Bytes that an answer holds which is streamed to its caller: a piece that is being
// sent, and what produces the next one.
inline constexpr uint64_t kStreamedAnswerBytes = uint64_t{64} << 10;

// Operations whose results are kept in memory while answers with them are sent. Those
// of the largest operation take 1.6 MB.
inline constexpr size_t kKeptResults = 16;

// Chunks of stored requests that are kept in memory between the pieces of an answer, and the
// bytes of a chunk that is: 4 MiB together. A chunk usually has 25 to 100 KiB.
inline constexpr size_t kKeptChunks = 16;
inline constexpr size_t kKeptChunkBytes = size_t{256} << 10;

// Memory that was freed goes back to the system once so much of it has been unused for
// so long. Getting it again costs a page fault for each 4 KiB.
inline constexpr size_t kUnusedMemoryBytes = size_t{4} << 20;
inline constexpr absl::Duration kUnusedMemoryTime = absl::Seconds(2);

// Bytes of log lines that wait to be written; past the limit lines are dropped. Some
// 4,000 lines, so a reader of the log may pause for a tenth of a second at full load.
inline constexpr size_t kLogQueueBytes = size_t{1} << 20;

// How long a process that ends waits for the reader of its log.
inline constexpr absl::Duration kLogFlush = absl::Seconds(1);

// Writes that wait for the store; past the limit callers get 429.
inline constexpr int kQueuedWrites = 4'096;

// How long a write waits for the store; then it is refused with 503 and is certainly
// not done. The same time for a commit that does not end, whose write then may be
// kept or not.
inline constexpr absl::Duration kWriteWait = absl::Seconds(30);

// How long the writer may be busy with one step before the server is not ready. The
// slowest step, accepting 100,000 items, takes a fraction of a second.
inline constexpr absl::Duration kWriteStall = absl::Seconds(5);

// How long a closing store waits for its writer. It ends within this time and some
// more, even if the disk does not answer.
inline constexpr absl::Duration kStoreClose = absl::Seconds(2);

// Unfinished operations of one partner; past the limit callers get 429.
inline constexpr int kUnfinishedOperationsPerPartner = 100;

// How long the server looks for a batch whose commit was not confirmed, while the
// database restarts or fails over. Past it the caller gets the status UNKNOWN.
inline constexpr absl::Duration kCommitDoubt = absl::Seconds(20);

// Metadata of one device.
inline constexpr int kMetadataKeys = 100;
inline constexpr size_t kMetadataKeyBytes = 128;
inline constexpr size_t kMetadataValueBytes = 1024;

// Characters of a serial number, and bytes of a manufacturer or model.
inline constexpr size_t kSerialCharacters = 64;
inline constexpr size_t kNameBytes = 256;

// Bytes of a configuration's dpcExtras.
inline constexpr size_t kDpcExtrasBytes = size_t{10} << 10;

// Bytes of the id of a DPC, a part of resource names, and of its component or URL.
inline constexpr size_t kDpcIdBytes = 64;
inline constexpr size_t kDpcFieldBytes = 1024;

// Claims that were given up, of which lists of devices are rid once they are also a quarter
// of all claims: fewer cost a list less than a millisecond, and rewriting a quarter of the
// rows costs each of them a fourth of what writing every page would.
inline constexpr int64_t kManyGivenUp = 1'000;

// Configurations of one customer: they are listed without pages.
inline constexpr int kConfigurationsPerCustomer = 1'000;

// Bytes of a configuration's message to the user, and of a telephone number.
inline constexpr size_t kMessageBytes = 1024;
inline constexpr size_t kPhoneBytes = 64;

// Bytes of a seed or of one of its CSV files: a million devices. Devices of a seed: they
// are claimed in one transaction, and kept in memory until then.
inline constexpr size_t kSeedFileBytes = size_t{256} << 20;
inline constexpr size_t kSeedDevices = 1'000'000;

// How long a store may take to plant a seed: a million devices on a slow machine.
inline constexpr absl::Duration kPlantWait = absl::Minutes(30);

// Bytes of an e-mail address in the name of its key file.
inline constexpr size_t kKeyFileNameBytes = 64;

// Faults of a sandbox's seed that are printed: more than anybody reads at once.
inline constexpr size_t kReportedSeedFaults = 200;

// Limits what the controls of a sandbox may give to one account. Google allows 10 keys.
inline constexpr int kCustomersOfAccount = 1'000;
inline constexpr size_t kKeysOfAccount = 100;

// Bytes of an archive that wait for the client that exports a sandbox's registry. Exports at
// a time: each has a thread, and a read transaction for as long as its client reads.
inline constexpr size_t kExportBufferBytes = size_t{512} << 10;
inline constexpr int kExports = 4;

// Saved states of a sandbox's registry: each takes as much disk space as the registry.
inline constexpr int kSavedStates = 50;

// Longest forced reset time of a configuration.
inline constexpr absl::Duration kForcedReset = absl::Hours(6);

// E-mail addresses of one company.
inline constexpr int kCompanyEmails = 100;

// How long finished operations, and deliveries of webhooks, are kept.
inline constexpr absl::Duration kOperationRetention = absl::Hours(24 * 30);

// Lifetime of an access token, longest lifetime of a JWT, and the clock skew that
// is tolerated.
inline constexpr absl::Duration kAccessTokenLifetime = absl::Hours(1);
inline constexpr absl::Duration kJwtLifetime = absl::Hours(1);
inline constexpr absl::Duration kJwtSkew = absl::Seconds(60);

// `zerotouchd check` warns of a certificate that expires this soon (authorities renew
// thirty days before), of a clock that is this far from the database's (a lost lease is
// taken over after as long), and of less free disk (room for the largest batches and the
// copy of a log).
inline constexpr absl::Duration kCertificateWarning = absl::Hours(30 * 24);
inline constexpr absl::Duration kClockWarning = absl::Seconds(5);
inline constexpr uint64_t kLowDiskBytes = uint64_t{1} << 30;

// Service accounts that a server keeps in memory, and parsed public keys. An account
// with two keys and a few customers takes 2 KiB, a parsed key 3 KiB.
inline constexpr size_t kCachedAccounts = 4'096;
inline constexpr size_t kParsedKeys = 8'192;

// Uses of keys that wait to be noted in the registry: one for each key that was used in an
// hour for the first time. 200 bytes each.
inline constexpr size_t kKeyUses = 65'536;

// The ids (`jti`) of an account's assertions that the registry keeps until they expire: about 150
// bytes each. At the default quota of tokens an account has 4,000 of an hour.
inline constexpr int64_t kAssertionsPerAccount = 8'192;

// Operations of which a server remembers when it accepted them, for the figures of how long they
// take: 150 bytes each, and what 160 resellers may have unfinished.
inline constexpr size_t kAcceptTimes = 16'384;

// Issuers of tokens beside the registry (`token-issuers`): the file, how many there are, the
// identities of each, the bytes and the keys of a key set. Large providers have ten keys.
inline constexpr size_t kIssuersFileBytes = size_t{1} << 20;
inline constexpr size_t kIssuers = 16;
inline constexpr size_t kIssuerIdentities = 10'000;
inline constexpr size_t kKeySetBytes = size_t{256} << 10;
inline constexpr size_t kKeySetKeys = 64;

// A key set is fetched again after kKeySetRefresh. An unknown key, or a failure, fetches it
// again at the earliest after kKeySetPause. While the provider is down, the keys are used
// until kKeySetAge after they were fetched: a key that it withdrew is good for no longer.
inline constexpr absl::Duration kKeySetRefresh = absl::Minutes(15);
inline constexpr absl::Duration kKeySetPause = absl::Seconds(30);
inline constexpr absl::Duration kKeySetAge = absl::Hours(24);
inline constexpr absl::Duration kKeySetTimeout = absl::Seconds(10);

// Credentials of callers that a server has verified and remembers: most have less than 1 KiB, and
// with what they prove they take 500 bytes more. Most callers have one or two at a time.
inline constexpr size_t kVerifiedCredentials = 8'192;

// Longest credential that is remembered, in bytes, so that all of them take less than 20 MiB. A
// longer one is verified at each call.
inline constexpr size_t kRememberedCredentialBytes = 2'048;

// Largest page of findByIdentifier and findByOwner.
inline constexpr int64_t kFindLimit = 100;

// The time in which an account's quota of calls, `quota-per-100s`, is full again, and
// its default in `serve`: what Google publishes.
inline constexpr absl::Duration kQuotaPeriod = absl::Seconds(100);
inline constexpr int64_t kCallsPerQuotaPeriod = 1'000;

// The same of the token endpoint: an account needs one token an hour, and many
// accounts may be behind one address.
inline constexpr absl::Duration kTokenQuotaPeriod = absl::Minutes(1);
inline constexpr int64_t kTokensPerAccount = 60;
inline constexpr int64_t kTokensPerPeer = 600;

// The largest quota that can be set. It keeps millionths of it in 64 bits.
inline constexpr int64_t kLargestQuota = 1'000'000'000;

// Accounts, or addresses, whose quota is counted in memory at a time. A bucket has
// about 200 bytes.
inline constexpr size_t kQuotaBuckets = 50'000;

// Page size of customers.list: the default and the maximum.
inline constexpr int32_t kCustomersPage = 100;

// Owners in one findByOwner call: each is a separate look-up.
inline constexpr int kOwnersSought = 1'000;

// Page size of customers.devices.list: the default and the maximum.
inline constexpr int64_t kDevicesPageDefault = 5'000;
inline constexpr int64_t kDevicesPage = 10'000;

// Rows of a list that are read, and held, at a time.
inline constexpr int64_t kListBlock = 100;

// Bytes of the items of a page, after which it ends although it was asked to be
// longer. A page of 10,000 devices has about 3 MB; metadata can make it 70 MB.
inline constexpr size_t kPageBytes = size_t{8} << 20;

// Page size of Operations.ListOperations: the default and the maximum.
inline constexpr int32_t kOperationsPageDefault = 100;
inline constexpr int32_t kOperationsPage = 1'000;

// Longest wait of Operations.WaitOperation.
inline constexpr absl::Duration kOperationWait = absl::Seconds(10);

// Changes of one device that an undo looks through for what its reseller stated before
// another one took the device over. Each is one read.
inline constexpr int kUndoHistoryEntries = 1'000;

// Items of a batch that are stored, and read back, as one chunk.
inline constexpr int kStoredChunkItems = 1'000;

// Changes that are stored, and read back, as one part of the log of changes: some 25 KiB.
inline constexpr size_t kLogPartEntries = 1'024;

// Latest time that the clock of a sandbox can show, 2200-01-01: far from where times
// in nanoseconds end, and later than any test needs.
inline constexpr absl::Time kLatestSandboxTime = absl::FromUnixSeconds(7'258'118'400);

// Body of a call to a control of a sandbox, whose caller needs no credentials. A fault
// rule with a page to answer has some kilobytes.
inline constexpr size_t kControlBytes = size_t{1} << 20;

// Parts of the log that are read at a time to list or verify it: about 2 MB.
inline constexpr int64_t kLogPartsAtOnce = 64;

// Page size of the history of a device: the default and the maximum. Changes that a page reads
// to find those that its caller may see: others' come between.
inline constexpr int64_t kHistoryPageDefault = 100;
inline constexpr int64_t kHistoryPage = 1'000;
inline constexpr int64_t kHistoryRead = 5'000;

// Bytes of a checkpoint of the log, which has about 130.
inline constexpr size_t kCheckpointBytes = 4'096;

// Fault rules of a sandbox, and what their texts may have together: a rule can answer
// with a page of its own.
inline constexpr size_t kFaultRules = 1'000;
inline constexpr size_t kFaultRulesBytes = size_t{16} << 20;

// Longest delay that a fault rule makes: as long as any client waits.
inline constexpr absl::Duration kFaultDelay = absl::Minutes(5);

// Calls that the log of a sandbox keeps; how much of a body it keeps; and how much of
// all bodies together, after which the oldest calls lose theirs.
inline constexpr size_t kLoggedCalls = 1'000;
inline constexpr size_t kLoggedBodyBytes = size_t{64} << 10;
inline constexpr size_t kLoggedBytes = size_t{32} << 20;

// Clients that watch the calls of a sandbox at a time: each keeps a connection. How often
// an answer that waits for events looks for them: often enough for people and tests, seldom
// enough to cost nothing. After how long without an event it says that it goes on: sooner
// than proxies and clients take a connection for lost.
inline constexpr int kCallWatchers = 16;
inline constexpr absl::Duration kEventPause = absl::Milliseconds(50);
inline constexpr absl::Duration kEventKeepAlive = absl::Seconds(15);

// Page size of the list of logged calls: the default and the maximum.
inline constexpr int32_t kCallsPageDefault = 100;
inline constexpr int32_t kCallsPage = 1'000;

// Items of one step of a paused sandbox: as many as ten full batches.
inline constexpr int32_t kStepItems = 1'000'000;

// How long a step waits for its items. They may be fewer than asked for.
inline constexpr absl::Duration kStepWait = absl::Seconds(30);

// Sessions of the portal: how long one lasts, and how long without use. When a session was last
// used is written at most once in each step. Of one person, more would be forgotten ones: the
// one that was used longest ago ends. Of all, in rows of some 300 bytes.
inline constexpr absl::Duration kSessionLifetime = absl::Hours(12);
inline constexpr absl::Duration kSessionIdleTime = absl::Hours(1);
inline constexpr absl::Duration kSessionUseStep = absl::Minutes(1);
inline constexpr int kSessionsPerUser = 20;
inline constexpr int kSessions = 10'000;

// An access token of a session. The page gets another one in time.
inline constexpr absl::Duration kPortalTokenLifetime = absl::Minutes(10);

// Users (persons and groups) of a company, and companies for which one person acts: a list of
// them is one answer.
inline constexpr int kUsersPerCompany = 1'000;
inline constexpr int kCompaniesOfUser = 100;

// Bytes of an e-mail address (RFC 5321 section 4.5.3.1.3), and of the name of a group or person.
inline constexpr size_t kEmailBytes = 254;
inline constexpr size_t kUserNameBytes = 256;

// Groups of a person that are looked up at sign-in.
inline constexpr size_t kGroupsOfUser = 200;

// Accounts of a sandbox that its sign-in page lists.
inline constexpr int kSandboxAccounts = 200;

// Bytes of one file of the portal, before compression.
inline constexpr size_t kPortalFileBytes = size_t{16} << 20;

// Service accounts that the owner of a reseller may make.
inline constexpr int kAccountsPerPartner = 100;

// Sign-in at an identity provider: how long a person may take at it, how long this server waits
// for it, the bytes of its answers, how long its document and keys are used, how many keys it may
// have, how soon its keys are read again, and sign-ins that wait for it at once: each holds a
// worker thread.
inline constexpr absl::Duration kSignInTime = absl::Minutes(10);
inline constexpr absl::Duration kProviderTimeout = absl::Seconds(10);
inline constexpr size_t kProviderAnswerBytes = size_t{1} << 20;
inline constexpr absl::Duration kProviderRefresh = absl::Hours(1);
inline constexpr size_t kProviderKeys = 100;
inline constexpr absl::Duration kKeysPause = absl::Seconds(5);
inline constexpr int kSignInsAtOnce = 4;

// Bytes of the address to which a sign-in leads back.
inline constexpr size_t kReturnPathBytes = 1'000;

// Webhooks of one company, and bytes of the URL of one: what every client and proxy takes.
inline constexpr int kWebhooksPerCompany = 20;
inline constexpr size_t kWebhookUrlBytes = 2'048;

// Bytes of a webhook's secret, as Standard Webhooks wants it: the least and the most.
inline constexpr size_t kLeastWebhookSecretBytes = 24;
inline constexpr size_t kWebhookSecretBytes = 64;

// Devices of one event: some 200 KiB of JSON, and as many as a stored chunk has items.
inline constexpr size_t kEventDevices = 1'000;

// Deliveries of a webhook that are kept: the newest, for kOperationRetention.
// So many have told of 10 million devices.
inline constexpr int64_t kDeliveriesPerWebhook = 10'000;

// Attempts of a delivery that are kept, the last ones: two rounds of them, and some more.
inline constexpr int kWebhookAttempts = 20;

// Timeout of an attempt to deliver an event, from the resolution of the name to the answer.
inline constexpr absl::Duration kWebhookTimeout = absl::Seconds(10);

// How long a sender holds a delivery: longer than an attempt and the writes around it. After
// a crash another sender attempts it then.
inline constexpr absl::Duration kWebhookLease = absl::Seconds(30);

// How often a sender looks for deliveries that are due while nothing else wakes it.
inline constexpr absl::Duration kWebhookPoll = absl::Milliseconds(250);

// Attempts of a server at a time: of all companies, and of one. (Of a webhook one of those
// that others wait for, and one of those that failed before.) Each has a socket and some 20 KiB
// beside its event. So 64 companies whose receivers hang leave room for others.
inline constexpr size_t kWebhookAttemptsAtOnce = 256;
inline constexpr size_t kWebhookAttemptsPerCompany = 4;

// Failed attempts after which later deliveries no longer wait for one.
inline constexpr int kWebhookFailuresInOrder = 3;

// Bytes of a receiver's answer that are read, and thrown away, so that its connection can be
// used again.
inline constexpr size_t kWebhookAnswerBytes = size_t{64} << 10;

// Bytes of the reason why an attempt failed that are kept.
inline constexpr size_t kWebhookErrorBytes = 200;

// Spans that wait for the collector, of some 600 bytes each, and spans in one request to it.
inline constexpr size_t kQueuedSpans = 4'096;
inline constexpr size_t kQueuedSpanBytes = 8 << 20;
inline constexpr size_t kSpansAtOnce = 512;

// Page size of the lists of webhooks and of deliveries: the default and the maximum.
inline constexpr int64_t kWebhooksPageDefault = 100;
inline constexpr int64_t kWebhooksPage = 1'000;

}  // namespace zerotouch::limits

#endif  // ZEROTOUCH_BASE_LIMITS_H_
