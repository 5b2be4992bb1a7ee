// SPDX-License-Identifier: Apache-2.0
#include "model/configuration.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>

#include "base/limits.h"
#include "errors/errors.h"

namespace zerotouch {
namespace {

using google::protobuf::util::MessageDifferencer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const CustomerId kCustomer{11};
const std::vector<std::string> kDpcs = {"clouddpc", "other"};

api::Configuration Parse(const std::string& text) {
  api::Configuration configuration;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &configuration)) << text;
  return configuration;
}

api::Configuration Good() {
  return Parse(
      "configuration_name: 'Kiosk' dpc_resource_path: 'customers/11/dpcs/clouddpc' "
      "company_name: 'Company' contact_email: 'it@example.com' "
      "contact_phone: '+1 (800) 555-0100'");
}

// The fields that are wrong with `change` made to a good configuration.
template <class Change>
std::vector<std::string> WrongAfter(const Change& change) {
  api::Configuration configuration = Good();
  change(configuration);
  std::vector<std::string> fields;
  for (const Violation& violation : CheckConfiguration(kCustomer, configuration, kDpcs)) {
    EXPECT_TRUE(violation.field.starts_with("configuration.")) << violation.field;
    fields.push_back(violation.field.substr(std::string("configuration.").size()));
  }
  return fields;
}

TEST(CheckConfiguration, RequiredFieldsAreEnough) {
  EXPECT_THAT(CheckConfiguration(kCustomer, Good(), kDpcs), IsEmpty());
}

TEST(CheckConfiguration, EveryViolation_IsListed) {
  EXPECT_THAT(WrongAfter([](api::Configuration& c) { c.Clear(); }),
              ElementsAre("configuration_name", "dpc_resource_path", "company_name",
                          "contact_email", "contact_phone"));
}

TEST(CheckConfiguration, EachFieldsRules) {
  using C = api::Configuration;
  const auto expect = [](const char* field, const std::vector<std::string>& good,
                         const std::vector<std::string>& bad) {
    const auto* descriptor = C::descriptor()->FindFieldByName(field);
    for (const bool is_good : {true, false}) {
      for (const std::string& text : is_good ? good : bad) {
        const std::vector<std::string> wrong = WrongAfter([&](C& configuration) {
          configuration.GetReflection()->SetString(&configuration, descriptor, text);
        });
        if (is_good) {
          EXPECT_THAT(wrong, IsEmpty()) << field << ": " << text;
        } else {
          EXPECT_THAT(wrong, ElementsAre(field)) << text;
        }
      }
    }
  };
  const std::string long_name(limits::kNameBytes + 1, 'x');
  expect("configuration_name", {"x", std::string(limits::kNameBytes, 'x')},
         {"", long_name, "a\nb", std::string("a\0b", 3)});
  expect(
      "dpc_resource_path", {"customers/11/dpcs/other"},
      {"", "clouddpc", "customers/11/dpcs/", "customers/11/dpcs/unknown",
       "customers/12/dpcs/clouddpc", "customers/11/dpcs/clouddpc/x", "partners/11/dpcs/clouddpc"});
  expect("dpc_extras",
         {"", "{}", "  {\"a\": [1, 2.5e3, null, {\"b\": \"\\u00e4\"}]}\n",
          "{\"a\":\"" + std::string(limits::kDpcExtrasBytes - 8, 'x') + "\"}"},
         {" ", "null", "[]", "\"{}\"", "{", "{\"a\":}", "{'a': 1}", "{} x", "{\"a\": 01}",
          "{\"a\":\"" + std::string(limits::kDpcExtrasBytes - 7, 'x') + "\"}"});
  expect("company_name", {"x"}, {"", " x", long_name, "a\nb"});
  expect("contact_email", {"a@b.example"}, {"", "a", "a@b", "@b.example", "a b@c.example"});
  expect("contact_phone", {"0", "+49 (30) 123-45"},
         {"", "+", "12a", "1;2", std::string(limits::kPhoneBytes + 1, '1')});
  expect("custom_message", {"", "One.\nTwo.", std::string(limits::kMessageBytes, 'x')},
         {std::string(limits::kMessageBytes + 1, 'x'), std::string("a\0b", 3)});
}

