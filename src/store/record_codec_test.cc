// SPDX-License-Identifier: Apache-2.0
#include "store/record_codec.h"

#include <gtest/gtest.h>

#include "google/protobuf/unknown_field_set.h"

namespace zerotouch::store {
namespace {

std::string WithUnknownField(google::protobuf::Message& message) {
  message.GetReflection()->MutableUnknownFields(&message)->AddLengthDelimited(9'999, "x");
  return message.SerializeAsString();
}

TEST(RecordCodec, DropsUnknownFields_ThatEarlierVersionsStored) {
  api::DeviceIdentifier identifier;
  identifier.set_imei("1");
  api::DeviceMetadata metadata;
  (*metadata.mutable_entries())["a"] = "b";
  const std::string known_identifier = identifier.SerializeAsString();
  const std::string known_metadata = metadata.SerializeAsString();
  DeviceState state;
  ASSERT_TRUE(
      DecodeStatement(PartnerId(1), WithUnknownField(identifier), WithUnknownField(metadata), state)
          .ok());
  const Statement* const statement = state.StatementOf(PartnerId(1));
  ASSERT_NE(statement, nullptr);
  EXPECT_EQ(statement->identifier.SerializeAsString(), known_identifier);
  EXPECT_EQ(statement->metadata.SerializeAsString(), known_metadata);
}

TEST(RecordCodec, ReportsDamagedMessages) {
  DeviceState state;
  EXPECT_TRUE(absl::IsDataLoss(DecodeStatement(PartnerId(1), "\xff", "", state)));
  EXPECT_TRUE(state.statements.empty());
}

}  // namespace
}  // namespace zerotouch::store
