// SPDX-License-Identifier: Apache-2.0
// Reads and writes random messages of every type of the API with this folder and with
// protobuf's own JSON code, and compares the results.

#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <random>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/android/device/provisioning/v1/errors.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/field_mask.pb.h"
#include "google/protobuf/timestamp.pb.h"
#include "json/json.h"

namespace zerotouch::json {
namespace {

namespace api = google::android::device::provisioning::v1;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::util::MessageDifferencer;

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  void Fill(Message& message, int depth) {
    if (auto* time = dynamic_cast<google::protobuf::Timestamp*>(&message)) {
      time->set_seconds(static_cast<int64_t>(random_() % 253'402'300'799));
      time->set_nanos(static_cast<int32_t>(random_() % 3 == 0 ? random_() % 1'000'000'000 : 0));
      return;
    }
    if (auto* duration = dynamic_cast<google::protobuf::Duration*>(&message)) {
      duration->set_seconds(static_cast<int64_t>(random_() % 315'576'000'000));
      return;
    }
    if (auto* mask = dynamic_cast<google::protobuf::FieldMask*>(&message)) {
      mask->add_paths("is_default");
      mask->add_paths("dpc_extras");
      return;
    }
    if (auto* any = dynamic_cast<google::protobuf::Any*>(&message)) {
      api::DevicesLongRunningOperationMetadata packed;
      Fill(packed, depth);
      any->PackFrom(packed);
      return;
    }
    const Descriptor* type = message.GetDescriptor();
    for (int i = 0; i < type->field_count(); ++i) {
      const FieldDescriptor* field = type->field(i);
      if (random_() % 3 == 0 || (field->message_type() != nullptr && depth == 0)) continue;
      const int count = field->is_repeated() ? static_cast<int>(random_() % 4) : 1;
      for (int n = 0; n < count; ++n) Set(message, field, depth);
    }
  }

 private:
  std::string Text() {
    static constexpr const char* kPieces[] = {"a", "\"", "\\", "\n", "\x01",
                                              "ü", "€",  "😀",  "/",  " "};
    std::string text;
    for (size_t i = 0, length = random_() % 9; i < length; ++i) text += kPieces[random_() % 10];
    return text;
  }

  void Set(Message& message, const FieldDescriptor* field, int depth) {
    const auto& reflection = *message.GetReflection();
    const bool many = field->is_repeated();
    switch (field->cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        Fill(many ? *reflection.AddMessage(&message, field)
                  : *reflection.MutableMessage(&message, field),
             depth - 1);
        break;
      case FieldDescriptor::CPPTYPE_STRING:
        many ? reflection.AddString(&message, field, Text())
             : reflection.SetString(&message, field, Text());
        break;
      case FieldDescriptor::CPPTYPE_INT32: {
        const auto value = static_cast<int32_t>(random_());
        many ? reflection.AddInt32(&message, field, value)
             : reflection.SetInt32(&message, field, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_INT64: {
        const auto value = static_cast<int64_t>(random_());
        many ? reflection.AddInt64(&message, field, value)
             : reflection.SetInt64(&message, field, value);
        break;
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        reflection.SetBool(&message, field, random_() % 2 == 0);
        break;
      case FieldDescriptor::CPPTYPE_ENUM: {
        const auto* type = field->enum_type();
        const auto* value =
            type->value(static_cast<int>(random_() % static_cast<uint64_t>(type->value_count())));
        many ? reflection.AddEnum(&message, field, value)
             : reflection.SetEnum(&message, field, value);
        break;
      }
      default:
        FAIL() << "a field of a type that the API has not had: " << field->full_name();
    }
  }

  std::mt19937_64 random_;
};

std::vector<const Descriptor*> ApiTypes() {
  std::vector<const Descriptor*> types;
  for (const auto* file : {api::Device::descriptor()->file(), api::Company::descriptor()->file(),
                           api::CustomError::descriptor()->file(),
                           google::longrunning::Operation::descriptor()->file()}) {
    for (int i = 0; i < file->message_type_count(); ++i) types.push_back(file->message_type(i));
  }
  return types;
}

std::unique_ptr<Message> New(const Descriptor* type) {
  return std::unique_ptr<Message>(
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

TEST(Differential, EveryType_IsReadAndWrittenAsProtobufDoes) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Generator generator(seed);
  for (const Descriptor* type : ApiTypes()) {
    for (int round = 0; round < 60; ++round) {
      const std::unique_ptr<Message> message = New(type);
      generator.Fill(*message, 3);
      // Reflection does not look for an existing key; the parser does.
      ASSERT_TRUE(message->ParseFromString(message->SerializeAsString()));

      std::string ours;
      Append(*message, {.pretty = round % 2 == 0}, ours);
      const std::unique_ptr<Message> read_by_protobuf = New(type);
      ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(ours, read_by_protobuf.get()).ok())
          << type->full_name() << ": " << ours;
      ASSERT_TRUE(MessageDifferencer::Equals(*message, *read_by_protobuf)) << ours;

      std::string theirs;
      google::protobuf::util::JsonPrintOptions options;
      options.add_whitespace = round % 3 == 0;
      options.preserve_proto_field_names = round % 5 == 0;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(*message, &theirs, options).ok());
      const std::unique_ptr<Message> read_by_us = New(type);
      const std::vector<Violation> violations = Parse(theirs, *read_by_us);
      ASSERT_TRUE(violations.empty())
          << type->full_name() << ": " << violations[0].description << " in " << theirs;
      ASSERT_TRUE(MessageDifferencer::Equals(*message, *read_by_us)) << theirs;
    }
  }
}

TEST(Differential, DamagedText_IsTakenOnlyWhereProtobufTakesItAlike) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Generator generator(seed);
  std::mt19937 random(seed);
  int refused = 0;
  for (int round = 0; round < 3000; ++round) {
    api::UnclaimDevicesRequest message;
    generator.Fill(message, 3);
    std::string text;
    Append(message, {.pretty = false}, text);
    if (text.size() < 3) continue;
    if (round % 2 == 0) {
      text.resize(random() % text.size());
      if (text.empty()) continue;
    } else {
      text[random() % text.size()] = static_cast<char>(random());
    }
    const std::string damaged = text;
    api::UnclaimDevicesRequest ours;
    if (!Parse(text, ours).empty()) {
      ++refused;
      continue;
    }
    api::UnclaimDevicesRequest theirs;
    const auto status = google::protobuf::util::JsonStringToMessage(damaged, &theirs);
    if (status.ok()) {
      EXPECT_TRUE(MessageDifferencer::Equals(ours, theirs)) << damaged;
    }
  }
  EXPECT_GT(refused, 1000) << "most damage must be noticed";
}

// Parses a request of a batch with its items taken out, and returns these.
template <class Request>
std::vector<std::string> TakenFrom(std::string text) {
  std::vector<std::string> taken;
  ParseOptions options;
  options.taken = Request::descriptor()->FindFieldByNumber(2);
  options.take = [&](std::string_view element) { taken.emplace_back(element); };
  Request rest;
  const std::vector<Violation> violations = Parse(text, rest, options);
  EXPECT_TRUE(violations.empty()) << violations[0].description << " in " << text;
  return taken;
}

std::vector<Violation> ParseUnclaims(std::string text) {
  api::UnclaimDevicesRequest message;
  return Parse(text, message);
}

TEST(Differential, TakenElements_AreSerializedAsProtobufDoes) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Generator generator(seed);
  for (int round = 0; round < 300; ++round) {
    api::UnclaimDevicesRequest unclaims;
    api::ClaimDevicesRequest claims;
    generator.Fill(unclaims, 4);
    generator.Fill(claims, 4);
    ASSERT_TRUE(claims.ParseFromString(claims.SerializeAsString()));
    google::protobuf::util::JsonPrintOptions options;
    options.always_print_primitive_fields = round % 2 == 0;
    std::string text;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(unclaims, &text, options).ok());
    const std::vector<std::string> taken = TakenFrom<api::UnclaimDevicesRequest>(text);
    ASSERT_EQ(taken.size(), static_cast<size_t>(unclaims.unclaims_size()));
    for (int i = 0; i < unclaims.unclaims_size(); ++i) {
      EXPECT_EQ(taken[static_cast<size_t>(i)], unclaims.unclaims(i).SerializeAsString()) << text;
    }
    text.clear();
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(claims, &text, options).ok());
    const std::vector<std::string> also_taken = TakenFrom<api::ClaimDevicesRequest>(text);
    ASSERT_EQ(also_taken.size(), static_cast<size_t>(claims.claims_size()));
    for (int i = 0; i < claims.claims_size(); ++i) {
      api::PartnerClaim read;
      ASSERT_TRUE(read.ParseFromString(also_taken[static_cast<size_t>(i)]));
      // The entries of a map have no order.
      EXPECT_TRUE(MessageDifferencer::Equals(read, claims.claims(i))) << text;
    }
  }
}

TEST(Parse, TakenElement_InAnyOrderAndTwice_IsSerializedInOrderOnce) {
  const char* const kItems[] = {
      R"({"sectionType":1,"deviceId":"5"})",
      R"({"deviceId":5,"sectionType":"SECTION_TYPE_UNSPECIFIED","section_type":1})",
      R"({"deviceId":"5","vacationModeDays":7,"sectionType":1,"vacationModeDays":0})",
  };
  api::PartnerUnclaim expected;
  expected.set_device_id(5);
  expected.set_section_type(api::SECTION_TYPE_SIM_LOCK);
  for (const char* item : kItems) {
    const auto taken =
        TakenFrom<api::UnclaimDevicesRequest>(R"({"unclaims":[)" + std::string(item) + "]}");
    ASSERT_EQ(taken.size(), 1u);
    EXPECT_EQ(taken[0], expected.SerializeAsString()) << item;
  }
  const auto timed = TakenFrom<api::UnclaimDevicesRequest>(
      R"({"unclaims":{"vacationModeExpireTime":"2026-01-02T03:04:05.5Z",)"
      R"("vacationModeExpireTime":"1970-01-01T00:00:00Z"}})");
  api::PartnerUnclaim at_zero;
  at_zero.mutable_vacation_mode_expire_time();
  ASSERT_EQ(timed.size(), 1u);
  EXPECT_EQ(timed[0], at_zero.SerializeAsString());
  const auto merged = TakenFrom<api::ClaimDevicesRequest>(
      R"({"claims":{"deviceIdentifier":{"model":"M","imei":"1"},"deviceIdentifier":{"imei":""}}})");
  api::PartnerClaim once;
  once.mutable_device_identifier()->set_model("M");
  ASSERT_EQ(merged.size(), 1u);
  EXPECT_EQ(merged[0], once.SerializeAsString());
}

TEST(Parse, UnknownNames_AreAllNamedByPath) {
  const auto violations = ParseUnclaims(R"({"foo":1,"unclaims":[{"deviceIdentifier":{"bar":1}}]})");
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].description,
            "Invalid JSON payload received. Unknown name \"foo\": Cannot find field.");
  EXPECT_EQ(violations[1].field, "unclaims[0].device_identifier");
  EXPECT_EQ(violations[1].description,
            "Invalid JSON payload received. Unknown name \"bar\" at "
            "'unclaims[0].device_identifier': Cannot find field.");
}

TEST(Parse, WrongValues_AreNamedWithTheirType) {
  const auto violations =
      ParseUnclaims(R"({"unclaims":[{"sectionType":"NOPE","vacationModeDays":"x"}]})");
  ASSERT_EQ(violations.size(), 2u);
  EXPECT_EQ(violations[0].description,
            "Invalid value at 'unclaims[0].section_type' "
            "(type.googleapis.com/google.android.device.provisioning.v1.SectionType), \"NOPE\"");
  EXPECT_EQ(violations[1].description,
            "Invalid value at 'unclaims[0].vacation_mode_days' (TYPE_INT32), \"x\"");
}

TEST(Parse, Int64_AsTextOrNumber_BothNames) {
  std::string text = R"({"partner_id":"7","unclaims":[{"deviceId":9},{"device_id":"10"}]})";
  api::UnclaimDevicesRequest message;
  EXPECT_TRUE(Parse(text, message).empty());
  EXPECT_EQ(message.partner_id(), 7);
  EXPECT_EQ(message.unclaims(0).device_id(), 9);
  EXPECT_EQ(message.unclaims(1).device_id(), 10);
}

TEST(Parse, TooDeepOrNotUtf8_IsRefused) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += R"({"unclaims":[)";
  EXPECT_FALSE(ParseUnclaims(deep).empty());
  EXPECT_FALSE(
      ParseUnclaims("{\"unclaims\":[{\"deviceIdentifier\":{\"imei\":\"\xff\"}}]}").empty());
}

}  // namespace
}  // namespace zerotouch::json
