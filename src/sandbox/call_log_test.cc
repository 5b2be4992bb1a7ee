// SPDX-License-Identifier: Apache-2.0
#include "sandbox/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace zerotouch::sandbox {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

void Log(CallLog& log, const std::string& method, int http_status = 200,
         const std::string& body = "") {
  auto call = std::make_shared<LoggedCall>();
  static std::set<std::string> methods;  // a call does not own its method
  call->method = *methods.insert(method).first;
  call->http_status = http_status;
  call->status = http_status == 200 ? "OK" : "NOT_FOUND";
  call->protocol = "HTTP/2";
  call->response.bytes = body;
  call->headers.Add("Authorization", "CANARY");
  call->headers.Add("X-Other", "Bearer CANARY");
  log.Add(std::move(call));
}

std::vector<proto::Call> All(const CallLog& log) {
  return log.Read(1'000'000, 10'000, [](const LoggedCall&) { return true; });
}

TEST(CallLog, KeepsTheLastThousand_NewestFirst) {
  CallLog log;
  for (int i = 0; i < 1'500; ++i) Log(log, std::to_string(i));
  const std::vector<proto::Call> calls = All(log);
  ASSERT_EQ(calls.size(), 1'000u);
  EXPECT_EQ(calls.front().method(), "1499");
  EXPECT_EQ(calls.back().method(), "500");
  log.Clear();
  EXPECT_TRUE(All(log).empty());
}

TEST(CallLog, Bodies_AreLimitedTogether_AndTheOldestGoFirst) {
  CallLog log;
  const size_t fit = limits::kLoggedBytes / limits::kLoggedBodyBytes;
  for (size_t i = 0; i <= fit; ++i) Log(log, "m", 200, std::string(limits::kLoggedBodyBytes, 'x'));
  size_t bytes = 0;
  const std::vector<proto::Call> calls = All(log);
  for (const proto::Call& call : calls) bytes += call.response_body().size();
  EXPECT_EQ(bytes, limits::kLoggedBytes);
  EXPECT_FALSE(calls.front().response_body().empty());
  EXPECT_TRUE(calls.back().response_body().empty());
}

TEST(CallLog, NoCredential_IsRead) {
  CallLog log;
  Log(log, "m", 200, R"({"access_token":"CANARY"})");
  EXPECT_THAT(All(log).at(0).DebugString(), Not(HasSubstr("CANARY")));
}

TEST(CallLog, Watchers_GetEachCallOnce_AndTheNumberOfThoseThatAreGone) {
  CallLog log;
  Log(log, "before");
  int64_t last = log.Newest();
  int64_t lost = 0;
  EXPECT_FALSE(log.Next(last, lost).has_value());
  Log(log, "a");
  Log(log, "b", 200, R"({"access_token":"CANARY"})");
  EXPECT_EQ(log.Next(last, lost)->method(), "a");
  const proto::Call b = log.Next(last, lost).value();
  EXPECT_EQ(b.method(), "b");
  EXPECT_THAT(b.DebugString(), Not(HasSubstr("CANARY")));
  EXPECT_FALSE(log.Next(last, lost).has_value());
  EXPECT_EQ(lost, 0);
  for (int i = 0; i < 1'700; ++i) Log(log, std::to_string(i));
  EXPECT_EQ(log.Next(last, lost)->method(), "700");
  EXPECT_EQ(lost, 700);
  log.Clear();
  EXPECT_FALSE(log.Next(last, lost).has_value());
  EXPECT_EQ(lost, 700) << "what was deleted is not lost";
  Log(log, "c");
  EXPECT_EQ(log.Next(last, lost)->method(), "c");
}

class CallControlTest : public ::testing::Test {
 protected:
  static Anyone Caller() {
    return auth::Authorize<auth::AnyoneInSandbox>({}, proto::ListCallsRequest(), "").value();
  }

  absl::StatusOr<proto::ListCallsResponse> List(const std::string& filter, int size = 0,
                                                const std::string& token = "") {
    proto::ListCallsRequest request;
    request.set_filter(filter);
    request.set_page_size(size);
    request.set_page_token(token);
    return control_.List(Caller(), request);
  }

  CallLog log_;
  CallControl control_{log_};
};

TEST(CallLog, BytesThatAreNoText_AreReadAsQuestionMarks) {
  CallLog log;
  Log(log, "m", 200, "a\xff z");
  EXPECT_EQ(All(log).at(0).response_body(), "a? z");
}

TEST(CallLog, Message_IsReadAsJson) {
  proto::ListCallsRequest message;
  message.set_filter("method=a");
  message.set_page_token("CANARY");
  auto call = std::make_shared<LoggedCall>();
  call->request = {.bytes = message.SerializeAsString(), .type = message.GetDescriptor()};
  CallLog log;
  log.Add(std::move(call));
  EXPECT_EQ(All(log).at(0).request_body(), R"({"pageToken":"CANARY","filter":"method=a"})");
}

TEST_F(CallControlTest, Filters_AreCombined) {
  Log(log_, "a");
  Log(log_, "a", 404);
  Log(log_, "b", 404);
  EXPECT_EQ(List("method=a")->calls_size(), 2);
  EXPECT_EQ(List("method=a status=404")->calls_size(), 1);
  EXPECT_EQ(List("  status=NOT_FOUND   protocol=HTTP/2 ")->calls_size(), 2);
  EXPECT_EQ(List("account=x")->calls_size(), 0);
  for (const char* wrong : {"path=/v1", "method", "status:404"}) {
    EXPECT_THAT(List(wrong).status().message(), HasSubstr("filter")) << wrong;
  }
}

TEST_F(CallControlTest, Pages_DoNotShiftWhileCallsAreAdded) {
  for (int i = 0; i < 10; ++i) Log(log_, std::to_string(i));
  const auto first = List("", 4).value();
  Log(log_, "new");
  const auto second = List("", 4, first.next_page_token()).value();
  EXPECT_EQ(second.calls(0).method(), "5");
  const auto last = List("", 4, second.next_page_token()).value();
  EXPECT_EQ(last.calls_size(), 2);
  EXPECT_EQ(last.next_page_token(), "");
  EXPECT_FALSE(List("method=a", 4, first.next_page_token()).ok()) << "another filter";
  EXPECT_FALSE(List("", 4, "nonsense").ok());
  EXPECT_FALSE(List("", -1).ok());
  EXPECT_FALSE(List("", 1'001).ok());
}

TEST_F(CallControlTest, Watch_SendsCallsThatAreAddedFromNowOn) {
  Log(log_, "before");
  const service::EventAnswer answer = control_.Watch(Caller(), {}).value();
  const auto next = [&] {
    const auto event = answer.events->Next();
    return event == nullptr ? proto::CallEvent() : static_cast<const proto::CallEvent&>(*event);
  };
  EXPECT_FALSE(next().has_call());
  Log(log_, "a");
  EXPECT_EQ(next().call().method(), "a");
  for (int i = 0; i < 1'003; ++i) Log(log_, std::to_string(i));
  const proto::CallEvent lost = next();
  EXPECT_EQ(lost.lost().count(), 3);
  EXPECT_FALSE(lost.has_call());
  EXPECT_EQ(next().call().method(), "3");
}

TEST_F(CallControlTest, Watchers_AreLimited) {
  std::vector<service::EventAnswer> watchers;
  for (int i = 0; i < limits::kCallWatchers; ++i) {
    watchers.push_back(control_.Watch(Caller(), {}).value());
  }
  EXPECT_TRUE(absl::IsResourceExhausted(control_.Watch(Caller(), {}).status()));
  watchers.pop_back();
  EXPECT_TRUE(control_.Watch(Caller(), {}).ok());
}

}  // namespace
}  // namespace zerotouch::sandbox