TEST(CheckConfiguration, ForcedResetTime_IsUpToSixHours) {
  const struct {
    int64_t seconds;
    int32_t nanos;
    bool good;
  } rows[] = {
      {0, 0, true},   {21'600, 0, true}, {1, 999'999'999, true},    {21'600, 1, false},
      {-1, 0, false}, {0, -1, false},    {1, 1'000'000'000, false}, {1'000'000'000'000, 0, false}};
  for (const auto& row : rows) {
    const std::vector<std::string> wrong = WrongAfter([&](api::Configuration& configuration) {
      configuration.mutable_forced_reset_time()->set_seconds(row.seconds);
      configuration.mutable_forced_reset_time()->set_nanos(row.nanos);
    });
    EXPECT_EQ(wrong.empty(), row.good) << row.seconds << "s " << row.nanos << "ns";
  }
}

TEST(CheckConfiguration, BrokenExtras_AreReportedWithTheirPlace) {
  api::Configuration configuration = Good();
  configuration.set_dpc_extras(R"({"a": 1, "b": oops})");
  const std::vector<Violation> wrong = CheckConfiguration(kCustomer, configuration, kDpcs);
  ASSERT_EQ(wrong.size(), 1u);
  EXPECT_THAT(wrong[0].description, HasSubstr("at byte 14"));
}

TEST(CheckConfiguration, DeepExtras_AreRefused) {
  std::string deep;
  for (int i = 0; i < limits::kJsonDepth + 1; ++i) deep += "{\"a\":";
  EXPECT_THAT(WrongAfter([&](api::Configuration& c) { c.set_dpc_extras(deep); }),
              ElementsAre("dpc_extras"));
}

// --- MergeConfiguration ---

google::protobuf::FieldMask MaskOf(const std::vector<std::string>& paths) {
  google::protobuf::FieldMask mask;
  for (const std::string& path : paths) mask.add_paths(path);
  return mask;
}

// Returns a configuration with all fields set, after the merge.
std::string Merged(const std::string& given, const std::vector<std::string>& mask) {
  api::Configuration kept = Parse(
      "name: 'N' configuration_id: 1 configuration_name: 'old' is_default: true "
      "custom_message: 'old' forced_reset_time { seconds: 60 }");
  const absl::Status status = MergeConfiguration(Parse(given), MaskOf(mask), kept);
  EXPECT_TRUE(status.ok()) << status;
  return kept.ShortDebugString();
}

std::string Text(const std::string& configuration) {
  return Parse(configuration).ShortDebugString();
}

TEST(MergeConfiguration, NamedFields_AreCopied_AlsoUnsetOnes) {
  EXPECT_EQ(Merged("configuration_name: 'new' custom_message: 'new'", {"configuration_name"}),
            Text("name: 'N' configuration_id: 1 configuration_name: 'new' is_default: true "
                 "custom_message: 'old' forced_reset_time { seconds: 60 }"));
  EXPECT_EQ(Merged("", {"is_default", "forced_reset_time", "custom_message"}),
            Text("name: 'N' configuration_id: 1 configuration_name: 'old'"));
}

TEST(MergeConfiguration, BothSpellings_AndTheSameTwice) {
  EXPECT_EQ(Merged("custom_message: 'new'", {"customMessage", "custom_message"}),
            Text("name: 'N' configuration_id: 1 configuration_name: 'old' is_default: true "
                 "custom_message: 'new' forced_reset_time { seconds: 60 }"));
}

TEST(MergeConfiguration, WithoutMask_CopiesSetFields) {
  EXPECT_EQ(Merged("name: 'X' configuration_id: 9 custom_message: 'new'", {}),
            Text("name: 'N' configuration_id: 1 configuration_name: 'old' is_default: true "
                 "custom_message: 'new' forced_reset_time { seconds: 60 }"));
}

TEST(MergeConfiguration, Star_CopiesEveryField) {
  EXPECT_EQ(Merged("name: 'X' configuration_name: 'new' contact_phone: '1'", {"*"}),
            Text("name: 'N' configuration_id: 1 configuration_name: 'new' contact_phone: '1'"));
}

TEST(MergeConfiguration, OutputOnlyFields_AreIgnored) {
  EXPECT_EQ(Merged("name: 'X' configuration_id: 9", {"name", "configuration_id"}), Merged("", {}));
}

TEST(MergeConfiguration, UnknownPath_IsReported_AndNothingChanges) {
  for (const char* path : {"colour", "forced_reset_time.seconds", "", "configuration.is_default"}) {
    api::Configuration kept = Good();
    const absl::Status status =
        MergeConfiguration(Parse("custom_message: 'new'"), MaskOf({"custom_message", path}), kept);
    EXPECT_EQ(errors::CodeOf(status), api::INVALID_PARAMETER) << path;
    EXPECT_THAT(std::string(status.message()), HasSubstr("update_mask"));
    EXPECT_TRUE(MessageDifferencer::Equals(kept, Good())) << path;
  }
}

}  // namespace
}  // namespace zerotouch
