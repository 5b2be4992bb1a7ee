// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/message.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <vector>

#include "errors/errors.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/unknown_field_set.h"
#include "google/protobuf/wrappers.pb.h"
#include "model/api.h"
#include "support/gzip.h"
#include "wire/api_services.h"

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
  EXPECT_EQ(*Only(Framed("hello"), "gzip"), "hello");  // each message says if it is compressed
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
  // The head is enough to refuse it.
  std::string_view head("\0\xFF\xFF\xFF\xFF", 5);
  std::string unpacked;
  EXPECT_EQ(TakeMessage(head, {.encoding = "", .limit = 1'000, .hold = nullptr}, unpacked).status(),
            errors::BodyTooLarge(1'000));
}

TEST_F(GrpcMessage, Appended_IsCompressedIfThatIsShorter) {
  const auto is_compressed = [](const std::string& bytes, bool accepts_gzip) {
    google::protobuf::BytesValue value;
    value.set_value(bytes);
    std::string body;
    const bool compressed = AppendMessage(value, accepts_gzip, body);
    EXPECT_EQ(body[0], compressed ? 1 : 0);
    std::string unpacked;
    const auto message =
        OnlyMessage(body, {.encoding = "gzip", .limit = 10'000, .hold = nullptr}, unpacked);
    EXPECT_EQ(*message, value.SerializeAsString());
    return compressed;
  };
  EXPECT_TRUE(is_compressed(std::string(997, 'x'), true));  // and 3 bytes of the field
  EXPECT_FALSE(is_compressed(std::string(996, 'x'), true));
  EXPECT_FALSE(is_compressed(std::string(2'000, 'x'), false));
  std::mt19937 random(1);
  std::string noise;
  for (int i = 0; i < 2'000; ++i) noise += static_cast<char>(random() >> 24);
  EXPECT_FALSE(is_compressed(noise, true));
}

// Adds unknown fields of every wire type to `message` and to the messages in it.
void AddUnknownFields(google::protobuf::Message& message) {
  const auto& reflection = *message.GetReflection();
  auto& unknown = *reflection.MutableUnknownFields(&message);
  unknown.AddVarint(1'000, 1);
  unknown.AddFixed32(1'001, 2);
  unknown.AddFixed64(1'002, 3);
  unknown.AddLengthDelimited(1'003, "secret");
  unknown.AddGroup(1'004)->AddLengthDelimited(1, "secret");
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->message_type() == nullptr || field->is_map()) continue;
    if (!field->is_repeated()) AddUnknownFields(*reflection.MutableMessage(&message, field));
    for (int i = 0; field->is_repeated() && i < reflection.FieldSize(message, field); ++i) {
      AddUnknownFields(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

TEST(ParseMessage, UnknownFields_AreDroppedAtEveryDepth) {
  api::ClaimDevicesRequest known;
  known.set_partner_id(7);
  auto& claim = *known.add_claims();
  claim.mutable_device_identifier()->set_imei("490154203237518");
  (*claim.mutable_device_metadata()->mutable_entries())["ordernumber"] = "5";
  api::ClaimDevicesRequest sent = known;
  AddUnknownFields(sent);
  ASSERT_GT(sent.SerializeAsString().size(), known.SerializeAsString().size() + 100);
  api::ClaimDevicesRequest received;
  ASSERT_TRUE(ParseMessage(sent.SerializeAsString(), received).ok());
  EXPECT_EQ(received.SerializeAsString(), known.SerializeAsString());
}

TEST(ParseMessage, OtherBytes_AreRefused) {
  api::ClaimDevicesRequest request;
  EXPECT_EQ(ParseMessage("\x0A", request).code(), absl::StatusCode::kInvalidArgument);
}

// ParseMessage cannot drop the unknown fields inside an Any.
TEST(ParseMessage, NoRequest_HoldsAnAny) {
  std::set<const google::protobuf::Descriptor*> types;
  std::vector<const google::protobuf::Descriptor*> todo;
  for (const auto* service : ApiServices()) {
    for (int i = 0; i < service->method_count(); ++i) {
      todo.push_back(service->method(i)->input_type());
    }
  }
  while (!todo.empty()) {
    const auto* type = todo.back();
    todo.pop_back();
    if (!types.insert(type).second) continue;
    EXPECT_NE(type, google::protobuf::Any::descriptor());
    for (int i = 0; i < type->field_count(); ++i) {
      if (type->field(i)->message_type() != nullptr) todo.push_back(type->field(i)->message_type());
    }
  }
  EXPECT_GT(types.size(), 30u);
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
