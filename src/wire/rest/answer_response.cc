// SPDX-License-Identifier: Apache-2.0
#include "wire/rest/answer_response.h"

#include <memory>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "json/json.h"
#include "wire/rest/event_stream.h"
#include "wire/rest/list_json.h"
#include "wire/rest/operation_json.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {
namespace {

// An answer whose text has more bytes than this is streamed.
constexpr size_t kBufferedTextBytes = size_t{32} << 10;

// Returns a text that exists already, then the pieces of `rest`.
class Continued final : public http::BodySource {
 public:
  Continued(std::string begin, std::unique_ptr<http::BodySource> rest)
      : begin_(std::move(begin)), rest_(std::move(rest)) {}

  absl::StatusOr<bool> Next(std::string& out) override {
    if (begin_.empty()) return rest_->Next(out);
    out += std::exchange(begin_, {});
    return true;
  }
  bool IsReady() override { return !begin_.empty() || rest_->IsReady(); }

 private:
  std::string begin_;
  const std::unique_ptr<http::BodySource> rest_;
};

// Returns what `source` writes, as a stream if it is long.
absl::StatusOr<http::Response> StreamedResponse(std::unique_ptr<http::BodySource> source) {
  std::string text;
  while (text.size() < kBufferedTextBytes) {
    ZT_ASSIGN_OR_RETURN(const bool more, source->Next(text));
    if (!more) return JsonResponse(200, std::move(text));
  }
  http::Response response = JsonResponse(200, "");
  response.stream = std::make_unique<Continued>(std::move(text), std::move(source));
  return response;
}

// The rest of streamed bytes.
class BytesSource final : public http::BodySource {
 public:
  explicit BytesSource(service::BytesAnswer answer) : answer_(std::move(answer)) {}
  absl::StatusOr<bool> Next(std::string& out) override { return answer_.pieces->Next(out); }

 private:
  service::BytesAnswer answer_;
};

// Returns streamed bytes as they are. Reads the first piece: its error is that of the call.
absl::StatusOr<http::Response> BytesResponse(service::BytesAnswer answer) {
  std::string first;
  ZT_RETURN_IF_ERROR(answer.pieces->Next(first).status());
  http::Response response = JsonResponse(200, "");
  response.headers.Set("Content-Type", "application/octet-stream");
  response.stream = std::make_unique<Continued>(std::move(first),
                                                std::make_unique<BytesSource>(std::move(answer)));
  return response;
}

}  // namespace

absl::StatusOr<http::Response> AnswerResponse(Answer answer, bool pretty,
                                              std::shared_ptr<const json::Selection> selection) {
  if (auto* operation = std::get_if<service::OperationAnswer>(&answer)) {
    return StreamedResponse(
        std::make_unique<OperationJson>(std::move(*operation), pretty, std::move(selection)));
  }
  if (auto* list = std::get_if<service::ListAnswer>(&answer)) {
    return StreamedResponse(
        std::make_unique<ListJson>(std::move(*list), pretty, std::move(selection)));
  }
  if (auto* bytes = std::get_if<service::BytesAnswer>(&answer)) {
    return BytesResponse(std::move(*bytes));
  }
  if (auto* events = std::get_if<service::EventAnswer>(&answer)) {
    return EventResponse(std::move(*events));
  }
  std::string text;
  json::Append(*std::get<std::unique_ptr<google::protobuf::Message>>(answer),
               {.pretty = pretty, .selection = selection.get()}, text);
  if (pretty) text += '\n';
  return JsonResponse(200, std::move(text));
}

}  // namespace zerotouch::wire
