// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "google/android/device/provisioning/v1/companies.pb.h"
#include "json/json.h"
#include "model/api.h"
#include "wire/grpc/list_message.h"
#include "wire/grpc/message.h"
#include "wire/rest/list_json.h"

namespace zerotouch::wire {
namespace {

using Response = api::CustomerListDevicesResponse;

// `count` devices in parts of 100, and a token in the last part.
class MadeList final : public service::ListItems {
 public:
  MadeList(int count, std::string token) : count_(count), token_(std::move(token)) {}
  absl::StatusOr<bool> Next(google::protobuf::Message& part) override {
    auto& response = static_cast<Response&>(part);
    response.Clear();
    if (ended_) return false;
    for (int i = 0; i < 100 && at_ < count_; ++i) Fill(++at_, *response.add_devices());
    ended_ = at_ == count_;
    if (ended_) response.set_next_page_token(token_);
    return true;
  }
  void Restart() override {
    at_ = 0;
    ended_ = false;
  }

  static void Fill(int id, api::Device& device) {
    device.set_device_id(id);
    device.mutable_device_identifier()->set_serial_number(std::string(100, 'x'));
  }

 private:
  const int count_;
  const std::string token_;
  int at_ = 0;
  bool ended_ = false;
};

service::ListAnswer Made(int count, const std::string& token) {
  return {.list = Response::descriptor()->FindFieldByNumber(1),
          .items = std::make_unique<MadeList>(count, token)};
}

Response WholeList(int count, const std::string& token) {
  Response response;
  for (int i = 1; i <= count; ++i) MadeList::Fill(i, *response.add_devices());
  response.set_next_page_token(token);
  return response;
}

TEST(ListJson, EqualsTheMessage) {
  for (const int count : {0, 1, 100, 101, 250}) {
    for (const std::string token : {"", "next"}) {
      for (const bool pretty : {true, false}) {
        for (const char* fields : {"", "*", "devices", "nextPageToken", "devices/deviceId",
                                   "nextPageToken,devices(deviceIdentifier/serialNumber)"}) {
          std::shared_ptr<const json::Selection> selection;
          std::string wrong;
          if (*fields != '\0') {
            selection = std::make_shared<const json::Selection>(
                json::Selection::Parse(fields, *Response::descriptor(), &wrong).value());
          }
          std::string expected;
          json::Append(WholeList(count, token), {.pretty = pretty, .selection = selection.get()},
                       expected);
          if (pretty) expected += '\n';
          ListJson source(Made(count, token), pretty, selection);
          std::string text;
          while (source.Next(text).value()) {
          }
          EXPECT_EQ(text, expected) << count << " " << fields;
        }
      }
    }
  }
}

TEST(ListMessage, EqualsTheMessage) {
  for (const int count : {0, 1, 250, 100'000}) {
    for (const bool gzip : {false, true}) {
      auto response = grpc::ListResponse(Made(count, "next"), gzip);
      ASSERT_TRUE(response.ok());
      // About 10 MB are streamed; compressed they are less.
      EXPECT_EQ(response->stream != nullptr, count == 100'000 && !gzip);
      const std::string_view encoding = response->headers.Get("grpc-encoding");
      EXPECT_EQ(encoding, count > 1 && gzip ? "gzip" : "");
      std::string body = response->body;
      while (response->stream != nullptr && response->stream->Next(body).value()) {
      }
      std::string unpacked;
      const auto message = grpc::OnlyMessage(
          body, {.encoding = encoding, .limit = size_t{1} << 30, .hold = nullptr}, unpacked);
      ASSERT_TRUE(message.ok()) << message.status();
      EXPECT_EQ(*message, WholeList(count, "next").SerializeAsString());
    }
  }
}

}  // namespace
}  // namespace zerotouch::wire
