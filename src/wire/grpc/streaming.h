// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_GRPC_STREAMING_H_
#define ZEROTOUCH_WIRE_GRPC_STREAMING_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "google/protobuf/message.h"
#include "http/http.h"
#include "wire/grpc/message.h"

namespace zerotouch::wire::grpc {

// A streaming call in terms of messages instead of bytes. Only for small messages,
// as those of health and reflection.
class StreamingCall : public http::StreamingCall {
 public:
  // How messages are packed.
  struct Encodings {
    std::string_view request;   // the request's grpc-encoding field
    bool accepts_gzip = false;  // for the answer
  };

  explicit StreamingCall(const Encodings& encodings)
      : encoding_(encodings.request), accepts_gzip_(encodings.accepts_gzip) {}

  http::Headers Header() const override;
  bool Next(const Input& input, std::string& out) override;
  bool HasMore() const override { return has_more_; }
  http::Headers Trailers() override;

 protected:
  // Answers a message of the request. An error ends the call.
  virtual absl::Status OnMessage(std::string_view message, std::string& out) = 0;
  // Called after the messages that arrived, and after InputTimeout without any.
  virtual void OnQuiet(const Input&, std::string&) {}
  // Returns true if the call goes on after its request has ended.
  virtual bool OutlastsRequest() const { return false; }

  // Frames `message` as part of the answer.
  void Send(const google::protobuf::Message& message, std::string& out) const {
    AppendMessage(message, accepts_gzip_, out);
  }

 private:
  // Answers messages until there are no more, or `out` has kMostOutBytes.
  absl::Status TakeMessages(const Input& input, std::string& out);

  const std::string encoding_;
  const bool accepts_gzip_;
  std::string pending_;  // messages that are not answered, and the beginning of one
  bool ended_ = false;   // the request has no more bytes than `pending_`
  bool has_more_ = false;
  absl::Status status_;
};

}  // namespace zerotouch::wire::grpc

#endif  // ZEROTOUCH_WIRE_GRPC_STREAMING_H_
