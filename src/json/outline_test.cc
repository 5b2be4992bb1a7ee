// SPDX-License-Identifier: Apache-2.0
#include "json/outline.h"

#include <gtest/gtest.h>

#include <string>

#include "google/android/device/provisioning/v1/devices.pb.h"
#include "json/json.h"

namespace zerotouch::json {
namespace {

namespace api = google::android::device::provisioning::v1;

constexpr size_t kMost = 1'000'000;

std::string Repeated(const std::string& begin, const std::string& item, int count,
                     const std::string& end) {
  std::string text = begin;
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += ',';
    text += item;
  }
  return text + end;
}

TEST(Outline, CountsItemsAndValues) {
  const std::pair<const char*, size_t> cases[] = {
      {R"({})", 0},
      {R"({"a":1,"b":[1,2,{"c":{}}]})", 1},
      {R"({"unclaims":[{},{"x":{}},{"y":[{},{}]}]})", 3},
      {R"( { "unclaims" : [ { } ] , "unclaims" : [ { } , { } ] } )", 3},
      {R"({"unclaims":{},"unclaims":{"z":{}}})", 2},
      {R"({"a":"[{},{}]","b{":"\"{","unclaims":[{"s":"\\"},{}]})", 2},
      {R"({"a":"no end,{,{,{)", 0},
  };
  for (const auto& [text, items] : cases) {
    EXPECT_EQ(OutlineOf(text, kMost).items, items) << text;
  }
  EXPECT_EQ(OutlineOf(R"({"a":[1,2],"b":{"c":"1,2,3"}})", kMost).values, 8u);
}

TEST(Outline, CountsTheValuesOfTheLargestItem) {
  const auto values = [](const char* text) { return OutlineOf(text, kMost).item_values; };
  EXPECT_EQ(values(R"({})"), 1u);
  EXPECT_EQ(values(R"({"unclaims":[{},{},{}]})"), 3u);  // the root, a colon and the list
  // Four objects and colons, and the comma after it.
  EXPECT_EQ(values(R"({"unclaims":[{"x":{"y":{"z":"{"}}},{}]})"), 7u);
  EXPECT_EQ(values(R"({"unclaims":[{},{"a":{},"b":[1,2]}]})"), 7u);
}

TEST(Outline, OneItemTooMany_EndsTheCount) {
  const std::string text = Repeated(R"({"unclaims":[)", "{}", 100, "]}");
  EXPECT_EQ(OutlineOf(text, 100).items, 100u);
  const Outline over = OutlineOf(text, 50);
  EXPECT_EQ(over.items, 51u);
  EXPECT_LT(over.values, 110u);
}

TEST(Outline, OtherText_IsCountedToItsEnd) {
  for (const char* text : {"", "]]]]}}}", "[[[[{{{{", "\"", "\"\\", "nonsense", "{\"a\":[}]{]{"}) {
    EXPECT_LE(OutlineOf(text, kMost).items, 4u) << text;
  }
}

TEST(Outline, MessageBytes_IsAnUpperBound) {
  const std::string items[] = {
      R"({})",
      R"({"deviceIdentifier":{}})",
      R"({"deviceMetadata":{},"deviceIdentifier":{}})",
      R"({"deviceMetadata":{"entries":{"a":"","b":"","c":"","d":"","e":"","f":"","g":""}}})",
      R"({"deviceIdentifier":{"imei":"","meid":"","serialNumber":"","manufacturer":""}})",
      R"({"deviceId":"1"})",
  };
  for (const std::string& item : items) {
    std::string text = Repeated(R"({"updates":[)", item, 10'000, "]}");
    const Outline outline = OutlineOf(text, kMost);
    EXPECT_EQ(outline.items, 10'000u);
    api::UpdateDeviceMetadataInBatchRequest message;
    ASSERT_TRUE(Parse(text, message).empty()) << item;
    const size_t used = message.SpaceUsedLong();
    EXPECT_LE(used, MessageBytes(outline)) << item;
  }
  std::string text = Repeated(R"({"customerId":[)", "1", 100'000, "]}");
  api::FindDevicesByOwnerRequest owners;
  const Outline outline = OutlineOf(text, kMost);
  ASSERT_TRUE(Parse(text, owners).empty());
  EXPECT_LE(owners.SpaceUsedLong(), MessageBytes(outline));
}

}  // namespace
}  // namespace zerotouch::json
