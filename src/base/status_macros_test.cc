// SPDX-License-Identifier: Apache-2.0
#include "base/status_macros.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/cord.h"

namespace zerotouch {
namespace {

absl::Status Return(const absl::Status& status) {
  ZT_RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

absl::Status ReturnWithContext(const absl::Status& status) {
  ZT_RETURN_IF_ERROR(status, "reading the claims");
  return absl::OkStatus();
}

absl::StatusOr<int> Assign(const absl::StatusOr<int>& from) {
  ZT_ASSIGN_OR_RETURN(const int value, from);
  return value;
}

absl::StatusOr<int> AssignWithContext(const absl::StatusOr<int>& from) {
  ZT_ASSIGN_OR_RETURN(const int value, from, "counting the claims");
  return value;
}

TEST(StatusMacros, ReturnTheErrorAsItIs) {
  const absl::Status error = absl::DataLossError("damaged");
  EXPECT_EQ(Return(error), error);
  EXPECT_EQ(Assign(error).status(), error);
  EXPECT_TRUE(Return(absl::OkStatus()).ok());
  EXPECT_EQ(*Assign(5), 5);
}

TEST(StatusMacros, PutTheContextBeforeTheMessage_AndKeepCodeAndPayloads) {
  absl::Status error = absl::DataLossError("damaged");
  error.SetPayload("a", absl::Cord("b"));
  const absl::Status with = ReturnWithContext(error);
  EXPECT_EQ(with.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(MessageOf(with), "reading the claims: damaged");
  ASSERT_TRUE(with.GetPayload("a").has_value());
  EXPECT_EQ(std::string(*with.GetPayload("a")), "b");
  EXPECT_EQ(MessageOf(AssignWithContext(error).status()), "counting the claims: damaged");
  EXPECT_TRUE(ReturnWithContext(absl::OkStatus()).ok());
  EXPECT_EQ(*AssignWithContext(5), 5);
}

TEST(StatusMacros, LeaveAPublicStatusAsItIs) {
  absl::Status error = absl::NotFoundError("Unknown device.");
  error.SetPayload(kPublicStatusType, absl::Cord());
  EXPECT_EQ(ReturnWithContext(error), error);
  EXPECT_EQ(AssignWithContext(error).status(), error);
}

}  // namespace
}  // namespace zerotouch
