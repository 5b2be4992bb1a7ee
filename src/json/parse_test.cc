// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/struct.pb.h"
#include "json/json.h"

namespace zerotouch::json {
namespace {

namespace api = google::android::device::provisioning::v1;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// Returns the violations of `text` as a request of type T, one per line.
template <class T = api::UnclaimDevicesRequest>
std::vector<std::string> Wrong(std::string text, T* message = nullptr) {
  T unused;
  std::vector<std::string> wrong;
  for (const Violation& violation : Parse(text, message == nullptr ? unused : *message)) {
    wrong.push_back(violation.description);
  }
  return wrong;
}

api::UnclaimDevicesRequest Unclaims(const std::string& text) {
  api::UnclaimDevicesRequest message;
  EXPECT_THAT(Wrong(text, &message), IsEmpty()) << text;
  return message;
}

TEST(Parse, Integers_InEveryFormThatIsWhole_AreTakenExactly) {
  const std::pair<const char*, int64_t> forms[] = {
      {"9", 9},
      {"\"9\"", 9},
      {"-9", -9},
      {"1e3", 1000},
      {"\"1E+3\"", 1000},
      {"1.0", 1},
      {"10e-1", 1},
      {"1.50e1", 15},
      {"0", 0},
      {"-0", 0},
      {"0.0e9", 0},
      {"0e99999999999", 0},
      {"9223372036854775807", INT64_MAX},
      {"\"-9223372036854775808\"", INT64_MIN},
      // Rounded by a double.
      {"9007199254740993.0", 9007199254740993},
      {"922337203685477580.7e1", INT64_MAX},
  };
  for (const auto& [text, value] : forms) {
    EXPECT_EQ(Unclaims(std::string("{\"partnerId\":") + text + "}").partner_id(), value) << text;
  }
}

TEST(Parse, Integers_ThatAreNotWholeOrTooLarge_AreRefused) {
  for (const char* text :
       {"1.5", "\"1.5\"", "1e-1", "9223372036854775808", "1e19", "1e400", "1e99999999999", "\"\"",
        "\" 1\"", "\"0x1\"", "\"1_000\"", "true", "\"NaN\"", "{}", "[1]"}) {
    EXPECT_THAT(Wrong(std::string("{\"partnerId\":") + text + "}"), SizeIs(1)) << text;
  }
  EXPECT_THAT(Wrong(R"({"partnerId":"1.5"})"),
              ElementsAre("Invalid value at 'partner_id' (TYPE_INT64), \"1.5\""));
  EXPECT_THAT(Wrong(R"({"unclaims":{"vacationModeDays":2147483648}})"),
              ElementsAre("Invalid value at 'unclaims[0].vacation_mode_days' (TYPE_INT32), "
                          "2147483648"));
}

TEST(Parse, Text_ThatIsNoJson_SaysWhere) {
  const std::pair<const char*, const char*> texts[] = {
      {"{", "No closing bracket at byte 1."},
      {"{\"unclaims\":[", "No closing bracket at byte 13."},
      {R"({"partnerId":1,})", "Syntax error at byte 15."},
      {R"({"unclaims":[{},]})", "Syntax error at byte 16."},
      {R"({"partnerId":1 "x":2})", "Syntax error at byte 15."},
      {R"({"partnerId" 1})", "Syntax error at byte 13."},
      {R"({"partnerId":01})", "Syntax error at byte 13."},
      {R"({"partnerId":1.})", "Syntax error at byte 13."},
      {R"({"partnerId":nul})", "Syntax error at byte 13."},
      {R"({'partnerId':1})", "Syntax error at byte 1."},
      {R"({partnerId:1})", "Syntax error at byte 1."},
      {R"({} {})", "Unexpected text after the object at byte 3."},
      {R"({"x":1} y)", "No closing bracket at byte 9."},
      {"{\"x\":\"\\ud800\"}", "Invalid escape in a string at byte 6."},
      {"{\"x\":\"\\udc00\\ud800\"}", "Invalid escape in a string at byte 6."},
      {"{\"x\":\"\\q\"}", "Invalid escape in a string at byte 6."},
      {"{\"x\":\"\xC3\x28\"}", "Invalid UTF-8 at byte 6."},
      {"{\"x\":\"\xED\xA0\x80\"}", "Invalid UTF-8 at byte 6."},
  };
  for (const auto& [text, what] : texts) {
    const auto wrong = Wrong(text);
    EXPECT_THAT(wrong, ElementsAre(std::string("Invalid JSON payload received. ") + what)) << text;
  }
}

TEST(Parse, ControlCharactersInStrings_AreRefused) {
  EXPECT_THAT(Wrong("{\"x\":\"a\nb\"}"), SizeIs(1));
  EXPECT_THAT(Wrong(std::string("{\"x\":\"a\0b\"}", 11)), SizeIs(1));
}

TEST(Parse, Root_MustBeAnObject) {
  for (const char* text : {"[]", "1", "\"x\"", "null", "true"}) {
    EXPECT_THAT(Wrong(text), ElementsAre("Invalid JSON payload received. Unknown name \"\": Root "
                                         "element must be a message."))
        << text;
  }
  EXPECT_THAT(Wrong(""), IsEmpty());
  EXPECT_THAT(Wrong(" \r\n"), IsEmpty());
}

TEST(Parse, Escapes_StandForTheirCharacters) {
  const auto message = Unclaims(
      R"({"unclaims":[{"deviceIdentifier":{"m\u0061nufacturer":"\ud83d\ude00\u00fc\n\/\"\\"}}]})");
  EXPECT_EQ(message.unclaims(0).device_identifier().manufacturer(), "😀ü\n/\"\\");
}

