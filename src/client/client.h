// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_CLIENT_H_
#define ZEROTOUCH_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/access_tokens.h"
#include "client/credentials.h"
#include "client/http_call.h"
#include "client/pacer.h"
#include "client/retry.h"
#include "client/transport.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"

// A client of the Android Device Provisioning Partner API v1, for this project's
// server and for Google's.
//
//   auto credentials = ReadCredentials("reseller-1.json");
//   CurlTransport transport("my-program/1.0");
//   Client client(*credentials, transport, {});
//   api::UnclaimDevicesRequest request;
//   ...
//   auto operation = client.UnclaimDevicesAsync(std::move(request));
//   auto finished = client.Wait(operation->name(), {});
//   auto results = ResultsOf(*finished);
namespace zerotouch::client {

namespace api = google::android::device::provisioning::v1;

struct ClientOptions {
  std::string endpoint;  // root URL; empty: credentials.DefaultEndpoint()
  std::string scope = std::string(kResellerScope);
  RetryPolicy retry;
  absl::Duration call_timeout =
      absl::Minutes(10);            // of one attempt: enough for 30 MB on a slow line
  OnRetry on_retry;                 // may be called by any calling thread
  Pacer* pacer = &Pacer::System();  // must outlive the client
};

// How Wait polls an operation.
struct WaitOptions {
  absl::Time deadline = absl::InfiniteFuture();
  // Pause between two polls. It grows by a fifth each time, so that Wait takes little
  // longer than the operation.
  absl::Duration first_pause = absl::Milliseconds(100);
  absl::Duration longest_pause = absl::Seconds(2);
  // How long the server may be unreachable without interruption: Wait outlasts a
  // restart or an upgrade.
  absl::Duration longest_outage = absl::Minutes(5);
  // Asks the server to answer when the operation is done, or else after a pause
  // (google.longrunning.Operations.WaitOperation), so that no time is lost between two
  // polls. Polls as usual if the server lacks that method, as Google's does.
  bool uses_wait_method = false;
  // The fields of the operation that are wanted from that method, as of the parameter
  // `fields`; empty: all. The results of a large batch are mostly copies of its items.
  std::string fields = {};
  // Called after each poll, including the last.
  std::function<void(const google::longrunning::Operation&)> on_poll;
};

// Thread-safe: any number of threads may call at the same time.
//
// Errors: if the API refuses a call, a status with the API's google.rpc.Code and one
// line of text; ApiErrorOf returns the rest (CustomError code, HTTP status). If the
// server cannot be reached, the errors of Transport::Send. If the server refuses the
// access token, the call is repeated once with a new one.
//
// Retries: 429, 5xx and failures of the connection are retried (SendWithRetries).
// If the server may have executed the call, only reads and claims are retried. To
// claim a device again for the same customer succeeds with the same id, alone or in a
// batch. (If the same reseller unclaims the device between the two attempts, the retry
// claims it again.) Unclaims, metadata updates and new customers are not retried then:
// a second unclaim would report "no claim" for each device that the first one
// unclaimed. They fail with ABORTED, DEADLINE_EXCEEDED or the 5xx, and the caller
// decides. (500 with UNKNOWN means that the server itself does not know. 503 in the API's
// form means that it certainly did not execute the call, which is retried.) Another
// unclaim does no harm except for those results.
class Client {
 public:
  // `transport` must outlive it.
  Client(Credentials credentials, Transport& transport, ClientOptions options);
  // Makes a client without an account, for methods that ask for none. options.endpoint must
  // not be empty.
  Client(Transport& transport, ClientOptions options);

  const std::string& endpoint() const { return endpoint_; }

  absl::StatusOr<api::ClaimDeviceResponse> ClaimDevice(api::ClaimDeviceRequest request);
  absl::StatusOr<google::protobuf::Empty> UnclaimDevice(api::UnclaimDeviceRequest request);
  absl::StatusOr<api::Device> GetDevice(api::GetDeviceRequest request);
  absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> FindDevicesByDeviceIdentifier(
      api::FindDevicesByDeviceIdentifierRequest request);
  absl::StatusOr<api::FindDevicesByOwnerResponse> FindDevicesByOwner(
      api::FindDevicesByOwnerRequest request);
  absl::StatusOr<google::longrunning::Operation> ClaimDevicesAsync(
      api::ClaimDevicesRequest request);
  absl::StatusOr<google::longrunning::Operation> UnclaimDevicesAsync(
      api::UnclaimDevicesRequest request);
  absl::StatusOr<api::Company> CreateCustomer(api::CreateCustomerRequest request);
  absl::StatusOr<api::ListCustomersResponse> ListCustomers(
      api::ListPartnerCustomersRequest request);
  absl::StatusOr<google::longrunning::Operation> GetOperation(const std::string& name);

  // Calls any method that has a google.api.http option: fills in `response`, which has the
  // method's output type, and clears fields of `request`. Retries as the functions above.
  absl::Status CallMethod(const google::protobuf::MethodDescriptor& method,
                          google::protobuf::Message& request, google::protobuf::Message& response);

  // Sends a call of any kind, signed: `path` begins with a slash and may have a query,
  // `body` is JSON or empty. Returns the body of the answer. Retries a GET as kAlways, others
  // as kIfNotActedOn unless `repeat` says otherwise.
  absl::StatusOr<std::string> Send(const std::string& http_method, const std::string& path,
                                   const std::string& body, Repeat repeat = Repeat::kIfNotActedOn);

  // Sends a GET, signed, and passes the body of the answer to `on_piece` as it comes, until it
  // ends or `on_piece` returns false. Waits for it until the deadline of the retry policy.
  // Does not retry.
  absl::Status Stream(const std::string& path,
                      const std::function<bool(std::string_view piece)>& on_piece);

  // Polls an operation until it is done, and returns it. Returns DEADLINE_EXCEEDED if
  // it is not done by the deadline; the server goes on with it.
  absl::StatusOr<google::longrunning::Operation> Wait(const std::string& name,
                                                      const WaitOptions& options);

 private:
  absl::Status Call(Repeat repeat, google::protobuf::Message& request,
                    google::protobuf::Message& response, const RetryPolicy& policy);
  template <class Response>
  absl::StatusOr<Response> CallWithRetries(Repeat repeat, google::protobuf::Message& request);
  absl::StatusOr<HttpResponse> SendSigned(Repeat repeat, const HttpCall& call,
                                          const RetryPolicy& policy);
  absl::StatusOr<google::longrunning::Operation> Poll(const std::string& name,
                                                      const RetryPolicy& policy);
  absl::StatusOr<google::longrunning::Operation> PollOnServer(const std::string& name,
                                                              const std::string& fields,
                                                              absl::Duration pause,
                                                              const RetryPolicy& policy);

  Transport& transport_;
  Pacer& pacer_;
  const ClientOptions options_;
  const std::string endpoint_;
  const std::unique_ptr<AccessTokens> tokens_;  // null: no account
};

// Returns the results of a finished operation, in the order of its request. Returns an
// error if the operation failed as a whole or has no results of devices.
absl::StatusOr<api::DevicesLongRunningOperationResponse> ResultsOf(
    const google::longrunning::Operation& operation);

// Returns the progress in an operation's metadata; all zero if it has none.
api::DevicesLongRunningOperationMetadata ProgressOf(
    const google::longrunning::Operation& operation);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_CLIENT_H_
