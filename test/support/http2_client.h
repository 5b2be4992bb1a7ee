// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_HTTP2_CLIENT_H_
#define ZEROTOUCH_TEST_SUPPORT_HTTP2_CLIENT_H_

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/socket_client.h"

// An HTTP/2 client for tests, on libnghttp2.
namespace zerotouch::test {

using Fields = std::vector<std::pair<std::string, std::string>>;

class Http2Client {
 public:
  // The part of an answer received so far.
  struct Answer {
    int status = 0;
    Fields header;
    Fields trailers;
    std::string body;
    bool continued = false;  // 100 was received
    bool closed = false;
    uint32_t reset = 0;  // error code of its end
    std::string Field(const std::string& name) const { return Find(header, name); }
    std::string Trailer(const std::string& name) const { return Find(trailers, name); }

   private:
    static std::string Find(const Fields& fields, const std::string& name) {
      for (const auto& [key, value] : fields) {
        if (key == name) return value;
      }
      return "";
    }
  };

  // In clear text.
  explicit Http2Client(uint16_t port, int receive_buffer_bytes = 0)
      : Http2Client(std::make_unique<SocketClient>(port, receive_buffer_bytes)) {}
  // On a connection that was not used yet.
  explicit Http2Client(std::unique_ptr<SocketClient> socket) : socket_(std::move(socket)) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, OnHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, OnData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, OnClose);
    nghttp2_option* option = nullptr;
    nghttp2_option_new(&option);
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_session_client_new2(&session_, callbacks, this, option);
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, 1 << 30);
  }
  ~Http2Client() { nghttp2_session_del(session_); }
  Http2Client(const Http2Client&) = delete;
  Http2Client& operator=(const Http2Client&) = delete;

  // Sends a request. Unless `ends`, Append continues its body.
  int32_t Ask(const std::string& method, const std::string& path, Fields fields = {},
              std::string body = "", bool ends = true) {
    fields.insert(
        fields.begin(),
        {{":method", method}, {":scheme", "http"}, {":authority", "localhost"}, {":path", path}});
    const std::vector<nghttp2_nv> list = ListOf(fields);
    nghttp2_data_provider provider = {};
    provider.read_callback = ReadBody;
    const bool has_body = !body.empty() || !ends;
    const int32_t stream = nghttp2_submit_request(session_, nullptr, list.data(), list.size(),
                                                  has_body ? &provider : nullptr, nullptr);
    bodies_[stream] = {std::move(body), 0, ends};
    Flush();
    return stream;
  }

  void Append(int32_t stream, const std::string& bytes, bool ends) {
    bodies_[stream].text += bytes;
    bodies_[stream].ends = ends;
    nghttp2_session_resume_data(session_, stream);
    Flush();
  }

  // Ends a request's body with trailers.
  void SendTrailers(int32_t stream, Fields fields) {
    const std::vector<nghttp2_nv> list = ListOf(fields);
    nghttp2_submit_trailer(session_, stream, list.data(), list.size());
    Flush();
  }

  void Cancel(int32_t stream) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream, NGHTTP2_CANCEL);
    Flush();
  }

  void Ping() {
    nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
    Flush();
  }

  // Sets whether windows are opened again as answers arrive.
  void SetReading(bool reading) { reading_ = reading; }

  // Receives until `enough` returns true or the connection ends.
  template <class Enough>
  bool Until(Enough enough) {
    Flush();
    while (!enough()) {
      const std::string bytes = socket_->Receive();
      if (bytes.empty()) {
        ended_ = true;
        return enough();
      }
      nghttp2_session_mem_recv(session_, reinterpret_cast<const uint8_t*>(bytes.data()),
                               bytes.size());
      Flush();
    }
    return true;
  }

  // Waits for the complete answer.
  Answer Await(int32_t stream) {
    Until([&] { return answers_[stream].closed; });
    return answers_[stream];
  }
  Answer Get(const std::string& path) { return Await(Ask("GET", path)); }

  // Returns the part received so far.
  Answer& answer(int32_t stream) { return answers_[stream]; }
  std::optional<uint32_t> goaway() const { return goaway_; }
  int pongs() const { return pongs_; }
  int pings() const { return pings_; }
  bool ended() const { return ended_; }
  // Returns the size of the server's table of repeated fields (RFC 7541 section 4.1).
  size_t TableBytes() const { return nghttp2_session_get_hd_inflate_dynamic_table_size(session_); }
  SocketClient& socket() { return *socket_; }

 private:
  struct Body {
    std::string text;
    size_t sent = 0;
    bool ends = true;
  };

  // The list refers to the text of `fields`.
  static std::vector<nghttp2_nv> ListOf(Fields& fields) {
    std::vector<nghttp2_nv> list;
    for (auto& [name, value] : fields) {
      list.push_back({reinterpret_cast<uint8_t*>(name.data()),
                      reinterpret_cast<uint8_t*>(value.data()), name.size(), value.size(),
                      NGHTTP2_NV_FLAG_NONE});
    }
    return list;
  }

  static Http2Client& Self(void* user) { return *static_cast<Http2Client*>(user); }

  static int OnHeader(nghttp2_session*, const nghttp2_frame* frame, const uint8_t* name,
                      size_t name_size, const uint8_t* value, size_t value_size, uint8_t,
                      void* user) {
    Answer& answer = Self(user).answers_[frame->hd.stream_id];
    std::string key(reinterpret_cast<const char*>(name), name_size);
    std::string text(reinterpret_cast<const char*>(value), value_size);
    if (key == ":status" && text == "100") {
      answer.continued = true;
    } else if (key == ":status") {
      answer.status = std::atoi(text.c_str());
    } else {
      const bool trailer = frame->headers.cat == NGHTTP2_HCAT_HEADERS && !answer.continued;
      (trailer ? answer.trailers : answer.header).emplace_back(std::move(key), std::move(text));
    }
    return 0;
  }

  static int OnData(nghttp2_session* session, uint8_t, int32_t stream, const uint8_t* data,
                    size_t size, void* user) {
    Http2Client& self = Self(user);
    self.answers_[stream].body.append(reinterpret_cast<const char*>(data), size);
    nghttp2_session_consume_connection(session, size);
    if (self.reading_) nghttp2_session_consume_stream(session, stream, size);
    return 0;
  }

  static int OnFrame(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Client& self = Self(user);
    if (frame->hd.type == NGHTTP2_GOAWAY) self.goaway_ = frame->goaway.error_code;
    if (frame->hd.type == NGHTTP2_PING) {
      ++((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0 ? self.pongs_ : self.pings_);
    }
    return 0;
  }

  static int OnClose(nghttp2_session*, int32_t stream, uint32_t error, void* user) {
    Self(user).answers_[stream].closed = true;
    Self(user).answers_[stream].reset = error;
    return 0;
  }

  static ssize_t ReadBody(nghttp2_session*, int32_t stream, uint8_t* room, size_t size,
                          uint32_t* flags, nghttp2_data_source*, void* user) {
    Body& body = Self(user).bodies_[stream];
    const size_t count = std::min(size, body.text.size() - body.sent);
    std::copy_n(body.text.data() + body.sent, count, room);
    body.sent += count;
    if (body.sent < body.text.size()) return static_cast<ssize_t>(count);
    if (body.ends) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return count == 0 && !body.ends ? static_cast<ssize_t>(NGHTTP2_ERR_DEFERRED)
                                    : static_cast<ssize_t>(count);
  }

  void Flush() {
    std::string out;
    const uint8_t* data = nullptr;
    for (ssize_t size = nghttp2_session_mem_send(session_, &data); size > 0;
         size = nghttp2_session_mem_send(session_, &data)) {
      out.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
      if (out.size() < (size_t{1} << 20)) continue;
      socket_->Send(out);
      out.clear();
    }
    socket_->Send(out);
  }

  const std::unique_ptr<SocketClient> socket_;
  nghttp2_session* session_ = nullptr;
  std::map<int32_t, Body> bodies_;
  std::map<int32_t, Answer> answers_;
  std::optional<uint32_t> goaway_;
  int pongs_ = 0;
  int pings_ = 0;
  bool reading_ = true;
  bool ended_ = false;
};

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_HTTP2_CLIENT_H_
