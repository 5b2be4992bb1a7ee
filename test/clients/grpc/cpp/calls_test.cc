// SPDX-License-Identifier: Apache-2.0
// Calls every method over gRPC with Debian's grpc++: the calls of
// test/clients/calls.json (path in ZEROTOUCH_CALLS), on the sandboxes of
// test/clients/run.py.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "google/android/device/provisioning/v1/devices.pb.h"
#include "google/longrunning/operations.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "support/server_process.h"
#include "wire/api_services.h"

namespace zerotouch::test {
namespace {

using google::protobuf::Message;
using google::protobuf::MethodDescriptor;
using google::protobuf::Value;

// limits::kUnfinishedOperationsPerPartner
constexpr int kMostUnfinished = 100;
// Number of items that a slow sandbox does not finish while the test runs.
constexpr int kLong = 100;

std::string TextOf(const char* variable) {
  const char* path = std::getenv(variable);
  std::ifstream file(path == nullptr ? "" : path);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_FALSE(text.str().empty()) << variable << " names no file; run.py makes it";
  return text.str();
}

std::string JsonOf(const Message& message) {
  std::string text;
  EXPECT_TRUE(google::protobuf::util::MessageToJsonString(message, &text).ok());
  return text;
}

Value Parse(const std::string& json) {
  Value value;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(json, &value).ok()) << json;
  return value;
}

std::unique_ptr<Message> New(const google::protobuf::Descriptor& type) {
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(&type);
  return std::unique_ptr<Message>(prototype->New());
}

// Returns the value at a path of field names and list positions as text; empty if
// it does not exist.
std::string At(const Value& json, const std::string& path) {
  const Value* value = &json;
  for (const std::string& step : std::vector<std::string>(absl::StrSplit(path, '.'))) {
    int i = 0;
    if (absl::SimpleAtoi(step, &i)) {
      if (i >= value->list_value().values_size()) return {};
      value = &value->list_value().values(i);
    } else {
      const auto& fields = value->struct_value().fields();
      const auto found = fields.find(step);
      if (found == fields.end()) return {};
      value = &found->second;
    }
  }
  return value->kind_case() == Value::kStringValue ? value->string_value() : JsonOf(*value);
}

// A sandbox of run.py, called by its first reseller and that reseller's first customer.
class Server {
 public:
  explicit Server(const std::string& line)
      : ready_(Parse(line)),
        sandbox_(ParseSandbox(line)),
        channel_(grpc::CreateChannel(sandbox_.endpoint.substr(std::string("http://").size()),
                                     grpc::InsecureChannelCredentials())),
        partner_token_(ApiCaller(sandbox_.endpoint, sandbox_.first.credentials).token()) {}

  const Sandbox& sandbox() const { return sandbox_; }

  std::string CustomerToken() const {
    std::string credentials;
    for (int i = 0; credentials.empty(); ++i) {
      const std::string customer = fmt::format("customers.{}.", i);
      const std::string id = At(ready_, customer + "customerId");
      EXPECT_NE(id, "") << "the sandbox has no key for its customer";
      if (id.empty()) break;
      if (id == sandbox_.first.customer) credentials = At(ready_, customer + "credentials");
    }
    return ApiCaller(sandbox_.endpoint, credentials, kCustomerScope).token();
  }

