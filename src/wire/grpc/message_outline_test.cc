// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message_outline.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "google/protobuf/stubs/logging.h"
#include "google/protobuf/unknown_field_set.h"
#include "model/api.h"

namespace zerotouch::wire::grpc {
namespace {

constexpr size_t kMost = 1'000'000;

std::string Repeated(const std::string& bytes, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += bytes;
  return all;
}

api::ClaimDevicesRequest Claims(int count) {
  api::ClaimDevicesRequest request;
  request.set_partner_id(7);
  for (int i = 0; i < count; ++i) {
    auto& claim = *request.add_claims();
    claim.set_customer_id(i);
    claim.mutable_device_identifier()->set_imei("490154203237518");
    claim.mutable_device_identifier()->set_manufacturer("a manufacturer with a long name");
    (*claim.mutable_device_metadata()->mutable_entries())["ordernumber"] = "5";
  }
  return request;
}

template <class Message>
std::optional<MessageOutline> OutlineOfType(std::string_view bytes, size_t most = kMost) {
  return OutlineOf(bytes, *Message::descriptor(), most);
}

TEST(MessageOutline, CountsTheItems) {
  const std::string bytes = Claims(100).SerializeAsString();
  EXPECT_EQ(OutlineOfType<api::ClaimDevicesRequest>(bytes)->items, 100u);
  EXPECT_EQ(OutlineOfType<api::ClaimDevicesRequest>("")->items, 0u);
  EXPECT_EQ(OutlineOfType<api::GetDeviceRequest>("\x0A\x01x")->items, 0u);
}

TEST(MessageOutline, OneItemTooMany_EndsTheCount) {
  const std::string bytes = Repeated(std::string("\x12\0", 2), 100) + "\xFF";
  EXPECT_EQ(OutlineOfType<api::ClaimDevicesRequest>(bytes, 50)->items, 51u);
  EXPECT_FALSE(OutlineOfType<api::ClaimDevicesRequest>(bytes, 100).has_value());
}

TEST(MessageOutline, KeepsTheLastValueOfEachNumber) {
  api::ClaimDevicesRequest request;
  request.set_partner_id(8);
  const std::string bytes = request.SerializeAsString() + Claims(3).SerializeAsString();
  api::ClaimDevicesRequest kept;
  ASSERT_TRUE(kept.ParseFromString(OutlineOfType<api::ClaimDevicesRequest>(bytes)->numbers));
  EXPECT_EQ(kept.partner_id(), 7);
  EXPECT_EQ(kept.claims_size(), 0);
}

TEST(MessageOutline, MalformedBytes_AreRefused) {
  const std::string deep = Repeated("\x0B", 102) + Repeated("\x0C", 102);
  for (const std::string& bytes :
       {std::string("\x0A"), std::string("\x12\x05x"), std::string("\x12\x02\x12\x05"),
        std::string("\x0B"), std::string("\x0B\x14"), std::string("\x0C"), std::string("\0", 1),
        std::string("\x0F"), std::string("\x09\x01"), std::string("\x08\xFF"), deep}) {
    EXPECT_FALSE(OutlineOfType<api::ClaimDevicesRequest>(bytes).has_value());
    EXPECT_FALSE(api::ClaimDevicesRequest().ParseFromString(bytes));
  }
}

// Whatever the protobuf library accepts has an outline, and it is never too small.
TEST(MessageOutline, MessageBytes_IsAnUpperBound) {
  google::protobuf::UnknownFieldSet unknown;
  for (int i = 0; i < 1'000; ++i) {
    unknown.AddVarint(1'000, 1);
    unknown.AddLengthDelimited(1'001, i % 2 == 0 ? "" : "a text of more than fifteen bytes");
    unknown.AddGroup(1'002)->AddFixed32(1, 2);
  }
  std::string others;
  ASSERT_TRUE(unknown.SerializeToString(&others));
  const std::string item("\x12\0", 2);
  const std::string entry("\x12\x06\x22\x04\x0A\x02\x0A\0", 8);
  for (const std::string& bytes : {Claims(1'000).SerializeAsString(), Repeated(item, 10'000),
                                   Repeated(entry, 10'000), others}) {
    api::ClaimDevicesRequest message;
    ASSERT_TRUE(message.ParseFromString(bytes));
    const auto outline = OutlineOfType<api::ClaimDevicesRequest>(bytes);
    ASSERT_TRUE(outline.has_value());
    EXPECT_GE(outline->message_bytes, message.SpaceUsedLong());
  }
  api::FindDevicesByOwnerRequest owners;
  for (int i = 0; i < 10'000; ++i) owners.add_customer_id(1);
  for (int i = 0; i < 10'000; ++i) owners.add_google_workspace_customer_id("");
  const std::string bytes = owners.SerializeAsString();
  ASSERT_TRUE(owners.ParseFromString(bytes));
  EXPECT_GE(OutlineOfType<api::FindDevicesByOwnerRequest>(bytes)->message_bytes,
            owners.SpaceUsedLong());
}

TEST(MessageOutline, AcceptsWhatTheLibraryAccepts) {
  const auto seed = static_cast<uint32_t>(testing::UnitTest::GetInstance()->random_seed());
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  // It logs each text that is not UTF-8.
  google::protobuf::SetLogHandler(nullptr);
  const std::string good = Claims(3).SerializeAsString();
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) bytes[random() % bytes.size()] = static_cast<char>(random() % 256);
    bytes.resize(random() % (bytes.size() + 1));
    if (api::ClaimDevicesRequest().ParseFromString(bytes)) {
      EXPECT_TRUE(OutlineOfType<api::ClaimDevicesRequest>(bytes).has_value());
    }
  }
}

}  // namespace
}  // namespace zerotouch::wire::grpc
