// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/event_stream.h"

#include <memory>
#include <string>
#include <utility>

#include "base/limits.h"
#include "base/metrics.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "json/json.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {
namespace {

// The size of a piece after which further events are left to the next one.
constexpr size_t kEventPieceBytes = size_t{32} << 10;

class EventStream final : public http::BodySource {
 public:
  explicit EventStream(service::EventAnswer answer)
      : answer_(std::move(answer)), last_(metrics::SteadyNow()) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    const size_t before = out.size();
    while (out.size() - before < kEventPieceBytes) {
      const std::unique_ptr<google::protobuf::Message> event = answer_.events->Next();
      if (event == nullptr) break;
      Append(*event, out);
    }
    const absl::Duration now = metrics::SteadyNow();
    if (out.size() == before && now - last_ >= limits::kEventKeepAlive) out += ":\n\n";
    if (out.size() > before) last_ = now;
    return true;
  }

  absl::Duration Pause() const override { return limits::kEventPause; }

 private:
  static void Append(const google::protobuf::Message& event, std::string& out) {
    const google::protobuf::Reflection& fields = *event.GetReflection();
    for (int i = 0; i < event.GetDescriptor()->field_count(); ++i) {
      const google::protobuf::FieldDescriptor& field = *event.GetDescriptor()->field(i);
      if (!fields.HasField(event, &field)) continue;
      out.append("event: ").append(field.json_name()).append("\ndata: ");
      json::Append(fields.GetMessage(event, &field), {.pretty = false}, out);
      out += "\n\n";
    }
  }

  const service::EventAnswer answer_;
  absl::Duration last_;  // when it last sent something
};

}  // namespace

http::Response EventResponse(service::EventAnswer answer) {
  http::Response response = JsonResponse(200, "");
  response.headers.Set("Content-Type", "text/event-stream");
  response.headers.Set("Cache-Control", "no-store");
  response.stream = std::make_unique<EventStream>(std::move(answer));
  return response;
}

}  // namespace zerotouch::wire
