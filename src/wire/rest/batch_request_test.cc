// SPDX-License-Identifier: Apache-2.0
// Batch requests as Google's clients send them, through the whole API.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/limits.h"
#include "wire/api_test_base.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class BatchRequest : public ApiTest {
 protected:
  // Returns the parts of the answer, in order.
  std::vector<std::string> Ask(http::Request request) {
    http::Response response = api_.Handle(std::move(request));
    EXPECT_EQ(response.status, 200) << response.body;
    if (response.stream == nullptr) return {};
    const std::string type(response.headers.Get("Content-Type"));
    EXPECT_THAT(type, StartsWith("multipart/mixed; boundary=batch_"));
    const std::string mark = "--" + type.substr(type.find('=') + 1);
    std::string text = Drain(*response.stream);
    EXPECT_TRUE(text.ends_with(mark + "--\r\n"));
    std::vector<std::string> parts;
    for (size_t at = text.find(mark); at != std::string::npos;) {
      const size_t begin = at + mark.size();
      at = text.find(mark, begin);
      if (at != std::string::npos) parts.push_back(text.substr(begin, at - begin));
    }
    return parts;
  }

  static http::Request Multipart(const std::string& body, const std::string& type) {
    http::Request request = Request("POST", "/batch", body);
    request.headers.Add("Content-Type", type);
    return request;
  }
};

TEST_F(BatchRequest, AsJavaSendsIt) {
  const std::string token = Bearer();
  const auto part = [&](int id, const std::string& call) {
    return fmt::format(
        "--__END_OF_PART__\r\nContent-Length: {}\r\nContent-Type: application/http\r\n"
        "content-id: {}\r\ncontent-transfer-encoding: binary\r\n\r\n{}\r\n",
        call.size(), id, call);
  };
  http::Request request = Multipart(
      part(1, fmt::format("GET http://127.0.0.1:8080/v1/partners/7/devices/9 HTTP/1.1\r\n"
                          "Authorization: {}\r\n\r\n",
                          token)) +
          part(2, fmt::format("POST http://127.0.0.1:8080/v1/partners/7/devices:unclaim "
                              "HTTP/1.1\r\nAuthorization: {}\r\nContent-Length: 16\r\n\r\n"
                              "{{\"deviceId\":\"5\"}}",
                              token)) +
          part(3, "GET http://127.0.0.1:8080/v1/partners/7/devices/9 HTTP/1.1\r\n\r\n") +
          "--__END_OF_PART__--\r\n",
      "multipart/mixed; boundary=__END_OF_PART__");
  EXPECT_FALSE(api_.RefuseEarly(request).has_value()) << "the credentials are in the parts";
  const auto answers = Ask(std::move(request));
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_THAT(answers[0], StartsWith("\r\nContent-Type: application/http\r\nContent-ID: "
                                     "response-1\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: "
                                     "application/json; charset=UTF-8\r\n"));
  EXPECT_THAT(answers[0], HasSubstr("\"deviceId\": \"9\""));
  EXPECT_THAT(answers[1], HasSubstr("response-2\r\n\r\nHTTP/1.1 200 OK"));
  EXPECT_THAT(answers[2], HasSubstr("response-3\r\n\r\nHTTP/1.1 401 Unauthorized"));
  EXPECT_EQ(services_.unclaim.device_id(), 5);
}