TEST(Parse, Null_CountsAsNotGiven_ButIsNoElement) {
  const auto message = Unclaims(
      R"({"partnerId":null,"unclaims":[{"deviceId":null,"deviceIdentifier":{"imei":"1"}}]})");
  EXPECT_TRUE(message.unclaims(0).has_device_identifier());
  EXPECT_THAT(Unclaims(R"({"unclaims":null})").unclaims(), IsEmpty());
  EXPECT_THAT(Wrong(R"({"unclaims":[null]})"), SizeIs(1));
}

TEST(Parse, BareValueForAList_IsItsOneElement) {
  api::FindDevicesByOwnerRequest find;
  EXPECT_THAT(Wrong(R"({"customerId":"1520371398","googleWorkspaceCustomerId":"C0"})", &find),
              IsEmpty());
  EXPECT_THAT(find.customer_id(), ElementsAre(1520371398));
  EXPECT_THAT(find.google_workspace_customer_id(), ElementsAre("C0"));
  EXPECT_EQ(Unclaims(R"({"unclaims":{"deviceId":7}})").unclaims(0).device_id(), 7);
}

TEST(Parse, FieldGivenTwice_LastCountsAndListsAreJoined) {
  EXPECT_EQ(Unclaims(R"({"partnerId":1,"partner_id":2})").partner_id(), 2);
  EXPECT_THAT(Unclaims(R"({"unclaims":[{}],"unclaims":[{},{}]})").unclaims(), SizeIs(3));
}

TEST(Parse, OneofGivenTwice_IsRefused) {
  EXPECT_THAT(Wrong(R"({"unclaims":[{"deviceId":1,"deviceIdentifier":{}}]})"),
              ElementsAre("Invalid value at 'unclaims[0]' (oneof), oneof field 'device' is "
                          "already set. Cannot set 'deviceIdentifier'"));
}

TEST(Parse, Enums_AsNameOrNumber) {
  EXPECT_EQ(Unclaims(R"({"unclaims":[{"sectionType":"SECTION_TYPE_ZERO_TOUCH"}]})")
                .unclaims(0)
                .section_type(),
            api::SECTION_TYPE_ZERO_TOUCH);
  EXPECT_EQ(Unclaims(R"({"unclaims":[{"sectionType":2}]})").unclaims(0).section_type(), 2);
  EXPECT_EQ(Unclaims(R"({"unclaims":[{"sectionType":99}]})").unclaims(0).section_type(), 99);
  for (const char* text :
       {"\"NOPE\"", "\"\"", "1.5", "true", "{}", "\"section_type_zero_touch\""}) {
    EXPECT_THAT(Wrong(std::string(R"({"unclaims":[{"sectionType":)") + text + "}]}"), SizeIs(1))
        << text;
  }
}

TEST(Parse, Booleans_AreTrueAndFalseAlone) {
  api::Configuration configuration;
  EXPECT_THAT(Wrong(R"({"isDefault":true})", &configuration), IsEmpty());
  EXPECT_TRUE(configuration.is_default());
  for (const char* text : {"1", "0", "\"yes\"", "\"1\"", "[]"}) {
    EXPECT_THAT(Wrong<api::Configuration>(std::string("{\"isDefault\":") + text + "}"), SizeIs(1))
        << text;
  }
}

