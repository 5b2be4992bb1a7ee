// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_API_TEST_BASE_H_
#define ZEROTOUCH_WIRE_API_TEST_BASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "base/log.h"
#include "crypto/jwt.h"
#include "crypto/keys.h"
#include "errors/errors.h"
#include "google/protobuf/empty.pb.h"
#include "support/temp_dir.h"
#include "wire/api.h"

// An Api for tests, over its own store, with fake services.
namespace zerotouch::wire {

using google::longrunning::GetOperationRequest;

inline constexpr char kEmail[] = "reseller@sandbox.iam.gserviceaccount.com";
inline constexpr char kKeyId[] = "0123456789abcdef0123456789abcdef01234567";
inline constexpr char kEndpoint[] = "http://127.0.0.1:8080";
inline constexpr char kScope[] = "https://www.googleapis.com/auth/androidworkprovisioning";
inline constexpr int64_t kPartner = 7;
inline constexpr char kUnclaim[] = "/v1/partners/7/devices:unclaim";
inline constexpr char kOperation[] = "/v1/operations/apibatchoperation/5";

// A store that returns `failure` from every function; by default it is unreachable.
class FailingStore final : public store::Store {
 public:
  explicit FailingStore(absl::Status failure = absl::UnavailableError("secret: no route to db-7"))
      : failure_(std::move(failure)) {}
  absl::StatusOr<std::unique_ptr<store::Snapshot>> Read() override { return failure_; }
  absl::Status Write(const std::function<absl::Status(store::Transaction&)>&) override {
    return failure_;
  }
  void OnOperation(std::function<void()>) override {}
  absl::Status Ping() override { return failure_; }

 private:
  const absl::Status failure_;
};

// Returns `count` items, then `end`.
class FakeItems final : public service::OperationItems {
 public:
  FakeItems(int count, absl::Status end) : count_(count), left_(count), end_(std::move(end)) {}
  absl::StatusOr<bool> Next(std::string& items) override {
    items.clear();
    if (left_ == 0 && !end_.ok()) return end_;
    api::DevicesLongRunningOperationResponse some;
    for (int i = 0; i < 1'000 && left_ > 0; ++i, --left_) {
      some.add_per_device_status()->mutable_result()->set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
    }
    some.SerializeToString(&items);
    return !items.empty();
  }
  void Restart() override { left_ = count_; }

 private:
  const int count_;
  int left_;
  const absl::Status end_;
};

// Records calls and returns the configured answers.
struct FakeServices {
  absl::StatusOr<google::protobuf::Empty> Unclaim(
      const auth::Authorized<auth::ActsForPartner>& caller,
      const api::UnclaimDeviceRequest& request) {
    ++calls;
    partner = caller.right().partner;
    unclaim = request;
    if (!failure.ok()) return failure;
    return google::protobuf::Empty();
  }

  absl::StatusOr<api::Device> Get(const auth::Authorized<auth::ActsForPartner>&,
                                  const api::GetDeviceRequest& request) {
    api::Device device;
    device.set_name(request.name());
    device.set_device_id(9);
    return device;
  }

  absl::StatusOr<service::OperationAnswer> GetOperation(
      const auth::Authorized<auth::ReadsOperations>&, const GetOperationRequest& request) {
    service::OperationAnswer answer;
    answer.operation.set_name(request.name());
    if (items < 0) return answer;
    answer.operation.set_done(true);
    answer.items = std::make_unique<FakeItems>(items, items_end);
    answer.success_count = items;
    return answer;
  }

  int calls = 0;
  PartnerId partner;
  api::UnclaimDeviceRequest unclaim;
  absl::Status failure;
  int items = -1;
  absl::Status items_end;
};

inline MethodTable FakeMethods(FakeServices& services) {
  MethodTable table;
  table.Register(MethodKind::kShortWrite, services, &FakeServices::Unclaim);
  table.Register(MethodKind::kShortRead, services, &FakeServices::Get);
  table.Register(MethodKind::kLong, services, &FakeServices::GetOperation);
  return table;
}

// An API for a registry with one reseller and its service account.
class ApiTest : public ::testing::Test {
 protected:
  ApiTest() {
    log::SetLevel(log::Level::kOff);
    EXPECT_EQ(store_->Write([this](store::Transaction& tx) { return Seed(tx); }), absl::OkStatus());
  }
  ~ApiTest() override { log::SetLevel(log::Level::kInfo); }

  absl::Status Seed(store::Transaction& tx) {
    absl::Status partner = tx.AddPartner({PartnerId(kPartner), "Reseller", clock_.Now()});
    if (!partner.ok()) return partner;
    store::ServiceAccount account;
    account.email = kEmail;
    account.client_id = "1";
    account.partner = PartnerId(kPartner);
    account.keys.push_back({kKeyId, key_.Public().ToPem(), clock_.Now()});
    return tx.AddAccount(account);
  }

  // Returns a JWT of the account for this audience.
  std::string Jwt(const std::string& audience, const std::string& scope) const {
    crypto::JwtClaims claims;
    claims.issuer = kEmail;
    claims.subject = kEmail;
    claims.audience = audience;
    claims.scope = scope;
    claims.issued_at = clock_.Now();
    claims.expires_at = clock_.Now() + absl::Hours(1);
    return crypto::SignJwt(key_, kKeyId, claims).value();
  }

  std::string Bearer() const { return "Bearer " + Jwt(std::string(kEndpoint) + "/", kScope); }

  static http::Request Request(std::string method, std::string target, std::string body = "") {
    http::Request request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!body.empty()) request.headers.Add("Content-Length", std::to_string(body.size()));
    request.body = std::move(body);
    request.request_id = "0123456789abcdef";
    return request;
  }

  http::Request Authorized(std::string method, std::string target, std::string body = "") const {
    http::Request request = Request(std::move(method), std::move(target), std::move(body));
    request.headers.Add("authorization", Bearer());
    return request;
  }

  // Returns the status of an early refusal, or 0.
  int RefuseEarly(http::Request request) {
    const auto refused = api_.RefuseEarly(request);
    return refused.has_value() ? refused->status : 0;
  }

  test::TempDir dir_;
  FakeClock clock_{absl::FromUnixSeconds(1'790'000'000)};
  const crypto::PrivateKey key_ = crypto::PrivateKey::Generate(crypto::Algorithm::kEs256).value();
  const std::unique_ptr<store::Store> store_ =
      store::Open("sqlite://" + (dir_ / "registry.db"), clock_).value();
  FakeServices services_;
  const auth::Audience audience_{kEndpoint};
  auth::AccountCache accounts_{*store_};
  auth::Authenticator authenticator_{accounts_, clock_, audience_};
  auth::TokenEndpoint tokens_{*store_, accounts_, clock_, audience_};
  const MethodTable methods_ = FakeMethods(services_);
  Api api_{methods_, authenticator_, tokens_, *store_, clock_};
};

// Returns the complete body of a streamed answer.
inline std::string Drain(http::BodySource& source) {
  std::string out;
  while (true) {
    const auto more = source.Next(out);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return out;
  }
}

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_API_TEST_BASE_H_
