// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/operation_json.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "json/json.h"
#include "model/api.h"

namespace zerotouch::wire {
namespace {

using google::longrunning::Operation;

api::OperationPerDevice Item(int i) {
  api::OperationPerDevice item;
  item.mutable_unclaim()->set_section_type(api::SECTION_TYPE_ZERO_TOUCH);
  item.mutable_unclaim()->mutable_device_identifier()->set_serial_number("S\"\n" +
                                                                         std::to_string(i));
  if (i % 3 == 0) item.clear_request();
  item.mutable_result()->set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
  item.mutable_result()->set_device_id(i);
  if (i % 5 == 0) item.clear_result();
  return item;
}

// Returns `count` items, 1,000 at a time, then an error if one is given.
class ListedItems final : public service::OperationItems {
 public:
  explicit ListedItems(int count, absl::Status end = absl::OkStatus())
      : count_(count), end_(std::move(end)) {}

  absl::StatusOr<bool> Next(std::string& items) override {
    items.clear();
    api::DevicesLongRunningOperationResponse some;
    const int end = std::min(count_, at_ + 1'000);
    for (; at_ < end; ++at_) *some.add_per_device_status() = Item(at_);
    some.SerializeToString(&items);
    if (items.empty() && !end_.ok()) return end_;
    return !items.empty();
  }
  void Restart() override { at_ = 0; }

 private:
  const int count_;
  const absl::Status end_;
  int at_ = 0;
};

Operation Head(bool done) {
  Operation operation;
  operation.set_name("operations/apibatchoperation/7");
  api::DevicesLongRunningOperationMetadata metadata;
  metadata.set_devices_count(9);
  metadata.set_processing_status(done ? api::BATCH_PROCESS_PROCESSED : api::BATCH_PROCESS_PENDING);
  operation.mutable_metadata()->PackFrom(metadata);
  operation.set_done(done);
  return operation;
}

std::string Whole(int items, int successes, bool pretty) {
  api::DevicesLongRunningOperationResponse response;
  for (int i = 0; i < items; ++i) *response.add_per_device_status() = Item(i);
  response.set_success_count(successes);
  Operation operation = Head(true);
  operation.mutable_response()->PackFrom(response);
  std::string out;
  json::Append(operation, {.pretty = pretty}, out);
  return out + (pretty ? "\n" : "");
}

// All pieces joined, and their number.
std::pair<std::string, int> DrainPieces(http::BodySource& source) {
  std::pair<std::string, int> out;
  while (true) {
    const auto more = source.Next(out.first);
    EXPECT_TRUE(more.ok()) << more.status();
    if (!more.ok() || !*more) return out;
    ++out.second;
  }
}

class OperationJsonTest : public ::testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(PrettyAndCompact, OperationJsonTest, ::testing::Bool());

TEST_P(OperationJsonTest, Done_IsTheWholeMessageToTheByte) {
  for (const int items : {0, 1, 2, 1'000, 2'500}) {
    for (const int successes : {0, items}) {
      OperationJson source({Head(true), std::make_unique<ListedItems>(items), successes},
                           GetParam());
      const auto [text, pieces] = DrainPieces(source);
      EXPECT_EQ(text, Whole(items, successes, GetParam())) << items;
      EXPECT_EQ(pieces, (items + 999) / 1'000 + 1) << items;
    }
  }
}

TEST_P(OperationJsonTest, NotDone_HasNoResponse) {
  OperationJson source({Head(false), nullptr, 0}, GetParam());
  std::string expected;
  json::Append(Head(false), {.pretty = GetParam()}, expected);
  EXPECT_EQ(DrainPieces(source).first, expected + (GetParam() ? "\n" : ""));
}

TEST_P(OperationJsonTest, End_StaysTheEnd) {
  OperationJson source({Head(true), std::make_unique<ListedItems>(1), 1}, GetParam());
  const std::string text = DrainPieces(source).first;
  std::string after;
  EXPECT_FALSE(*source.Next(after));
  EXPECT_EQ(after, "");
}

TEST_P(OperationJsonTest, FailureOfTheItems_IsPassedOn) {
  OperationJson source(
      {Head(true), std::make_unique<ListedItems>(1'000, absl::UnavailableError("gone")), 1},
      GetParam());
  std::string out;
  ASSERT_TRUE(*source.Next(out));
  EXPECT_EQ(source.Next(out).status(), absl::UnavailableError("gone"));
}

}  // namespace
}  // namespace zerotouch::wire