TEST(Parse, Strings_AreNeverNumbers) {
  EXPECT_THAT(Wrong(R"({"unclaims":[{"deviceIdentifier":{"imei":490154203237518}}]})"),
              ElementsAre("Invalid value at 'unclaims[0].device_identifier.imei' (TYPE_STRING), "
                          "490154203237518"));
}

TEST(Parse, TimesAndDurations) {
  const auto message =
      Unclaims(R"({"unclaims":[{"vacationModeExpireTime":"2026-01-02T03:04:05.5+01:00"}]})");
  EXPECT_EQ(message.unclaims(0).vacation_mode_expire_time().seconds(), 1767319445);
  EXPECT_EQ(message.unclaims(0).vacation_mode_expire_time().nanos(), 500'000'000);
  for (const char* text :
       {"\"2026-01-02\"", "\"2026-13-02T03:04:05Z\"", "\"0000-01-01T00:00:00Z\"",
        "\"10000-01-01T00:00:00Z\"", "\"2026-01-02T03:04:05\"", "1767319445", "\"\"", "{}"}) {
    EXPECT_THAT(Wrong(std::string(R"({"unclaims":[{"vacationModeExpireTime":)") + text + "}]}"),
                SizeIs(1))
        << text;
  }
  api::Configuration configuration;
  EXPECT_THAT(Wrong(R"({"forcedResetTime":"7200.25s"})", &configuration), IsEmpty());
  EXPECT_EQ(configuration.forced_reset_time().seconds(), 7200);
  EXPECT_EQ(configuration.forced_reset_time().nanos(), 250'000'000);
  for (const char* text :
       {"\"7200\"", "\"2h\"", "7200", "\"s\"", "\"+1s\"", "\" 1s\"", "\"1.0000000001s\"",
        "\"315576000001s\"", "\"-315576000000.5s\"", "\"--1s\""}) {
    EXPECT_THAT(Wrong<api::Configuration>(std::string("{\"forcedResetTime\":") + text + "}"),
                SizeIs(1))
        << text;
  }
}

TEST(Parse, FieldMask_InEitherName) {
  api::UpdateConfigurationRequest update;
  EXPECT_THAT(Wrong(R"({"updateMask":"isDefault,dpc_extras"})", &update), IsEmpty());
  EXPECT_THAT(update.update_mask().paths(), ElementsAre("is_default", "dpc_extras"));
  EXPECT_THAT(Wrong<api::UpdateConfigurationRequest>(R"({"updateMask":"*"})"), IsEmpty());
  for (const char* mask : {"a,,b", ",", "a, b", "a..b", ".a", "a.", "a;b", "a_B", "A", "a.B", "_a",
                           "a._b", "1", "a*"}) {
    EXPECT_THAT(
        Wrong<api::UpdateConfigurationRequest>(std::string("{\"updateMask\":\"") + mask + "\"}"),
        SizeIs(1))
        << mask;
  }
  EXPECT_THAT(Wrong<api::UpdateConfigurationRequest>(R"({"updateMask":["a"]})"), SizeIs(1));
}

TEST(Parse, Maps) {
  api::DeviceMetadata metadata;
  EXPECT_THAT(Wrong(R"({"entries":{"a":"1","b":"2"}})", &metadata), IsEmpty());
  EXPECT_THAT(metadata.entries(), SizeIs(2));
  EXPECT_EQ(metadata.entries().at("a"), "1");
  EXPECT_THAT(Wrong<api::DeviceMetadata>(R"({"entries":{"a":"1","b":"2","a":"3","c":4}})"),
              ElementsAre("Invalid JSON payload received. Unknown name \"a\" at 'entries[2]': "
                          "Repeated map key: 'a' is already set.",
                          "Invalid value at 'entries[2].value' (TYPE_STRING), 4"));
  EXPECT_THAT(Wrong<api::DeviceMetadata>(R"({"entries":{"a":1}})"), SizeIs(1));
  EXPECT_THAT(Wrong<api::DeviceMetadata>(R"({"entries":[]})"), SizeIs(1));
  EXPECT_THAT(Wrong<api::DeviceMetadata>(R"({"entries":{"a":null}})"), SizeIs(1));
}