  // Calls with `customer_token`, or as the reseller if it is empty.
  grpc::Status Call(const MethodDescriptor& method, const Message& request, Message& answer,
                    const std::string& customer_token = "") {
    grpc::ClientContext context;
    context.AddMetadata("authorization",
                        "Bearer " + (customer_token.empty() ? partner_token_ : customer_token));
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    grpc::CompletionQueue queue;
    grpc::TemplatedGenericStub<Message, Message> stub(channel_);
    const auto call = stub.PrepareUnaryCall(
        &context, fmt::format("/{}/{}", method.service()->full_name(), method.name()), request,
        &queue);
    grpc::Status status;
    call->StartCall();
    call->Finish(&answer, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    return status;
  }

 private:
  const Value ready_;
  const Sandbox sandbox_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::string partner_token_;
};

// Returns the method of `call`, Service.Method.
const MethodDescriptor& MethodOf(const std::string& call) {
  const std::pair<std::string, std::string> name = absl::StrSplit(call, '.');
  const MethodDescriptor* method = nullptr;
  for (const google::protobuf::ServiceDescriptor* service : wire::ApiServices()) {
    if (service->name() == name.first) method = service->FindMethodByName(name.second);
  }
  EXPECT_NE(method, nullptr) << call;
  return *method;
}

TEST(CallsTest, EveryMethod_IsAnsweredAndRefused) {
  Server server(TextOf("ZEROTOUCH_SANDBOX"));
  const Sandbox& sandbox = server.sandbox();
  std::map<std::string, std::string> names = {{"${partner}", sandbox.first.partner},
                                              {"${otherPartner}", sandbox.second.partner},
                                              {"${customer}", sandbox.first.customer},
                                              {"${otherCustomer}", sandbox.first.second_customer}};
  const std::string customer_token = server.CustomerToken();
  const Value file = Parse(TextOf("ZEROTOUCH_CALLS"));
  for (const Value& item : file.struct_value().fields().at("calls").list_value().values()) {
    const auto& call = item.struct_value().fields();
    const MethodDescriptor& method = MethodOf(call.at("call").string_value());
    SCOPED_TRACE(JsonOf(item));
    const std::unique_ptr<Message> request = New(*method.input_type());
    ASSERT_TRUE(google::protobuf::util::JsonStringToMessage(
                    absl::StrReplaceAll(JsonOf(call.at("request")), names), request.get())
                    .ok());
    const std::unique_ptr<Message> answer = New(*method.output_type());
    const bool by_customer = method.service()->name() == "CustomerService";
    const grpc::Status status =
        server.Call(method, *request, *answer, by_customer ? customer_token : "");
    if (call.contains("refused")) {
      EXPECT_EQ(absl::StatusCodeToString(static_cast<absl::StatusCode>(status.error_code())),
                call.at("refused").string_value())
          << status.error_message();
      EXPECT_FALSE(status.error_message().empty());
      continue;
    }
    ASSERT_TRUE(status.ok()) << status.error_message();
    const Value got = Parse(JsonOf(*answer));
    if (call.contains("expect")) {
      for (const auto& [path, wanted] : call.at("expect").struct_value().fields()) {
        const std::string text = wanted.kind_case() == Value::kStringValue
                                     ? absl::StrReplaceAll(wanted.string_value(), names)
                                     : JsonOf(wanted);
        EXPECT_EQ(At(got, path), text) << path;
      }
    }
    if (call.contains("save")) {
      for (const auto& [name, path] : call.at("save").struct_value().fields()) {
        names["${" + name + "}"] = At(got, path.string_value());
        ASSERT_NE(names["${" + name + "}"], "") << path.string_value();
      }
    }
  }
}

TEST(CallsTest, TooManyOperations_AreRefusedForAWhile) {
  namespace api = google::android::device::provisioning::v1;
  Server server(TextOf("ZEROTOUCH_SLOW_SANDBOX"));
  const MethodDescriptor& method = MethodOf("PartnerService.UnclaimDevicesAsync");
  api::UnclaimDevicesRequest request;
  request.set_partner_id(std::atoll(server.sandbox().first.partner.c_str()));
  for (int i = 0; i < kLong; ++i) {
    api::PartnerUnclaim* item = request.add_unclaims();
    item->set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
    item->mutable_device_identifier()->set_imei("490154203237518");
  }
  google::longrunning::Operation operation;
  for (int i = 0; i < kMostUnfinished; ++i) {
    const grpc::Status status = server.Call(method, request, operation);
    ASSERT_TRUE(status.ok()) << i << ": " << status.error_message();
    EXPECT_FALSE(operation.done());
  }
  const grpc::Status status = server.Call(method, request, operation);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  google::rpc::RetryInfo wait;
  for (const auto& detail : details.details()) detail.UnpackTo(&wait);
  EXPECT_GT(wait.retry_delay().seconds(), 0) << details.ShortDebugString();
}

}  // namespace
}  // namespace zerotouch::test
