// SPDX-License-Identifier: Apache-2.0
#include "wire/grpc/reflection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/descriptor_database.h"
#include "wire/api_services.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire::grpc {
namespace {

using google::protobuf::FileDescriptorProto;
using ::grpc::reflection::v1::ServerReflectionRequest;
using ::grpc::reflection::v1::ServerReflectionResponse;

using Files = std::map<std::string, FileDescriptorProto>;

class ReflectionTest : public ::testing::Test {
 protected:
  static Reflection Made() {
    std::vector<const google::protobuf::ServiceDescriptor*> services = ApiServices();
    for (const auto* own : OwnServices()) services.push_back(own);
    return Reflection(services);
  }

  // Returns the files of the answer by name.
  Files Ask(const ServerReflectionRequest& request) const {
    const ServerReflectionResponse response = reflection_.Answer(request);
    EXPECT_TRUE(response.has_file_descriptor_response()) << request.ShortDebugString();
    Files files;
    for (const std::string& text : response.file_descriptor_response().file_descriptor_proto()) {
      FileDescriptorProto file;
      EXPECT_TRUE(file.ParseFromString(text));
      files[file.name()] = file;
    }
    return files;
  }

  Files BySymbol(const std::string& symbol) const {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(symbol);
    return Ask(request);
  }

  Files ByName(const std::string& name) const {
    ServerReflectionRequest request;
    request.set_file_by_filename(name);
    return Ask(request);
  }

  int ErrorFor(const std::string& symbol) const {
    ServerReflectionRequest request;
    request.set_file_containing_symbol(symbol);
    return reflection_.Answer(request).error_response().error_code();
  }

