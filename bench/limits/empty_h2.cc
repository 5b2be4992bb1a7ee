// SPDX-License-Identifier: Apache-2.0
// The limit of small gRPC calls: answers every request with an empty message, on one
// thread, by nghttp2's own functions. Prints its port when it is ready.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <string>

namespace {

constexpr size_t kMessageBytes = 5;  // an empty message with its head

nghttp2_nv Field(const char* name, const char* value) {
  const auto bytes = [](const char* text) {
    return reinterpret_cast<uint8_t*>(const_cast<char*>(text));
  };
  return {bytes(name), bytes(value), std::strlen(name), std::strlen(value),
          NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
}

ssize_t ReadMessage(nghttp2_session* session, int32_t stream, uint8_t* out, size_t, uint32_t* flags,
                    nghttp2_data_source*, void*) {
  std::memset(out, 0, kMessageBytes);
  *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
  const nghttp2_nv trailers[] = {Field("grpc-status", "0")};
  nghttp2_submit_trailer(session, stream, trailers, std::size(trailers));
  return kMessageBytes;
}

int OnFrame(nghttp2_session* session, const nghttp2_frame* frame, void*) {
  if ((frame->hd.type != NGHTTP2_HEADERS && frame->hd.type != NGHTTP2_DATA) ||
      (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) {
    return 0;
  }
  const nghttp2_nv fields[] = {Field(":status", "200"), Field("content-type", "application/grpc")};
  nghttp2_data_provider body = {};
  body.read_callback = ReadMessage;
  return nghttp2_submit_response(session, frame->hd.stream_id, fields, std::size(fields), &body);
}

// A connection; deletes itself when the client has closed.
class Peer {
 public:
  Peer(int socket, nghttp2_session_callbacks* callbacks) : socket_(socket) {
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, nullptr, 0);
    Send();
  }
  ~Peer() {
    nghttp2_session_del(session_);
    close(socket_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void OnReadable() {
    uint8_t piece[16'384];
    const ssize_t got = recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
    if (got <= 0 || nghttp2_session_mem_recv(session_, piece, static_cast<size_t>(got)) < 0 ||
        !Send()) {
      delete this;
    }
  }

 private:
  bool Send() {
    out_.clear();
    const uint8_t* data = nullptr;
    ssize_t size = 0;
    while ((size = nghttp2_session_mem_send(session_, &data)) > 0) {
      out_.append(reinterpret_cast<const char*>(data), static_cast<size_t>(size));
    }
    return out_.empty() || send(socket_, out_.data(), out_.size(), MSG_NOSIGNAL) ==
                               static_cast<ssize_t>(out_.size());
  }

  const int socket_;
  nghttp2_session* session_ = nullptr;
  std::string out_;
};

int Listen() {
  const int listening = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listening, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listening, 1'024) != 0) {
    std::abort();
  }
  socklen_t size = sizeof address;
  getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("%d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  return listening;
}

}  // namespace

int main() {
  nghttp2_session_callbacks* callbacks = nullptr;
  nghttp2_session_callbacks_new(&callbacks);
  nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, OnFrame);
  const int listening = Listen();
  const int loop = epoll_create1(0);
  epoll_event event = {.events = EPOLLIN, .data = {.ptr = nullptr}};
  epoll_ctl(loop, EPOLL_CTL_ADD, listening, &event);
  while (true) {
    epoll_event events[64];
    const int count = epoll_wait(loop, events, static_cast<int>(std::size(events)), -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr != nullptr) {
        static_cast<Peer*>(events[i].data.ptr)->OnReadable();
        continue;
      }
      const int client = accept(listening, nullptr, nullptr);
      if (client < 0) continue;
      const int on = 1;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      event.data.ptr = new Peer(client, callbacks);
      epoll_ctl(loop, EPOLL_CTL_ADD, client, &event);
    }
  }
}
