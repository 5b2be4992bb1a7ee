// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_
#define ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "http/connection.h"
#include "http/http2/session.h"
#include "http/http2/stream.h"
#include "http/http2/tasks.h"

namespace zerotouch::http::http2 {

// Serves the requests of one HTTP/2 connection, each in a coroutine: passes them
// from the session to the handler. Used on the event loop's thread.
class Requests final : public SessionEvents {
 public:
  // Calls `wake_writer` when the session has something to send.
  Requests(const ServerContext& context, const boost::asio::any_io_executor& executor, Tasks& tasks,
           std::function<void()> wake_writer)
      : context_(context),
        executor_(executor),
        tasks_(tasks),
        wake_writer_(std::move(wake_writer)) {}

  // Must be called first. The session must outlive the tasks.
  void SetSession(Session& session) { session_ = &session; }

  bool empty() const { return streams_.empty(); }
  // Resets the requests whose client exceeded a timeout.
  void CheckTimeouts(SteadyTime now);
  // Ends the streaming calls. Other requests end by themselves.
  void Stop();
  // Handles the end of the client's input. The client still reads.
  void EndInput();
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
  bool HasTimedOut(const Stream& stream, SteadyTime now) const;

  boost::asio::awaitable<void> Serve(StreamPtr stream);
  // Returns an answer if the request is refused without its body.
  boost::asio::awaitable<std::optional<Response>> Refuse(Stream& stream);
  // Waits for the complete body, or for a fault.
  boost::asio::awaitable<void> ReceiveBody(Stream& stream);
  boost::asio::awaitable<Response> Handle(Stream& stream);
  boost::asio::awaitable<void> SendSource(Stream& stream, BodySource& source);
  boost::asio::awaitable<void> RunStreamingCall(Stream& stream, StreamingCall& call);
  boost::asio::awaitable<bool> StepStreamingCall(Stream& stream, StreamingCall& call);

  // Sends the header. The body is read from `stream.out`.
  void StartAnswer(Stream& stream, int status, Headers headers, bool has_body);
  void AnswerWith(Stream& stream, Response response);
  void AppendOut(Stream& stream, std::string_view piece);
  Response Render(const Stream& stream, const Fault& fault) {
    return context_.handler.RenderFault(fault, stream.header);
  }

  const ServerContext& context_;
  const boost::asio::any_io_executor executor_;
  Tasks& tasks_;
  const std::function<void()> wake_writer_;
  Session* session_ = nullptr;
  std::map<int32_t, StreamPtr> streams_;  // open in the session
  bool stopping_ = false;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_
