// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_CONFORMANCE_WHOLE_API_BASE_H_
#define ZEROTOUCH_TEST_CONFORMANCE_WHOLE_API_BASE_H_

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "batch/engine.h"
#include "conformance/error_text.h"
#include "google/protobuf/message.h"
#include "service/services.h"
#include "wire/api_methods.h"
#include "wire/api_services.h"
#include "wire/api_test_base.h"
#include "wire/grpc/handler.h"
#include "wire/grpc/message.h"
#include "wire/rest/transcode.h"

namespace zerotouch::wire {

// The callers: the reseller 7, the account of the customers 11 (terms accepted) and
// 12 (not accepted), no credentials, or unknown credentials.
enum class Sender { kReseller, kCustomer, kNobody, kStranger };

// The whole API, HTTP/JSON and gRPC, over a registry with a reseller, a vendor, two
// customers and a DPC. Accepted operations are never run.
class WholeApi : public ApiTest {
 protected:
  static constexpr char kCustomerEmail[] = "it@sandbox.iam.gserviceaccount.com";

  WholeApi() {
    EXPECT_EQ(store_->Write([this](store::Transaction& tx) { return AddCompanies(tx); }),
              absl::OkStatus());
  }

  // Returns a request. The Content-Type is ignored by the server.
  http::Request Make(const std::string& method, const std::string& target, const std::string& body,
                     Sender sender) const {
    http::Request request = Request(method, target, body);
    const std::string bearer = BearerOf(sender);
    if (!bearer.empty()) request.headers.Add("authorization", bearer);
    return request;
  }

  // Returns the answers over HTTP in both formats, and over gRPC if the request can
  // be a message.
  std::string AnswersTo(const http::Request& request) {
    return HttpText("HTTP, format 2", whole_.Handle(InFormat(request, 2))) +
           HttpText("HTTP, format 1", whole_.Handle(InFormat(request, 1))) + OverGrpc(request);
  }

  static http::Request InFormat(http::Request request, int format) {
    request.target += request.target.find('?') == std::string::npos ? '?' : '&';
    // The first prettyPrint and the last format are used.
    const bool given = request.target.find("xgafv") != std::string::npos ||
                       request.headers.Has("X-Goog-Api-Format-Version");
    request.target +=
        given ? "prettyPrint=false" : fmt::format("prettyPrint=false&$.xgafv={}", format);
    return request;
  }

  // Calls `path`, "/package.Service/Method", with `bytes` as the body.
  static http::Request GrpcRequest(const std::string& path, std::string bytes) {
    http::Request request = Request("POST", path, std::move(bytes));
    request.headers.Add("content-type", "application/grpc");
    request.protocol = http::Protocol::kHttp2;
    return request;
  }

  static std::string Framed(const std::string& message) {
    std::string bytes;
    grpc::AppendFrameHead(static_cast<uint32_t>(message.size()), bytes);
    return bytes + message;
  }

  std::string OverGrpc(const http::Request& request) {
    const Target target = SplitTarget(request.target);
    const absl::StatusOr<RouteMatch> match = routes_.Find(request.method, target.path);
    if (!match.ok()) return "";
    const auto& method = *match->route->method;
    const std::unique_ptr<google::protobuf::Message> message(
        google::protobuf::MessageFactory::generated_factory()
            ->GetPrototype(method.input_type())
            ->New());
    std::string body = request.body;
    const Query query = ParseQuery(target.query);
    if (!query.system_violations.empty() || !query.fields.empty() || !query.alt.empty() ||
        !Transcode(*match, query, body, *message).ok()) {
      return "";
    }
    http::Request call =
        GrpcRequest(fmt::format("/{}/{}", method.service()->full_name(), method.name()),
                    Framed(message->SerializeAsString()));
    if (request.headers.Has("authorization")) {
      call.headers.Add("authorization", std::string(request.headers.Get("authorization")));
    }
    return GrpcText(grpc_.Handle(std::move(call)).headers);
  }

  std::string BearerOf(Sender sender) const {
    switch (sender) {
      case Sender::kReseller:
        return Bearer();
      case Sender::kStranger:
        return "Bearer nonsense";
      case Sender::kCustomer: {
        crypto::JwtClaims claims = ClaimsOf(std::string(kEndpoint) + "/");
        claims.issuer = claims.subject = kCustomerEmail;
        claims.scope = auth::kCustomerScope;
        return "Bearer " + crypto::SignJwt(key_, kKeyId, claims).value();
      }
      case Sender::kNobody:
        return "";
    }
    return "";
  }

  // The reseller's token, which is valid for an hour.
  crypto::JwtClaims ClaimsOf(const std::string& audience) const {
    crypto::JwtClaims claims;
    claims.issuer = claims.subject = kEmail;
    claims.audience = audience;
    claims.scope = kScope;
    claims.issued_at = clock_.Now();
    claims.expires_at = clock_.Now() + absl::Hours(1);
    return claims;
  }

  absl::Status AddCompanies(store::Transaction& tx) {
    const absl::Time now = clock_.Now();
    std::vector<absl::Status> done = {
        tx.AddVendor({VendorId(3), PartnerId(kPartner), "Vendor", now}),
        tx.AddPartner({PartnerId(8), "Another", now}),
        tx.PutDpc({.id = "dpc", .package_name = "com.example.dpc", .title = "DPC"})};
    for (const CustomerId id : {CustomerId(11), CustomerId(12)}) {
      store::Customer customer;
      customer.id = id;
      customer.name = "Customer";
      customer.created = now;
      done.push_back(tx.AddCustomer(customer, PartnerId(kPartner), VendorId()));
    }
    done.push_back(tx.SetTerms(CustomerId(11), store::Terms::kAccepted));
    store::ServiceAccount account;
    account.email = kCustomerEmail;
    account.client_id = "2";
    account.customers = {CustomerId(11), CustomerId(12)};
    account.keys.push_back({kKeyId, key_.Public().ToPem(), now});
    done.push_back(tx.AddAccount(account));
    const auto wrong = std::find_if(done.begin(), done.end(),
                                    [](const absl::Status& status) { return !status.ok(); });
    return wrong == done.end() ? absl::OkStatus() : *wrong;
  }

  const RegistryRules rules_{};
  batch::Engine engine_{*store_, rules_, clock_, {}};
  service::Services all_{*store_, engine_, rules_, audience_, clock_};
  const MethodTable table_ = ApiMethods(all_);
  const RouteTable routes_ = RouteTable::Build(ApiServices()).value();
  Api whole_{table_, authenticator_, tokens_, *store_, clock_};
  grpc::Handler grpc_{table_,
                      authenticator_,
                      /*message_bytes=*/100'000,
                      [this] { return whole_.CheckReady(); },
                      clock_,
                      whole_.dispatch(),
                      whole_.guard(),
                      whole_};
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_TEST_CONFORMANCE_WHOLE_API_BASE_H_
