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

// The requests of one HTTP/2 connection, each served by a coroutine, between
// the session and the handler. On the event loop's thread.
class Requests final : public SessionEvents {
 public:
  // `wake_writer` is called when the session has something to send.
  Requests(const Serving& serving, const boost::asio::any_io_executor& executor, Tasks& tasks,
           std::function<void()> wake_writer)
      : serving_(serving),
        executor_(executor),
        tasks_(tasks),
        wake_writer_(std::move(wake_writer)) {}

  // Before anything else. The session must outlive the tasks.
  void SetSession(Session& session) { session_ = &session; }

  bool empty() const { return streams_.empty(); }
  // Cuts the requests whose client has let its time go by.
  void CheckTimes(SteadyTime now);
  // Brings exchanges to their end; all other requests end by themselves.
  void Stop();
  // Nothing more will come from the client, which still listens.
  void EndInput();
  // The connection is gone: nobody wants an answer any more.
  void AbandonAll();

  void OnRequest(int32_t id, Request header, bool too_large) override;
  void OnBody(int32_t id, std::string_view bytes) override;
  void OnRequestEnd(int32_t id) override;
  void OnClosed(int32_t id) override;
  Part NextPart(int32_t id, std::span<char> room) override;

 private:
  using StreamPtr = std::shared_ptr<Stream>;

  Stream* Find(int32_t id);
  void Abandon(Stream& stream);
  void Cut(Stream& stream, ErrorCode error);
  void SetDue(const StreamPtr& stream);
  void OnDue(Stream& stream);
  bool IsLate(const Stream& stream, SteadyTime now) const;

  boost::asio::awaitable<void> Serve(StreamPtr stream);
  // The answer if the request is refused from its header.
  boost::asio::awaitable<std::optional<Response>> Refuse(Stream& stream);
  // Waits for the whole body, or the reason why it is not taken.
  boost::asio::awaitable<void> ReceiveBody(Stream& stream);
  boost::asio::awaitable<Response> Handle(Stream& stream);
  boost::asio::awaitable<void> SendSource(Stream& stream, BodySource& source);
  boost::asio::awaitable<void> Converse(Stream& stream, StreamingCall& exchange);
  boost::asio::awaitable<bool> AskStreamingCall(Stream& stream, StreamingCall& exchange);

  // Sends the header; the body is what `stream.out` gets.
  void StartAnswer(Stream& stream, int status, Headers headers, bool has_body);
  void AnswerWith(Stream& stream, Response response);
  void AppendOut(Stream& stream, std::string_view piece);
  Response Render(const Stream& stream, const Fault& fault) {
    return serving_.handler.RenderFault(fault, stream.header);
  }

  const Serving& serving_;
  const boost::asio::any_io_executor executor_;
  Tasks& tasks_;
  const std::function<void()> wake_writer_;
  Session* session_ = nullptr;
  std::map<int32_t, StreamPtr> streams_;  // those that are not over for the session
  bool stopping_ = false;
};

}  // namespace zerotouch::http::http2

#endif  // ZEROTOUCH_HTTP_HTTP2_REQUESTS_H_
