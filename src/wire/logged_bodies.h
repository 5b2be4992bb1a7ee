// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_LOGGED_BODIES_H_
#define ZEROTOUCH_WIRE_LOGGED_BODIES_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "batch/stored_request.h"
#include "google/protobuf/message.h"
#include "http/http.h"
#include "sandbox/call_seam.h"

namespace zerotouch::wire {

// The bodies of a call for the log of a sandbox: the first limits::kLoggedBodyBytes of
// each. A call whose answer is a stream is logged when the stream ends. Not thread-safe.
class LoggedBodies {
 public:
  // Note a body, once. Of a request that is made again the first is kept.
  void NoteRequest(std::string_view body);
  void NoteAnswer(std::string_view body);
  // Watches the stream of the answer, if it has one. `seam` must outlive that.
  void NoteAnswer(const sandbox::CallSeam& seam, http::Response& response);
  // The same for messages of gRPC, and items that were taken from one. Larger ones are left
  // out.
  void NoteRequest(const google::protobuf::Message& message, const batch::PackedItems& items);
  void NoteAnswer(const google::protobuf::Message& message);

  std::string_view answer() const { return answer_.bytes; }

  // Adds the bodies to `call`, and logs it when the answer is complete.
  void Log(const sandbox::CallSeam& seam, std::shared_ptr<sandbox::LoggedCall> call);

 private:
  struct Stream;  // what a streamed answer leaves
  class Watched;

  bool noted_ = false;
  sandbox::LoggedBody request_;
  sandbox::LoggedBody answer_;
  std::shared_ptr<Stream> stream_;
};

// Returns a call for the log with what all transports know of it.
std::shared_ptr<sandbox::LoggedCall> LoggedCallOf(const http::Request& request,
                                                  std::string_view account, absl::Time end,
                                                  absl::Duration took,
                                                  const sandbox::FaultPlan* plan);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_LOGGED_BODIES_H_
