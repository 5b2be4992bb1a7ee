// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/status_text.h"
#include "crypto/encoding.h"
#include "errors/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace zerotouch::wire::grpc {
namespace {

google::rpc::Status DetailsIn(const http::Headers& fields) {
  std::string text(fields.Get("grpc-status-details-bin"));
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  google::rpc::Status status;
  EXPECT_TRUE(status.ParseFromString(crypto::Base64UrlDecode(text).value_or("?")));
  return status;
}

TEST(GrpcStatus, Ok_IsZeroAlone) {
  const http::Headers fields = StatusFields(absl::OkStatus());
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields.Get("grpc-status"), "0");
}

// The status in the details has the same code and message as the fields.
TEST(GrpcStatus, Errors_SayTheSameTwice) {
  const absl::Status cases[] = {
      errors::BadRequest({{"a", "wrong"}, {"b", "bad"}}),
      errors::InvalidParameter("f", "100 % wrong\nü"),
      errors::UnknownDevice(),
      errors::InsufficientScope("s", "m"),
      errors::NotAllowed(),
      errors::TooBusy("x", absl::Milliseconds(1'500)),
      errors::Unavailable("x"),
  };
  for (const absl::Status& status : cases) {
    const http::Headers fields = StatusFields(status);
    EXPECT_EQ(fields.Get("grpc-status"), std::to_string(static_cast<int>(status.code())));
    const google::rpc::Status details = DetailsIn(fields);
    EXPECT_EQ(details.code(), static_cast<int>(status.code()));
    EXPECT_EQ(details.message(), MessageOf(status));
    EXPECT_FALSE(details.details().empty()) << status;
  }
}

TEST(GrpcStatus, WithoutDetails_ThereIsNoSuchField) {
  const http::Headers fields = StatusFields(errors::MissingCredentials());
  EXPECT_EQ(fields.Get("grpc-status"), "16");
  EXPECT_FALSE(fields.Has("grpc-status-details-bin"));
}

TEST(GrpcStatus, Message_IsPercentEncoded) {
  const http::Headers fields = StatusFields(errors::BadRequest({{"", "100%\nü"}}));
  EXPECT_EQ(fields.Get("grpc-message"), "100%25%0A%C3%BC");
}

// Clients refuse more than 8 KiB of fields.
TEST(GrpcStatus, ManyViolations_AreShortened) {
  std::vector<Violation> violations;
  for (int i = 0; i < 50; ++i) violations.push_back({"field", std::string(500, 'x')});
  violations[1].description[10] = '\xC3';
  violations[1].description[11] = '\xBC';
  const http::Headers fields = StatusFields(errors::BadRequest(violations));
  size_t bytes = 0;
  for (const auto& [name, value] : fields) bytes += name.size() + value.size() + 32;
  EXPECT_LT(bytes, 8'192u);
  const google::rpc::Status details = DetailsIn(fields);
  EXPECT_LE(details.message().size(), 1'024u);
  google::rpc::BadRequest left;
  ASSERT_TRUE(details.details(0).UnpackTo(&left));
  EXPECT_GT(left.field_violations_size(), 3);
}

TEST(GrpcStatus, LongMessage_IsCutBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 2'000) text += "ü";
  const google::rpc::Status details = DetailsIn(StatusFields(errors::InvalidParameter("f", text)));
  EXPECT_LE(details.message().size(), 1'024u);
  EXPECT_GE(details.message().size(), 1'020u);
  EXPECT_EQ(static_cast<unsigned char>(details.message().back()), 0xBC);  // of a whole "ü"
}

}  // namespace
}  // namespace zerotouch::wire::grpc
