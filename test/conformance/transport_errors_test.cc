// SPDX-License-Identifier: Apache-2.0
// Tests of the errors that the transports produce themselves, as bytes on the wire:
// HTTP/1.1 in both JSON formats, and gRPC over HTTP/2.

#include <functional>
#include <string>

#include "conformance/whole_api_base.h"
#include "http/server.h"
#include "support/golden_file.h"
#include "support/gzip.h"
#include "support/http1_client.h"
#include "support/http2_client.h"

namespace zerotouch::wire {
namespace {

class TransportErrors : public WholeApi {
 protected:
  // Starts a server with small limits, which `change` may change.
  std::unique_ptr<http::Server> Start(const std::function<void(http::ServerOptions&)>& change) {
    http::ServerOptions options;
    options.listen = "127.0.0.1:0";
    options.worker_threads = 2;
    options.body_bytes = 1'000;
    options.header_bytes = 2'000;
    options.url_bytes = 200;
    if (change) change(options);
    auto server = http::Server::Start(options, grpc_);
    EXPECT_TRUE(server.ok()) << server.status();
    return *std::move(server);
  }

  static http::Response Received(uint16_t port, const std::string& bytes) {
    test::SocketClient client(port);
    client.Send(bytes);
    const test::ReceivedResponse came = test::Reader(client).Next();
    http::Response response;
    response.status = came.status;
    response.body = came.body;
    for (const char* name : {"Content-Type", "X-Content-Type-Options", "Retry-After"}) {
      if (const auto value = came.Field(name)) response.headers.Add(name, *value);
    }
    return response;
  }

  // Sends `bytes`, with QUERY replaced by the parameters that select the format.
  void Send(const char* name, const std::string& bytes,
            const std::function<void(http::ServerOptions&)>& change = nullptr) {
    const std::unique_ptr<http::Server> server = Start(change);
    text_ += fmt::format("# {}\n", name);
    for (const char* format : {"2", "1"}) {
      std::string sent = bytes;
      if (const size_t at = sent.find("QUERY"); at != std::string::npos) {
        sent.replace(at, 5, fmt::format("prettyPrint=false&$.xgafv={}", format));
      } else if (*format == '1') {
        continue;  // there is no query that could be read
      }
      text_ += HttpText(fmt::format("HTTP, format {}", format), Received(server->port(), sent));
    }
    text_ += "\n";
  }

  // Calls GetDevice by gRPC.
  void Call(const char* name, test::Fields fields, const std::string& body,
            const std::function<void(http::ServerOptions&)>& change = nullptr) {
    const std::unique_ptr<http::Server> server = Start(change);
    test::Http2Client client(server->port());
    fields.insert(
        fields.begin(),
        {{"content-type", "application/grpc"}, {"te", "trailers"}, {"authorization", Bearer()}});
    const auto answer = client.Await(
        client.Ask("POST", "/google.android.device.provisioning.v1.PartnerService/GetDevice",
                   std::move(fields), body));
    EXPECT_EQ(answer.status, 200) << name;
    http::Headers ending;
    for (const auto& [key, value] : answer.header) ending.Add(key, value);
    for (const auto& [key, value] : answer.trailers) ending.Add(key, value);
    text_ += fmt::format("# {}\n{}\n", name, GrpcText(ending));
  }

  std::string text_;
};

TEST_F(TransportErrors, Http1) {
  const std::string get = "GET /v1/customers?QUERY HTTP/1.1\r\n";
  const std::string post = "POST /v1/partners/7/devices:claim?QUERY HTTP/1.1\r\nHost: x\r\n";
  const std::string bearer = fmt::format("Authorization: {}\r\n", Bearer());
  const auto body = [&](const std::string& fields, const std::string& bytes) {
    return fmt::format("{}{}Content-Length: {}\r\n{}\r\n{}", post, bearer, bytes.size(), fields,
                       bytes);
  };
  const auto get_of = [](const std::string& target, const std::string& fields) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: x\r\n{}\r\n", target, fields);
  };
  Send("no HTTP", "nonsense\r\n\r\n");
  Send("no Host", get + "\r\n");
  Send("a Host with a space", get + "Host: x y\r\n\r\n");
  Send("another transfer coding", get + "Host: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
  Send("two credentials", get + "Host: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n");
  Send("a URL that is too long", get_of("/" + std::string(300, 'x') + "?QUERY", ""));
  Send("a URL that no header has room for", get_of("/" + std::string(9'000, 'x'), ""));
  Send("a header that is too long", get_of("/", fmt::format("X: {}\r\n", std::string(9'000, 'x'))));
  Send("a body that is too long", body("", std::string(1'001, ' ')));
  Send("a chunked body that is too long",
       fmt::format("{}{}Transfer-Encoding: chunked\r\n\r\n3e9\r\n{}\r\n0\r\n\r\n", post, bearer,
                   std::string(1'001, ' ')));
  Send("a coding that is not read", body("Content-Encoding: br\r\n", "{}"));
  Send("no gzip", body("Content-Encoding: gzip\r\n", "{}"));
  Send("a body that is too long when it is unpacked",
       body("Content-Encoding: gzip\r\n", test::Gzip(std::string(10'000, ' '))));
  Send("too many requests", get + "Host: x\r\n\r\n",
       [](http::ServerOptions& options) { options.admission.requests = 0; });
  Send("too much in the bodies", body("", std::string(900, ' ')),
       [](http::ServerOptions& options) { options.admission.small_bytes = 100; });
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_http1.txt", text_);
}

TEST_F(TransportErrors, Grpc) {
  const std::string message = Framed("");
  Call("a header that is too long", {{"x", std::string(3'000, 'x')}}, message);
  Call("a message that is too long", {}, Framed(std::string(1'001, 'x')));
  Call("a time that is over", {{"grpc-timeout", "0n"}}, message);
  Call("a coding that is not read", {{"content-encoding", "br"}}, message);
  Call("too many requests", {}, message,
       [](http::ServerOptions& options) { options.admission.requests = 0; });
  Call("too much in the bodies", {}, Framed(std::string(900, 'x')),
       [](http::ServerOptions& options) { options.admission.small_bytes = 100; });
  test::ExpectGolden(ZEROTOUCH_GOLDEN "/errors_http2.txt", text_);
}

}  // namespace
}  // namespace zerotouch::wire
