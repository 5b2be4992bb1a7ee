// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_CLIENT_CLIENT_H_
#define ZEROTOUCH_CLIENT_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/access_tokens.h"
#include "client/credentials.h"
#include "client/pacer.h"
#include "client/retry.h"
#include "client/transport.h"
#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/empty.pb.h"

// A client of the Android Device Provisioning Partner API v1: of this project's
// server and of Google's alike.
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
  absl::Duration call_timeout = absl::Minutes(10);  // of one attempt, 30 MB on a slow line too
  OnRetry on_retry;                                 // may be called by any calling thread
  Pacer* pacer = &Pacer::System();                  // must outlive the client
};

// How Wait waits.
struct WaitOptions {
  absl::Time deadline = absl::InfiniteFuture();
  // Pause between two looks; grows by a fifth each time, so that an operation
  // is not over much longer than it took before that is seen.
  absl::Duration first_pause = absl::Milliseconds(100);
  absl::Duration longest_pause = absl::Seconds(2);
  // How long the server may be out of reach without a break: a restart or an
  // upgrade of it should not end the wait.
  absl::Duration longest_outage = absl::Minutes(5);
  // Told of each look at an operation, the last included.
  std::function<void(const google::longrunning::Operation&)> on_look;
};

// Thread-safe: any number of threads may call at the same time.
//
// Errors: if the API refused a call, a status with the API's google.rpc.Code
// and one line of text, of which ApiErrorOf tells the rest (CustomError code,
// HTTP status); if it could not be reached, as Transport::Send says. A call
// that the server refuses for its token is repeated once with a new one.
//
// Repeated calls: 429, 5xx and failures of the connection are tried again
// (SendWithRetries). After a failure that leaves open whether the server acted,
// calls that only read are repeated, and claims too: a device that is already
// claimed for the same customer answers as it did the first time, with the same
// id, alone or in a batch. (Only a device that somebody else of the same
// reseller unclaims between the two attempts is claimed anew.) Unclaims,
// metadata updates and new customers are not repeated then: a second unclaim
// would report "no claim" for each device that the first took out. They fail
// with ABORTED, DEADLINE_EXCEEDED or the 5xx, and the caller decides; unclaiming
// again does no harm but for those results.
class Client {
 public:
  // `transport` must outlive it.
  Client(Credentials credentials, Transport& transport, ClientOptions options);

  const std::string& endpoint() const { return endpoint_; }

  absl::StatusOr<api::ClaimDeviceResponse> ClaimDevice(api::ClaimDeviceRequest request);
  absl::StatusOr<google::protobuf::Empty> UnclaimDevice(api::UnclaimDeviceRequest request);
  absl::StatusOr<api::Device> GetDevice(api::GetDeviceRequest request);
  absl::StatusOr<api::FindDevicesByDeviceIdentifierResponse> FindDevicesByDeviceIdentifier(
      api::FindDevicesByDeviceIdentifierRequest request);
  absl::StatusOr<google::longrunning::Operation> ClaimDevicesAsync(
      api::ClaimDevicesRequest request);
  absl::StatusOr<google::longrunning::Operation> UnclaimDevicesAsync(
      api::UnclaimDevicesRequest request);
  absl::StatusOr<api::Company> CreateCustomer(api::CreateCustomerRequest request);
  absl::StatusOr<api::ListCustomersResponse> ListCustomers(
      api::ListPartnerCustomersRequest request);
  absl::StatusOr<google::longrunning::Operation> GetOperation(const std::string& name);

  // Looks at an operation until it is done, and returns it. DEADLINE_EXCEEDED
  // if it is not done by the deadline (it goes on at the server).
  absl::StatusOr<google::longrunning::Operation> Wait(const std::string& name,
                                                      const WaitOptions& options);

 private:
  absl::Status Call(const std::string& method, Repeat repeat, google::protobuf::Message& request,
                    google::protobuf::Message& response, const RetryPolicy& policy);
  template <class Response>
  absl::StatusOr<Response> CallPartner(const std::string& method, Repeat repeat,
                                       google::protobuf::Message& request);
  absl::StatusOr<google::longrunning::Operation> Look(const std::string& name,
                                                      const RetryPolicy& policy);

  Transport& transport_;
  Pacer& pacer_;
  const ClientOptions options_;
  const std::string endpoint_;
  AccessTokens tokens_;
};

// The results in a finished operation, in the order of its request. An error if
// the operation as a whole failed or holds no results of devices.
absl::StatusOr<api::DevicesLongRunningOperationResponse> ResultsOf(
    const google::longrunning::Operation& operation);

// The progress in an operation's metadata; all zero if it has none.
api::DevicesLongRunningOperationMetadata ProgressOf(
    const google::longrunning::Operation& operation);

}  // namespace zerotouch::client

#endif  // ZEROTOUCH_CLIENT_CLIENT_H_
