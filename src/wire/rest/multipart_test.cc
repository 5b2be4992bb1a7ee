// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/multipart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status_text.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

TEST(BoundaryOf, Forms) {
  const std::pair<const char*, const char*> cases[] = {
      {"multipart/mixed; boundary=__END_OF_PART__1-2__", "__END_OF_PART__1-2__"},
      {"multipart/mixed; boundary=\"===============1==\"", "===============1=="},
      {"Multipart/Mixed;BOUNDARY = x ; charset=UTF-8", "x"},
      {"multipart/mixed; charset=\"a;b\"; boundary=x", "x"},
  };
  for (const auto& [type, boundary] : cases) EXPECT_EQ(BoundaryOf(type), boundary) << type;
  for (const char* type :
       {"", "multipart/mixed", "multipart/form-data; boundary=x", "application/json",
        "multipart/mixed; boundary=", "multipart/mixed; boundary=\"x"}) {
    EXPECT_EQ(BoundaryOf(type), std::nullopt) << type;
  }
}

TEST(SplitMultipart, CrlfAndLf) {
  for (const std::string end : {"\r\n", "\n"}) {
    const std::string body = "preamble" + end + "--b" + end + "Content-Type: a" + end + "X: 1" +
                             end + " 2" + end + end + "one" + end + end + "--b \t" + end + end +
                             "two" + end + "--b--" + end + "epilogue";
    const auto parts = SplitMultipart(body, "b");
    ASSERT_TRUE(parts.ok()) << parts.status();
    ASSERT_EQ(parts->size(), 2u);
    EXPECT_EQ(parts->at(0).headers.Get("content-type"), "a");
    EXPECT_EQ(parts->at(0).headers.Get("x"), "1 2");
    EXPECT_EQ(parts->at(0).content, "one" + end);
    EXPECT_EQ(parts->at(1).content, "two");
  }
}

TEST(SplitMultipart, WrongTexts) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "closing boundary"},
      {"--b\r\n\r\none", "closing boundary"},
      {"--b\r\nno name\r\n\r\none\r\n--b--", "header line"},
      {"--bb\r\n\r\none\r\n--bb--", "closing boundary"},
      {"--b\r\nContent-ID: <a\rX: y>\r\n\r\none\r\n--b--", "control character"},
      {"--b\r\nContent-ID: <a>\r\r\n\r\none\r\n--b--", "control character"},
      {"--b\r\nContent-ID: a\r\n \x1B[2J\r\n\r\none\r\n--b--", "control character"},
      {"--b\r\nContent-ID: <a\x7F>\r\n\r\none\r\n--b--", "control character"},
  };
  for (const auto& [body, what] : cases) {
    EXPECT_THAT(std::string(MessageOf(SplitMultipart(body, "b").status())), HasSubstr(what));
  }
  EXPECT_TRUE(SplitMultipart("--b--", "b").value().empty());
}

TEST(SplitMultipart, NulInAHeader_IsRefused) {
  const std::string body("--b\r\nContent-ID: <a\0>\r\n\r\none\r\n--b--", 35);
  EXPECT_FALSE(SplitMultipart(body, "b").ok());
}

TEST(SplitMultipart, TabInAHeader_IsKept) {
  EXPECT_EQ(SplitMultipart("--b\nX: a\tb\n\none\n--b--", "b")->at(0).headers.Get("x"), "a\tb");
}

TEST(ParseHttpRequest, Forms) {
  const auto request = ParseHttpRequest(
      "POST http://h:1/v1/x?alt=json HTTP/1.1\r\nContent-Length: 2\r\nA: b\r\n\r\n{}\r\n\r\n");
  ASSERT_TRUE(request.ok());
  EXPECT_EQ(request->method, "POST");
  EXPECT_EQ(request->target, "http://h:1/v1/x?alt=json");
  EXPECT_EQ(request->headers.Get("a"), "b");
  EXPECT_EQ(request->body, "{}");
  EXPECT_EQ(ParseHttpRequest("GET /v1\nX: y\n\n")->body, "");
  EXPECT_EQ(ParseHttpRequest("\nGET v1")->target, "/v1");
  EXPECT_EQ(ParseHttpRequest("POST /v1\n\n{}\n")->body, "{}");
}

TEST(ParseHttpRequest, WrongTexts) {
  for (const char* text : {"", "GET", " /v1", "GET  ", "POST /v1\nContent-Length: 9\n\n{}",
                           "POST /v1\nContent-Length: x\n\n{}", "GET /v1\nno name\n\n",
                           "GET /v1\r/x HTTP/1.1\n\n", "GE\x01T /v1\n\n", "GET /v1\nX: a\rb\n\n"}) {
    EXPECT_FALSE(ParseHttpRequest(text).ok()) << text;
  }
}

TEST(HttpResponseText, HasAReason) {
  http::Response response;
  response.status = 404;
  response.headers.Add("Content-Type", "x");
  response.body = "body";
  EXPECT_EQ(HttpResponseText(response),
            "HTTP/1.1 404 Not Found\r\nContent-Type: x\r\nContent-Length: 4\r\n\r\nbody");
}

}  // namespace
}  // namespace zerotouch::wire