TEST_F(BatchRequest, AsPythonSendsIt) {
  // Python sends only line feeds, a quoted boundary, and ids with spaces and a plus.
  const std::string part =
      "--===============1==\nContent-Type: application/http\nMIME-Version: 1.0\n"
      "Content-Transfer-Encoding: binary\nContent-ID: <ab-12 + claim%20%C3%BC/1>\n\n"
      "GET /v1/partners/7/devices/9?alt=json HTTP/1.1\nContent-Type: application/json\n"
      "MIME-Version: 1.0\naccept: application/json\naccept-encoding: gzip, deflate\n"
      "user-agent: (gzip)\nHost: 127.0.0.1:8080\ncontent-length: 0\n\n\n";
  http::Request request = Multipart(part + "--===============1==--",
                                    "multipart/mixed; boundary=\"===============1==\"");
  request.headers.Add("authorization", Bearer());
  const auto answers = Ask(std::move(request));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_THAT(answers[0], HasSubstr("Content-ID: <response-ab-12 + claim%20%C3%BC/1>\r\n\r\n"
                                    "HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answers[0], Not(HasSubstr("gzip")));
}

std::string Calls(int count, const std::string& call) {
  std::string body;
  for (int i = 0; i < count; ++i) {
    body += fmt::format("--b\nContent-Type: application/http\nContent-ID: <{}>\n\n{}\n", i, call);
  }
  return body + "--b--\n";
}

TEST_F(BatchRequest, AThousandCalls_AreAnsweredInTheirOrder) {
  std::string body;
  for (int i = 0; i < limits::kBatchCalls; ++i) {
    body += fmt::format(
        "--b\nContent-Type: application/http\n\nGET /v1/partners/7/devices/{} HTTP/1.1\n\n", i);
  }
  http::Request request = Multipart(body + "--b--\n", "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  const auto answers = Ask(std::move(request));
  ASSERT_EQ(answers.size(), static_cast<size_t>(limits::kBatchCalls));
  for (int i = 0; i < limits::kBatchCalls; ++i) {
    ASSERT_THAT(answers[static_cast<size_t>(i)],
                HasSubstr(fmt::format("\"name\": \"partners/7/devices/{}\"", i)));
  }
}

TEST_F(BatchRequest, StreamedAnswers_AreWhole) {
  services_.items = 20'000;
  http::Request request = Multipart(Calls(2, "GET /v1/operations/apibatchoperation/5 HTTP/1.1\n"),
                                    "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  const auto answers = Ask(std::move(request));
  ASSERT_EQ(answers.size(), 2u);
  for (const std::string& answer : answers) {
    EXPECT_THAT(answer, HasSubstr("\"successCount\": 20000\n  }\n}\n"));
  }
}

TEST_F(BatchRequest, AnswersOverTheLimit_AreErrors) {
  services_.items = 60'000;  // about 5 MB each; the limit is 16 MiB together
  http::Request request = Multipart(Calls(20, "GET /v1/operations/apibatchoperation/5 HTTP/1.1\n"),
                                    "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  size_t bytes = 0;
  int refused = 0;
  for (const std::string& answer : Ask(std::move(request))) {
    bytes += answer.size();
    refused += answer.find("HTTP/1.1 429") != std::string::npos ? 1 : 0;
  }
  EXPECT_GT(refused, 16);
  EXPECT_LT(refused, 20);
  EXPECT_LT(bytes, limits::kBatchAnswerBytes + 100'000);
}

TEST_F(BatchRequest, Answers_CountAgainstTheMemoryOfTheRequest) {
  constexpr uint64_t kMemory = 4'000'000;
  services_.items = 20'000;  // about 1.7 MB
  http::Request request = Multipart(Calls(8, "GET /v1/operations/apibatchoperation/5 HTTP/1.1\n"),
                                    "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  uint64_t held = 0;
  uint64_t most = 0;
  request.hold = [&](uint64_t bytes) {
    if (bytes > kMemory) return false;
    held = bytes;
    most = std::max(most, held);
    return true;
  };
  size_t answered = 0;
  for (const std::string& answer : Ask(std::move(request))) {
    answered += answer.find("HTTP/1.1 200") != std::string::npos ? answer.size() : 0;
  }
  EXPECT_GT(answered, 1'500'000u);
  EXPECT_GE(held, answered);
  EXPECT_GT(most, 1'500'000u);
}

// They need no credentials, so a stranger could have thousands of them made.
TEST_F(BatchRequest, OnlyCallsOfTheApi_AreAnswered) {
  for (const std::string call :
       {"GET /$discovery/rest?version=v1", "GET /%24discovery/OPENAPI3_0?version=v1",
        "GET /healthz", "HEAD /readyz", "POST /token", "POST /batch", "OPTIONS /v1/operations"}) {
    const auto answers =
        Ask(Multipart(Calls(1, call + " HTTP/1.1\n"), "multipart/mixed; boundary=b"));
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_THAT(answers[0], HasSubstr("HTTP/1.1 400 Bad Request")) << call;
    EXPECT_THAT(answers[0], HasSubstr("holds only calls of the API")) << call;
    EXPECT_LT(answers[0].size(), 1'000u);
  }
}

TEST_F(BatchRequest, PartsThatAreNotCalls_DoNotFailOthers) {
  const std::string good = "GET /v1/partners/7/devices/9 HTTP/1.1\n";
  http::Request request =
      Multipart("--b\nContent-Type: text/plain\n\n" + good +
                    "\n--b\nContent-Type: application/http\n\nnonsense\n"
                    "--b\nContent-Type: application/http\n\nPOST /batch HTTP/1.1\n\n"
                    "--b\nContent-Type: application/http\n\n" +
                    good + "\n--b--\n",
                "multipart/mixed; boundary=b");
  request.headers.Add("Authorization", Bearer());
  const auto answers = Ask(std::move(request));
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_THAT(answers[0], HasSubstr("HTTP/1.1 400 Bad Request"));
  EXPECT_THAT(answers[1], HasSubstr("the request line is missing"));
  EXPECT_THAT(answers[2], HasSubstr("holds only calls of the API"));
  EXPECT_THAT(answers[3], HasSubstr("HTTP/1.1 200 OK"));
}

// A Content-ID is echoed: a control character could begin another header line.
TEST_F(BatchRequest, ContentIdWithAControlCharacter_IsRefused) {
  for (const std::string id : {"<1\rSet-Cookie: a=b>", "<1\x1B[2J>", "<1\x7F>", "1\x01"}) {
    const http::Response response = api_.Handle(
        Multipart("--b\r\nContent-Type: application/http\r\nContent-ID: " + id +
                      "\r\n\r\nGET /v1/partners/7/devices/9 HTTP/1.1\r\n\r\n\r\n--b--\r\n",
                  "multipart/mixed; boundary=b"));
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr("a header line has a control character"));
  }
}

TEST_F(BatchRequest, OtherRequests_AreRefused) {
  const std::pair<std::string, const char*> cases[] = {
      {"--b--\n", "it has no parts"},
      {"--b\n\nx", "the closing boundary is missing"},
      {Calls(limits::kBatchCalls + 1, "GET / HTTP/1.1\n"), "at most 1000 are allowed"},
  };
  for (const auto& [body, what] : cases) {
    const http::Response response = api_.Handle(Multipart(body, "multipart/mixed; boundary=b"));
    EXPECT_EQ(response.status, 400);
    EXPECT_THAT(response.body, HasSubstr(what));
  }
  EXPECT_EQ(api_.Handle(Multipart("{}", "application/json")).status, 400);
  EXPECT_EQ(api_.Handle(Request("GET", "/batch")).status, 404);
  http::Request large = Request("POST", "/batch");
  large.headers.Add("Content-Length", "20000000");
  EXPECT_EQ(api_.RefuseEarly(large)->status, 413);
}

}  // namespace
}  // namespace zerotouch::wire
