// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/gzip.h"
#include "wire/portal/assets.h"
#include "wire/portal/cookies.h"

namespace zerotouch::wire {
namespace {

using ::testing::HasSubstr;

std::string Gzip(std::string_view text) {
  http::Deflater deflater(http::Deflater::Format::kGzip);
  std::string out;
  EXPECT_TRUE(deflater.Begin());
  deflater.Append(text, /*is_last=*/true, out);
  return out;
}

http::Request GetWith(const std::vector<std::pair<std::string, std::string>>& headers) {
  http::Request request;
  request.method = "GET";
  for (const auto& [name, value] : headers) request.headers.Add(name, value);
  return request;
}

class PortalFilesTest : public testing::Test {
 protected:
  const std::string index_ = Gzip("<!doctype html>");
  const std::string script_ = Gzip("script");
  const std::vector<EmbeddedFile> files_ = {
      {"index.html", "text/html; charset=utf-8", "d1", index_},
      {"assets/app-1a2b.js", "text/javascript; charset=utf-8", "d2", script_}};
  const PortalAssets assets_{files_};
};

TEST_F(PortalFilesTest, AFile_IsSentCompressed_OrNot) {
  const auto packed = assets_.Asset(GetWith({{"Accept-Encoding", "gzip"}}), "assets/app-1a2b.js");
  ASSERT_NE(packed, nullptr);
  EXPECT_EQ(packed->text(), script_);
  EXPECT_EQ(packed->headers.Get("Content-Encoding"), "gzip");
  EXPECT_EQ(packed->headers.Get("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(packed->headers.Get("Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(packed->headers.Get("Vary"), "Accept-Encoding");
  const auto plain = assets_.Asset(GetWith({}), "assets/app-1a2b.js");
  EXPECT_EQ(plain->text(), "script");
  EXPECT_FALSE(plain->headers.Has("Content-Encoding"));
  EXPECT_NE(plain->headers.Get("ETag"), packed->headers.Get("ETag"));
}

TEST_F(PortalFilesTest, AFileThatTheBrowserHas_IsNotSentAgain) {
  const auto answer =
      assets_.Asset(GetWith({{"Accept-Encoding", "gzip"}, {"If-None-Match", "\"x\", \"d2-gzip\""}}),
                    "assets/app-1a2b.js");
  EXPECT_EQ(answer->status, 304);
  EXPECT_EQ(answer->text(), "");
}

TEST_F(PortalFilesTest, OnlyFilesBelowAssets_HaveAnAddressOfTheirOwn) {
  for (const char* path : {"index.html", "assets/none.js", "assets/", "assets/../index.html", ""}) {
    EXPECT_EQ(assets_.Asset(GetWith({}), path), nullptr) << path;
  }
}

TEST_F(PortalFilesTest, TheIndex_IsNeverStored) {
  const http::Response index = assets_.Index(GetWith({}));
  EXPECT_EQ(index.text(), "<!doctype html>");
  EXPECT_EQ(index.headers.Get("Cache-Control"), "no-store");
  const http::Response left_out = PortalAssets({}).Index(GetWith({}));
  EXPECT_EQ(left_out.status, 200);
  EXPECT_THAT(std::string(left_out.text()), HasSubstr("has no portal"));
}

TEST(Cookies, AreReadByTheirWholeName) {
  constexpr CookieRules kPlain, kSecure{.is_secure = true};
  const auto read = [](const std::string& text, CookieRules rules) {
    http::Headers headers;
    headers.Add("Cookie", text);
    return std::string(ReadCookie(headers, Cookie::kSession, rules));
  };
  EXPECT_EQ(read("zerotouch-portal=abc", kPlain), "abc");
  EXPECT_EQ(read("a=b;  zerotouch-portal=abc ;c=d", kPlain), "abc");
  EXPECT_EQ(read("zerotouch-portal=a=b", kPlain), "a=b");
  EXPECT_EQ(read("zerotouch-portal-sign-in=abc", kPlain), "");
  EXPECT_EQ(read("xzerotouch-portal=abc", kPlain), "");
  EXPECT_EQ(read("zerotouch-portal", kPlain), "");
  EXPECT_EQ(read("", kPlain), "");
  EXPECT_EQ(read("__Host-zerotouch=abc", kSecure), "abc");
  EXPECT_EQ(read("zerotouch-portal=abc", kSecure), "") << "a page without TLS could set it";
  EXPECT_EQ(read("__Host-zerotouch=abc", kPlain), "");
  EXPECT_EQ(read("zerotouch-portal=a; zerotouch-portal=b", kPlain), "") << "which one?";
}

TEST(Cookies, MayArriveInSeveralFields) {
  http::Headers headers;
  headers.Add("cookie", "a=b");
  headers.Add("Cookie", "zerotouch-portal=abc");
  EXPECT_EQ(ReadCookie(headers, Cookie::kSession, {}), "abc");
}

TEST(Cookies, AreSetForThisHostAndNoScript) {
  http::Headers headers;
  SetCookie(Cookie::kSession, "abc", absl::Hours(12), {.is_secure = true}, headers);
  EXPECT_EQ(headers.Get("Set-Cookie"),
            "__Host-zerotouch=abc; Path=/; HttpOnly; SameSite=Strict; Max-Age=43200; Secure");
  http::Headers sign_in;
  SetCookie(Cookie::kSignIn, "abc", absl::Minutes(10), {}, sign_in);
  EXPECT_EQ(sign_in.Get("Set-Cookie"),
            "zerotouch-portal-sign-in=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
}

}  // namespace
}  // namespace zerotouch::wire
