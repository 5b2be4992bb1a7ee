// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message.h"

#include <gtest/gtest.h>

#include "errors/errors.h"
#include "support/gzip.h"

namespace zerotouch::wire::grpc {
namespace {

std::string Framed(const std::string& message, bool compressed = false) {
  std::string out;
  AppendFrameHead(static_cast<uint32_t>(message.size()), out);
  if (compressed) out[0] = 1;
  return out + message;
}

class GrpcMessage : public ::testing::Test {
 protected:
  absl::StatusOr<std::string> Only(const std::string& body, std::string_view encoding = "") {
    std::string unpacked;
    const auto message = OnlyMessage(
        body, {.encoding = encoding, .limit = 1'000, .hold = [](uint64_t) { return true; }},
        unpacked);
    if (!message.ok()) return message.status();
    return std::string(*message);
  }
};

TEST_F(GrpcMessage, Whole_IsTaken) {
  EXPECT_EQ(*Only(Framed("")), "");
  EXPECT_EQ(*Only(Framed("hello")), "hello");
  EXPECT_EQ(*Only(Framed(test::Gzip("hello"), true), "gzip"), "hello");
  EXPECT_EQ(*Only(Framed("hello"), "gzip"), "hello");  // encoding is a matter of each message
}

TEST_F(GrpcMessage, NotOneWholeMessage_IsRefused) {
  for (const std::string& body :
       {std::string(), Framed("hello").substr(0, 4), Framed("hello").substr(0, 9),
        Framed("hello") + "x", Framed("a") + Framed("b")}) {
    EXPECT_EQ(Only(body).status().code(), absl::StatusCode::kInvalidArgument) << body;
  }
}

TEST_F(GrpcMessage, BadCompression_IsRefused) {
  EXPECT_EQ(Only(Framed("hello", true)).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Only(Framed("hello", true), "identity").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Only(Framed("hello", true), "gzip").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Only(Framed("hello", true), "deflate").status(),
            errors::UnsupportedMessageEncoding("deflate"));
  std::string odd = Framed("hello");
  odd[0] = 2;
  EXPECT_EQ(Only(odd).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(GrpcMessage, OverTheLimit_IsTooLarge) {
  EXPECT_EQ(Only(Framed(std::string(1'001, 'x'))).status(), errors::BodyTooLarge(1'000));
  EXPECT_EQ(Only(Framed(test::Gzip(std::string(1'001, 'x')), true), "gzip").status(),
            errors::BodyTooLarge(1'000));
  // Known from the head alone.
  std::string_view head("\0\xFF\xFF\xFF\xFF", 5);
  std::string unpacked;
  EXPECT_EQ(TakeMessage(head, {.encoding = "", .limit = 1'000, .hold = nullptr}, unpacked).status(),
            errors::BodyTooLarge(1'000));
}

TEST_F(GrpcMessage, Taken_OneAfterTheOther) {
  const std::string body = Framed("one") + Framed("two") + "\0\0";
  std::string_view rest = body;
  std::string unpacked;
  const Unpacking unpacking{.encoding = "", .limit = 1'000, .hold = nullptr};
  EXPECT_EQ(**TakeMessage(rest, unpacking, unpacked), "one");
  EXPECT_EQ(**TakeMessage(rest, unpacking, unpacked), "two");
  EXPECT_FALSE(TakeMessage(rest, unpacking, unpacked)->has_value());
}

}  // namespace
}  // namespace zerotouch::wire::grpc
