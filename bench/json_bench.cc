// SPDX-License-Identifier: Apache-2.0
// Measures reading and writing the JSON of a 100,000-item batch, compared with
// protobuf's JSON and with a plain copy.

#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <cstring>

#include "bench/registry.h"
#include "json/json.h"
#include "model/api.h"

namespace zerotouch::bench {
namespace {

constexpr int kItems = 100'000;

const std::string& UnclaimsJson() {
  static const std::string* json = [] {
    auto* text = new std::string("{\"unclaims\":[");
    for (int i = 0; i < kItems; ++i) {
      *text += fmt::format(
          "{}{{\"deviceIdentifier\":{{\"imei\":\"{}\",\"manufacturer\":\"Google\"}},"
          "\"sectionType\":\"SECTION_TYPE_ZERO_TOUCH\"}}",
          i == 0 ? "" : ",", ImeiOf(i));
    }
    *text += "]}";
    return text;
  }();
  return *json;
}

const api::DevicesLongRunningOperationResponse& Results() {
  static const auto* response = [] {
    auto* made = new api::DevicesLongRunningOperationResponse();
    api::UnclaimDevicesRequest request;
    std::string text = UnclaimsJson();
    json::Parse(text, request);
    for (const api::PartnerUnclaim& unclaim : request.unclaims()) {
      api::OperationPerDevice* item = made->add_per_device_status();
      *item->mutable_unclaim() = unclaim;
      item->mutable_result()->set_status(api::SINGLE_DEVICE_STATUS_SUCCESS);
      item->mutable_result()->set_device_id(4'037'820'647'906'988'512);
    }
    return made;
  }();
  return *response;
}

void Count(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(bytes) * state.iterations());
}

void Copy(benchmark::State& state) {
  for (auto _ : state) {
    std::string copy = UnclaimsJson();
    benchmark::DoNotOptimize(copy.data());
  }
  Count(state, UnclaimsJson().size());
}
BENCHMARK(Copy)->Unit(benchmark::kMillisecond);

void Parse(benchmark::State& state) {
  for (auto _ : state) {
    google::protobuf::Arena arena;
    std::string text = UnclaimsJson();
    auto* request = google::protobuf::Arena::CreateMessage<api::UnclaimDevicesRequest>(&arena);
    if (!json::Parse(text, *request).empty()) state.SkipWithError("refused");
  }
  Count(state, UnclaimsJson().size());
}
BENCHMARK(Parse)->Unit(benchmark::kMillisecond);

void ParseByProtobuf(benchmark::State& state) {
  for (auto _ : state) {
    google::protobuf::Arena arena;
    auto* request = google::protobuf::Arena::CreateMessage<api::UnclaimDevicesRequest>(&arena);
    if (!google::protobuf::util::JsonStringToMessage(UnclaimsJson(), request).ok()) {
      state.SkipWithError("refused");
    }
  }
  Count(state, UnclaimsJson().size());
}
BENCHMARK(ParseByProtobuf)->Unit(benchmark::kMillisecond);

void Write(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    std::string text;
    json::Append(Results(), {.pretty = false}, text);
    bytes = text.size();
  }
  Count(state, bytes);
}
BENCHMARK(Write)->Unit(benchmark::kMillisecond);

void WriteByProtobuf(benchmark::State& state) {
  size_t bytes = 0;
  for (auto _ : state) {
    std::string text;
    if (!google::protobuf::util::MessageToJsonString(Results(), &text).ok()) {
      state.SkipWithError("refused");
    }
    bytes = text.size();
  }
  Count(state, bytes);
}
BENCHMARK(WriteByProtobuf)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace zerotouch::bench