TEST(Parse, Any_TypeMayComeLast) {
  google::longrunning::Operation operation;
  EXPECT_THAT(
      Wrong(R"({"metadata":{"progress":5,"@type":"type.googleapis.com/)"
            R"(google.android.device.provisioning.v1.DevicesLongRunningOperationMetadata"}})",
            &operation),
      IsEmpty());
  api::DevicesLongRunningOperationMetadata metadata;
  ASSERT_TRUE(operation.metadata().UnpackTo(&metadata));
  EXPECT_EQ(metadata.progress(), 5);
  EXPECT_THAT(Wrong<google::longrunning::Operation>(R"({"metadata":{}})"), IsEmpty());
  for (const char* text : {R"({"metadata":{"progress":5}})", R"({"metadata":{"@type":"nope"}})",
                           R"({"metadata":{"@type":"example.com/google.protobuf.Duration"}})",
                           R"({"metadata":{"@type":5}})", R"({"metadata":5})"}) {
    EXPECT_THAT(Wrong<google::longrunning::Operation>(text), SizeIs(1)) << text;
  }
}

TEST(Parse, Violations_ComeInOrderAndEndAtTheLimit) {
  EXPECT_THAT(
      Wrong(R"({"partnerId":"x","unclaims":[{"sectionType":"NOPE"},5],"foo":{"a":[1,{}]}})"),
      ElementsAre("Invalid value at 'partner_id' (TYPE_INT64), \"x\"",
                  "Invalid value at 'unclaims[0].section_type' (type.googleapis.com/"
                  "google.android.device.provisioning.v1.SectionType), \"NOPE\"",
                  "Invalid value at 'unclaims[1]' (type.googleapis.com/"
                  "google.android.device.provisioning.v1.PartnerUnclaim), 5",
                  "Invalid JSON payload received. Unknown name \"foo\": Cannot find field."));
  std::string many = "{\"x\":0";
  for (int i = 0; i < 1000; ++i) many += ",\"x\":0";
  EXPECT_THAT(Wrong(many + "}"), SizeIs(50));
}

TEST(Parse, LongNamesAndValues_AreShownCut) {
  const auto wrong = Wrong("{\"" + std::string(1000, 'x') + "\":1,\"partnerId\":\"" +
                           std::string(99, 'y') + "üü\"}");
  ASSERT_THAT(wrong, SizeIs(2));
  EXPECT_LT(wrong[0].size(), 250u);
  EXPECT_THAT(wrong[1], testing::HasSubstr(std::string(99, 'y') + "...\""));
}

TEST(Parse, Nesting_UpToTheLimit) {
  const auto nested = [](int depth) {
    return "{\"x\":" + std::string(static_cast<size_t>(depth) - 1, '[') +
           std::string(static_cast<size_t>(depth) - 1, ']') + "}";
  };
  EXPECT_THAT(Wrong(nested(64)),
              ElementsAre("Invalid JSON payload received. Unknown name \"x\": Cannot find field."));
  EXPECT_THAT(
      Wrong(nested(65)),
      ElementsAre("Invalid JSON payload received. Nesting deeper than 64 levels at byte 68."));
}

TEST(Parse, UnknownFields_AreTakenByClientsWhoSaySo_ButStillMustBeJson) {
  api::Device device;
  std::string text = R"({"deviceId":"7","new":{"a":[1,"\n"]},"claims":[{"sectionType":"NEW"}]})";
  EXPECT_THAT(Parse(text, device, {.ignore_unknown_fields = true}), IsEmpty());
  EXPECT_EQ(device.device_id(), 7);
  text = R"({"new":{"a":[1,}})";
  EXPECT_THAT(Parse(text, device, {.ignore_unknown_fields = true}), SizeIs(1));
}

TEST(Json, Struct_IsAnyObject) {
  std::string text = R"({"a":[1,null,"x",{"b":true}],"c":-1.5,"d":{},"a2":"\u00fc"})";
  google::protobuf::Struct read;
  EXPECT_TRUE(Parse(text, read).empty());
  std::string written;
  Append(read, {.pretty = false}, written);
  EXPECT_EQ(written, R"({"a":[1,null,"x",{"b":true}],"a2":"ü","c":-1.5,"d":{}})");
  for (const char* wrong : {"[1]", "{\"a\":}", "{\"a\":1", "1"}) {
    std::string bad = wrong;
    EXPECT_FALSE(Parse(bad, read).empty()) << wrong;
  }
}

}  // namespace
}  // namespace zerotouch::json
