// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_
#define ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/asio.h"
#include "http/connection.h"
#include "http/http2/session.h"
#include "http/http2/stream.h"
#include "http/http2/tasks.h"

namespace zerotouch::http::http2 {

// Serves the requests of one HTTP/2 connection side by side: passes them from the
// session to the handler. Used on the event loop's thread.
class Requests final : public SessionEvents {
 public:
  // Calls `wake_writer` when the session has something to send.
  Requests(const ServerContext& context, Peer& peer, const Executor& executor, Tasks& tasks,
           std::function<void()> wake_writer)
      : context_(context),
        peer_(peer),
        executor_(executor),
        tasks_(tasks),
        wake_writer_(std::move(wake_writer)) {}

  // Must be called first. The session must outlive the tasks.
  void SetSession(Session& session) { session_ = &session; }

  bool empty() const { return streams_.empty(); }
  // Returns true once there was a request.
  bool any() const { return any_; }
  // Serves the requests that the session has reported since the last call. Called when
  // the session has processed what was received with their headers.
  void StartNew();
  // Resets the requests whose client exceeded a timeout.
  void CheckTimeouts(SteadyTime now);
  // Ends the streaming calls. Other requests end by themselves.
  void Stop();
  // Handles the end of the client's input. The client still reads.
  void EndInput();
  // Resets the requests whose answers the session cannot send. Called after EndInput:
  // a client that has finished sending opens no window any more. Returns true if there were any.
  bool CutBlocked();
  // Drops all requests, because the connection is closed.
  void AbandonAll();

  void OnRequest(int32_t id, Request header, bool too_large) override;
  void OnBody(int32_t id, std::string_view bytes) override;
  void OnTrailersTooLarge(int32_t id) override;
  void OnRequestEnd(int32_t id) override;
  void OnClosed(int32_t id) override;
  Part NextPart(int32_t id, std::span<char> room) override;

 private:
  using StreamPtr = std::shared_ptr<Stream>;

  Stream* Find(int32_t id);
  void Abandon(Stream& stream);
  void Cut(Stream& stream, ErrorCode error);
  void StartDeadline(const StreamPtr& stream);
  void OnDeadline(Stream& stream);
  bool HasTimedOut(Stream& stream, SteadyTime now) const;
  bool GrowBody(Stream& stream, size_t size);

  // Receives the body of a request, and serves it.
  Awaitable<void> Receive(StreamPtr stream);
  // Serves a request of which the header is complete, and the body unless it is
  // received first.
  void Start(const StreamPtr& stream);
  // Returns why a request is refused for its header alone.
  std::optional<Fault> CheckHead(Stream& stream);
  // Returns an answer if the handler refuses the request without its body.
  Awaitable<std::optional<Response>> RefuseEarly(Stream& stream);
  // Waits for the complete body, or for a fault, and serves the request.
  Awaitable<void> ReceiveBody(StreamPtr stream);
  // Waits for the end of the body, or for a fault.
  Awaitable<void> AwaitEnd(Stream& stream);
  // Passes a complete request to the handler.
  void Serve(StreamPtr stream);
  void OnAnswer(const StreamPtr& stream, Response response);
  Awaitable<void> SendSource(StreamPtr stream, std::unique_ptr<BodySource> source);
  Awaitable<void> RunStreamingCall(StreamPtr stream, std::unique_ptr<StreamingCall> call);
  Awaitable<bool> StepStreamingCall(Stream& stream, StreamingCall& call);

  // Sends the header. The body is read from `stream.out`.
  void StartAnswer(Stream& stream, int status, Headers headers, bool has_body);
  void AnswerWith(Stream& stream, Response response);
  void AppendOut(Stream& stream, std::string_view piece);
  Response Render(const Stream& stream, const Fault& fault) {
    return context_.handler.RenderFault(fault, stream.header);
  }

  const ServerContext& context_;
  Peer& peer_;
  const Executor executor_;
  Tasks& tasks_;
  const std::function<void()> wake_writer_;
  Session* session_ = nullptr;
  std::map<int32_t, StreamPtr> streams_;  // open in the session
  std::vector<StreamPtr> new_;            // reported, and not started yet
  bool any_ = false;
  bool stopping_ = false;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_