  const Reflection reflection_ = Made();
};

// Clients look up the details of errors by the names in their type URLs.
TEST_F(ReflectionTest, ErrorTypes_AreFoundBySymbol) {
  for (const char* symbol :
       {"google.android.device.provisioning.v1.CustomError",
        "google.android.device.provisioning.v1.CustomErrorCode",
        "google.android.device.provisioning.v1.TosError", "google.rpc.Status",
        "google.rpc.ErrorInfo", "google.rpc.BadRequest", "google.rpc.BadRequest.FieldViolation",
        "google.rpc.RetryInfo", "google.rpc.DebugInfo", "google.rpc.QuotaFailure",
        "google.rpc.PreconditionFailure", "google.rpc.RequestInfo", "google.rpc.ResourceInfo",
        "google.rpc.Help", "google.rpc.LocalizedMessage"}) {
    google::protobuf::SimpleDescriptorDatabase database;
    for (const auto& [name, file] : BySymbol(symbol)) database.Add(file);
    google::protobuf::DescriptorPool pool(&database);
    EXPECT_NE(pool.FindFileContainingSymbol(symbol), nullptr) << symbol;
  }
}

// A client that knows only the files of the services can read errors too.
TEST_F(ReflectionTest, ServiceFiles_LeadToTheErrorTypes) {
  const Files files = BySymbol("google.android.device.provisioning.v1.PartnerService");
  for (const char* name : {"google/android/device/provisioning/v1/errors.proto",
                           "google/rpc/error_details.proto", "google/rpc/status.proto"}) {
    EXPECT_TRUE(files.contains(name)) << name;
  }
}

TEST_F(ReflectionTest, EveryFileThatIsNamed_CanBeFetchedWithItsImports) {
  ServerReflectionRequest list;
  list.set_list_services("");
  const ServerReflectionResponse services = reflection_.Answer(list);
  EXPECT_EQ(services.list_services_response().service_size(), 6);
  std::set<std::string> names;
  for (const auto& service : services.list_services_response().service()) {
    for (const auto& [name, file] : BySymbol(service.name())) names.insert(name);
  }
  EXPECT_GT(names.size(), 15u);
  for (const std::string& name : names) {
    const Files files = ByName(name);
    EXPECT_TRUE(files.contains(name));
    google::protobuf::SimpleDescriptorDatabase database;
    for (const auto& [other, file] : files) {
      database.Add(file);
      for (const std::string& import : file.dependency()) {
        EXPECT_TRUE(files.contains(import)) << other << " imports " << import;
        EXPECT_TRUE(names.contains(import)) << import;
      }
    }
    google::protobuf::DescriptorPool pool(&database);
    EXPECT_NE(pool.FindFileByName(name), nullptr) << name;
  }
}

TEST_F(ReflectionTest, OtherSymbols_AreNotFound) {
  for (const char* symbol :
       {"", "google.rpc.Nothing", "google.android.device.provisioning.v1.CustomError.nothing"}) {
    EXPECT_EQ(ErrorFor(symbol), static_cast<int>(absl::StatusCode::kNotFound)) << symbol;
  }
}

// Returns the number of whole messages in `bytes`.
int CountMessages(std::string_view bytes) {
  std::string unpacked;
  int count = 0;
  const Unpacking unpacking{.encoding = "", .limit = size_t{1} << 20, .hold = nullptr};
  while (!bytes.empty()) {
    EXPECT_TRUE(TakeMessage(bytes, unpacking, unpacked)->has_value());
    ++count;
  }
  return count;
}

// A client that asks without reading the answers must not fill the memory.
TEST_F(ReflectionTest, ManyRequestsAtOnce_AreAnsweredInPieces) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("google.android.device.provisioning.v1.PartnerService");
  std::string asked;
  constexpr int kRequests = 1'000;
  for (int i = 0; i < kRequests; ++i) {
    AppendFrameHead(static_cast<uint32_t>(request.ByteSizeLong()), asked);
    request.AppendToString(&asked);
  }
  const auto call = reflection_.Info({});
  int answers = 0;
  int pieces = 0;
  // The end of the request may come with the bytes, or later.
  http::StreamingCall::Input input{.bytes = std::string_view(asked).substr(0, asked.size() / 2)};
  bool go_on = true;
  while (go_on) {
    std::string out;
    go_on = call->Next(input, out);
    EXPECT_LT(out.size(), 300'000u);
    answers += CountMessages(out);
    ++pieces;
    const bool was_first = !input.ended && !call->HasMore();
    input = {.bytes = was_first ? std::string_view(asked).substr(asked.size() / 2) : "",
             .ended = was_first || input.ended};
  }
  EXPECT_FALSE(call->HasMore());
  EXPECT_EQ(answers, kRequests);
  EXPECT_GT(pieces, 100);
  EXPECT_EQ(call->Trailers().Get("grpc-status"), "0");
}

TEST_F(ReflectionTest, Answers_AreCompressedIfAccepted) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("google.android.device.provisioning.v1.PartnerService");
  std::string asked;
  AppendMessage(request, /*accepts_gzip=*/false, asked);
  ServerReflectionRequest unknown;
  unknown.set_file_containing_symbol("unknown");
  AppendMessage(unknown, /*accepts_gzip=*/false, asked);
  const auto call = reflection_.Info({.request = "", .accepts_gzip = true});
  EXPECT_EQ(call->Header().Get("grpc-encoding"), "gzip");
  EXPECT_FALSE(reflection_.Info({})->Header().Has("grpc-encoding"));
  std::string out;
  call->Next({.bytes = asked, .ended = true}, out);
  std::string_view rest = out;
  for (const auto& [question, compressed] : {std::pair(request, 1), std::pair(unknown, 0)}) {
    ASSERT_FALSE(rest.empty());
    EXPECT_EQ(rest[0], compressed);
    std::string unpacked;
    const auto message = TakeMessage(
        rest, {.encoding = "gzip", .limit = size_t{1} << 20, .hold = nullptr}, unpacked);
    ASSERT_TRUE(message.ok() && message->has_value());
    EXPECT_EQ(**message, reflection_.Answer(question).SerializeAsString());
  }
  EXPECT_EQ(rest, "");
}

TEST_F(ReflectionTest, Stopping_EndsACallThatHasMore) {
  std::string asked;
  ServerReflectionRequest request;
  request.set_file_containing_symbol("google.android.device.provisioning.v1.PartnerService");
  for (int i = 0; i < 100; ++i) {
    AppendFrameHead(static_cast<uint32_t>(request.ByteSizeLong()), asked);
    request.AppendToString(&asked);
  }
  const auto call = reflection_.Info({});
  std::string out;
  EXPECT_TRUE(call->Next({.bytes = asked}, out));
  EXPECT_TRUE(call->HasMore());
  EXPECT_FALSE(call->Next({.bytes = "", .stopping = true}, out));
  EXPECT_EQ(call->Trailers().Get("grpc-status"), "14");
}

}  // namespace
}  // namespace zerotouch::wire::grpc
