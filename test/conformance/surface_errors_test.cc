// SPDX-License-Identifier: Apache-2.0
// Tests of errors outside the methods of the API: invalid gRPC framing, batches of
// calls, token requests, documents, and an unreachable store.

#include <functional>
#include <string>

#include "absl/strings/str_replace.h"
#include "conformance/whole_api_base.h"
#include "grpc/health/v1/health.pb.h"
#include "support/golden_file.h"
#include "wire/rest/batch_request.h"
#include "wire/rest/error_json.h"

namespace zerotouch::wire {
namespace {

constexpr char kGetDevice[] = "/google.android.device.provisioning.v1.PartnerService/GetDevice";
constexpr char kDevicePath[] = "/v1/partners/7/devices/9";

class SurfaceErrors : public WholeApi {
 protected:
  void Add(const std::string& name, const std::string& answers) {
    text_ += fmt::format("# {}\n{}\n", name, answers);
  }

  // Returns the answers to `request` in both formats; the query selects the second.
  std::string Asked(Api& api, const http::Request& request) {
    return HttpText("HTTP, format 2", api.Handle(InFormat(request, 2))) +
           HttpText("HTTP, format 1", api.Handle(InFormat(request, 1)));
  }

  std::string text_;
};

TEST_F(SurfaceErrors, GrpcCalls) {
  const std::string message = Framed(
      "\x0a\x03"
      "abc");
  const auto ask = [&](const char* name, const std::string& path, const std::string& bytes,
                       const std::function<void(http::Request&)>& change = nullptr) {
    http::Request request = GrpcRequest(path, bytes);
    request.headers.Add("authorization", Bearer());
    if (change) change(request);
    Add(name, GrpcText(grpc_.Handle(std::move(request)).headers));
  };
  ask("no such method", "/google.android.device.provisioning.v1.PartnerService/Nothing", message);
  ask("no POST", kGetDevice, message, [](http::Request& request) { request.method = "GET"; });
  ask("messages of another kind", kGetDevice, message,
      [](http::Request& request) { request.headers.Set("content-type", "application/grpc+json"); });
  ask("an invalid timeout", kGetDevice, message,
      [](http::Request& request) { request.headers.Add("grpc-timeout", "soon"); });
  ask("no message", kGetDevice, "");
  ask("a message that is cut", kGetDevice, message.substr(0, message.size() - 1));
  ask("two messages", kGetDevice, message + message);
  ask("an invalid head", kGetDevice, "\x02" + message.substr(1));
  ask("an invalid message", kGetDevice, Framed("\xff\xff"));
  ask("a message that is too long", kGetDevice, Framed(std::string(100'001, 'x')));
  ask("compressed, but not said how", kGetDevice, "\x01" + message.substr(1));
  ask("compressed in another way", kGetDevice, "\x01" + message.substr(1),
      [](http::Request& request) { request.headers.Add("grpc-encoding", "snappy"); });
  ask("no gzip", kGetDevice, "\x01" + message.substr(1),
      [](http::Request& request) { request.headers.Add("grpc-encoding", "gzip"); });
  ::grpc::health::v1::HealthCheckRequest health;
  health.set_service("nothing");
  ask("health of no such service", "/grpc.health.v1.Health/Check",
      Framed(health.SerializeAsString()));
  // Names that cannot be in a URL.
  ask("a list of another name", "/google.longrunning.Operations/ListOperations",
      Framed("\x22\x01"
             "x"));
  ask("vendors of no reseller", "/google.android.device.provisioning.v1.PartnerService/ListVendors",
      Framed("\x0a\x0c"
             "partners/7/x"));
  const auto stream = [&](const char* name, const std::string& path, const std::string& bytes,
                          const http::StreamingCall::Input& about) {
    const http::Request header = GrpcRequest(path, "");
    const std::unique_ptr<http::StreamingCall> exchange = grpc_.Open(header);
    ASSERT_NE(exchange, nullptr);
    std::string out;
    EXPECT_FALSE(
        exchange->Next({.bytes = bytes, .ended = about.ended, .stopping = about.stopping}, out));
    Add(name, GrpcText(exchange->Trailers()));
  };
  const std::string watch = "/grpc.health.v1.Health/Watch";
  const std::string info = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  stream("a watch of two services", watch, Framed("") + Framed(""), {});
  stream("a stream's message that is cut", watch, Framed("abc").substr(0, 6), {.ended = true});
  stream("reflection asked by no message", info, Framed("\xff\xff"), {});
  stream("a stream when the server shuts down", info, "", {.stopping = true});
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_grpc.txt", text_);
}

TEST_F(SurfaceErrors, Batches) {
  const auto ask = [&](const char* name, const std::string& body,
                       const std::string& type = "multipart/mixed; boundary=b") {
    http::Request request = Make("POST", "/batch", body, Sender::kReseller);
    request.headers.Add("Content-Type", type);
    http::Response response = whole_.Handle(InFormat(request, 2));
    if (response.stream == nullptr) {
      Add(name, HttpText("HTTP, format 2", response) +
                    HttpText("HTTP, format 1", whole_.Handle(InFormat(request, 1))));
      return;
    }
    const std::string boundary(response.headers.Get("Content-Type").substr(26));
    const std::string parts = Drain(*response.stream);
    Add(name, absl::StrReplaceAll(parts, {{boundary, "BOUNDARY"}, {"\r\n", "\n"}}));
  };
  const auto part = [](const std::string& text, const std::string& type = "application/http") {
    return fmt::format("--b\r\nContent-Type: {}\r\n\r\n{}\r\n", type, text);
  };
  ask("no multipart", "{}", "application/json");
  ask("no closing boundary", part("GET / HTTP/1.1\r\n\r\n"));
  ask("no parts", "--b--");
  std::string many;
  for (int i = 0; i < 1'001; ++i) many += part("GET /");
  ask("too many calls", many + "--b--");
  ask("a header line without a name", "--b\r\n: x\r\n\r\n\r\n--b--");
  ask("a header line with a control character", "--b\r\nContent-ID: a\rb\r\n\r\n\r\n--b--");
  ask("too long", std::string((size_t{16} << 20) + 1, 'x'));
  ask("parts that are not calls", part("GET /v1/nothing?prettyPrint=false\r\n\r\n", "text/plain") +
                                      part("") + part("GET ") + part("GET /\x01 HTTP/1.1") +
                                      part("POST /v1/x\r\nContent-Length: 9\r\n\r\n{}") + "--b--");
  ask("calls that fail, in both formats",
      part("GET /v1/partners/8/devices/9?prettyPrint=false\r\n\r\n") +
          part("GET /v1/partners/8/devices/9?prettyPrint=false&$.xgafv=1\r\n\r\n") + "--b--");
  ask("a batch in a batch", part("POST /batch\r\n\r\n") + "--b--");
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_batch.txt", text_);
}

// Answers that exceed the limit together.
TEST_F(SurfaceErrors, ABatchWithTooLargeAnswers) {
  http::Request request =
      Make("POST", "/batch", "--b\r\nContent-Type: application/http\r\n\r\nGET /\r\n\r\n--b--",
           Sender::kReseller);
  request.headers.Add("Content-Type", "multipart/mixed; boundary=b");
  class Endless final : public http::BodySource {
   public:
    absl::StatusOr<bool> Next(std::string& out) override {
      out.append(size_t{1} << 20, 'x');
      return true;
    }
  };
  const auto answer = AnswerBatch(
      request,
      [](const http::Request&) {
        http::Response response;
        response.stream = std::make_unique<Endless>();
        return response;
      },
      [&](const absl::Status& status) {
        Add("an answer that is too long for a batch",
            HttpText("HTTP, format 2", ErrorResponse(status, false, ErrorFormat::kV2)) +
                HttpText("HTTP, format 1", ErrorResponse(status, false, ErrorFormat::kV1)));
        return ErrorResponse(status, false);
      });
  ASSERT_TRUE(answer.ok());
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_batch_answers.txt", text_);
}

// Assertions that are refused, by what is changed in a good one.
constexpr struct {
  const char* name;
  void (*change)(crypto::JwtClaims& claims);
} kWrongClaims[] = {
    {"an account that is not there",
     [](crypto::JwtClaims& claims) { claims.issuer = claims.subject = "x@y"; }},
    {"for another audience",
     [](crypto::JwtClaims& claims) { claims.audience = "https://example.com/token"; }},
    {"no scope", [](crypto::JwtClaims& claims) { claims.scope = ""; }},
    {"for somebody else", [](crypto::JwtClaims& claims) { claims.subject = "x@example.com"; }},
    {"never good", [](crypto::JwtClaims& claims) { claims.expires_at = claims.issued_at; }},
    {"good for too long", [](crypto::JwtClaims& claims) { claims.expires_at += absl::Hours(1); }},
    {"of the future",
     [](crypto::JwtClaims& claims) {
       claims.issued_at += absl::Minutes(10);
       claims.expires_at += absl::Minutes(10);
     }},
    {"not before a future time",
     [](crypto::JwtClaims& claims) { claims.not_before = claims.issued_at + absl::Minutes(10); }},
    {"of the past",
     [](crypto::JwtClaims& claims) {
       claims.issued_at -= absl::Hours(2);
       claims.expires_at -= absl::Hours(2);
     }},
};

constexpr const char* kWrongJwtHeaders[] = {"x",
                                            R"({"alg":1})",
                                            R"({"alg":"none"})",
                                            R"({"alg":"ES256","kid":1})",
                                            R"({"alg":"ES256","kid":"1","crit":["b64"]})",
                                            R"({"alg":"ES256","kid":""})",
                                            R"({"alg":"ES256","alg":"ES256"})",
                                            R"({"alg":"ES256","typ":"at+jwt"})"};
constexpr const char* kWrongJwtPayloads[] = {"x",
                                             R"({"iss":1})",
                                             R"({"sub":1})",
                                             R"({"scope":1})",
                                             R"({"aud":["a","b"]})",
                                             R"({"jti":1})",
                                             R"({"iat":"x"})",
                                             R"({"iat":1,"exp":"x"})",
                                             R"({"iat":1})",
                                             R"({"iat":1,"exp":2,"nbf":"x"})",
                                             R"({"iat":1,"iat":1,"exp":2})"};

TEST_F(SurfaceErrors, Tokens) {
  const std::string endpoint = std::string(kEndpoint) + "/token";
  const std::string grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer";
  const auto post = [](const std::string& body, const std::string& type) {
    http::Request request = Request("POST", "/token", body);
    if (!type.empty()) request.headers.Add("Content-Type", type);
    return request;
  };
  const auto ask = [&](const char* name, const std::string& body,
                       const std::string& type = "application/x-www-form-urlencoded") {
    Add(name, HttpText("OAuth", whole_.Handle(post(body, type))));
  };
  ask("a body of another type", "x", "text/plain");
  ask("JSON without grant_type", "{}", "application/json");
  ask("a body that is not JSON", "{", "application/json");
  ask("a JSON parameter that is not a string", R"({"grant_type":1})", "application/json");
  ask("a parameter given twice", grant + "&" + grant);
  ask("malformed percent-encoding", "grant_type=%zz");
  ask("no grant_type", "x=y");
  ask("another grant", "grant_type=password");
  ask("no assertion", grant);
  ask("no JWT", grant + "&assertion=x");
  for (const auto& [name, change] : kWrongClaims) {
    crypto::JwtClaims claims = ClaimsOf(endpoint);
    change(claims);
    ask(name, fmt::format("{}&assertion={}", grant, crypto::SignJwt(key_, kKeyId, claims).value()));
  }
  crypto::JwtClaims once = ClaimsOf(endpoint);
  once.id = "1";
  const std::string used = crypto::SignJwt(key_, kKeyId, once).value();
  whole_.Handle(post(grant + "&assertion=" + used, "application/x-www-form-urlencoded"));
  ask("an id that was used before", grant + "&assertion=" + used);
  const auto assert_text = [&](const std::string& header, const std::string& payload) {
    ask("a JWT that is wrong",
        fmt::format("{}&assertion={}.{}.c2ln", grant, crypto::Base64UrlEncode(header),
                    crypto::Base64UrlEncode(payload)));
  };
  ask("a JWT that is too long", grant + "&assertion=" + std::string(20'000, 'x'));
  ask("a JWT that is not encoded", grant + "&assertion=*.x.x");
  for (const char* header : kWrongJwtHeaders) {
    assert_text(header, "{}");
  }
  for (const char* payload : kWrongJwtPayloads) {
    assert_text(R"({"alg":"ES256","kid":"1"})", payload);
  }
  http::Request long_one = post(std::string(70'000, 'x'), "application/x-www-form-urlencoded");
  Add("a form that is too long", Asked(whole_, long_one));
  FailingStore down;
  auth::AccountCache accounts(down);
  auth::TokenEndpoint tokens(*store_, accounts, clock_, audience_);
  Api api(table_, authenticator_, tokens, down, clock_);
  Add("the store is gone",
      HttpText("OAuth",
               api.Handle(post(grant + "&assertion=x", "application/x-www-form-urlencoded"))));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_token.txt", text_);
}

TEST_F(SurfaceErrors, TokensOfIssuers) {
  auth::Issuers issuers(
      {{.url = "https://id.example.com", .jwks_uri = "https://id.example.com/"}},
      [](const auth::Issuer&) -> absl::StatusOr<std::string> {
        return absl::UnavailableError("it is down");
      },
      clock_);
  auth::Authenticator authenticator(accounts_, clock_, audience_);
  authenticator.SetIssuers(issuers);
  Api api(table_, authenticator, tokens_, *store_, clock_);
  crypto::JwtClaims claims = ClaimsOf("zerotouch");
  claims.issuer = "https://id.example.com";
  http::Request request = Request("GET", "/v1/customers");
  request.headers.Add("Authorization", "Bearer " + crypto::SignJwt(key_, kKeyId, claims).value());
  Add("the keys of the issuer are not there", Asked(api, request));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_issuers.txt", text_);
}

TEST_F(SurfaceErrors, StoreAndStopping) {
  const auto ask = [&](const std::string& name, store::Store& store) {
    auth::AccountCache accounts(store);
    auth::Authenticator authenticator(accounts, clock_, audience_);
    Api api(table_, authenticator, tokens_, store, clock_);
    grpc::Handler grpc(
        table_, authenticator, 1'000, [] { return absl::OkStatus(); }, clock_, api.dispatch(),
        api.guard(), api);
    http::Request call = GrpcRequest(kGetDevice, Framed(""));
    call.headers.Add("authorization", Bearer());
    Add(name + ", a call", Asked(api, Make("GET", kDevicePath, "", Sender::kReseller)) +
                               GrpcText(grpc.Handle(std::move(call)).headers));
    Add(name + ", /readyz", Asked(api, Request("GET", "/readyz")));
  };
  FailingStore down;
  ask("a store that is gone", down);
  FailingStore full(absl::ResourceExhaustedError("secret: 4096 writes"));
  ask("a store that is full", full);
  FailingStore broken(absl::DataLossError("secret: page 7 is damaged"));
  ask("a store that is damaged", broken);
  FailingStore in_doubt(absl::UnknownError("secret: connection to db-7 lost"));
  ask("a store that lost a commit", in_doubt);
  whole_.SetDraining();
  Add("shutting down", Asked(whole_, Request("GET", "/readyz")));
  const std::string document = "/$discovery/rest?version=";
  Add("another version", Asked(whole_, Request("GET", document + "v2")));
  Add("a document before its URL is known", Asked(whole_, Request("GET", document + "v1")));
  Add("OPTIONS of nothing", Asked(whole_, Request("OPTIONS", "/nothing")));
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_store.txt", text_);
  EXPECT_EQ(text_.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace zerotouch::wire
