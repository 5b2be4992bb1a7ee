// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_TEST_SUPPORT_HTTP1_CLIENT_H_
#define ZEROTOUCH_TEST_SUPPORT_HTTP1_CLIENT_H_

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

#include "support/socket_client.h"

// An HTTP/1.1 client for tests that sees every byte of the answers.
namespace zerotouch::test {

// An answer as a client sees it.
struct ReceivedResponse {
  int status = 0;  // 0 without an answer
  std::string head;
  std::string body;
  bool chunked = false;
  bool whole = false;  // the end of the body was received

  // Returns the value of a header field, or nullopt.
  std::optional<std::string> Field(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return std::nullopt;
    const size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

// Reads answers from a connection, one after the other.
class Reader {
 public:
  explicit Reader(SocketClient& client) : client_(client) {}

  ReceivedResponse Next(bool head_only = false) {
    ReceivedResponse response;
    if (!FillTo([this] { return buffer_.find("\r\n\r\n") != std::string::npos; })) return response;
    const size_t end = buffer_.find("\r\n\r\n") + 4;
    response.head = buffer_.substr(0, end);
    buffer_.erase(0, end);
    response.status = std::atoi(response.head.c_str() + 9);
    if (head_only || response.status == 100) {
      response.whole = true;
    } else if (response.Field("Transfer-Encoding") == "chunked") {
      response.chunked = true;
      TakeChunks(response);
    } else if (const auto length = response.Field("Content-Length")) {
      const auto size = static_cast<size_t>(std::atol(length->c_str()));
      response.whole = FillTo([&] { return buffer_.size() >= size; });
      response.body = buffer_.substr(0, size);
      buffer_.erase(0, size);
    } else {
      response.body = std::exchange(buffer_, {}) + client_.ReceiveAll();
      response.whole = true;
    }
    return response;
  }

  // Returns true if the server has closed and nothing is left to read.
  bool AtEnd() { return buffer_.empty() && client_.Receive().empty(); }

 private:
  template <class Enough>
  bool FillTo(Enough enough) {
    while (!enough()) {
      const std::string piece = client_.Receive();
      if (piece.empty()) return false;
      buffer_ += piece;
    }
    return true;
  }

  void TakeChunks(ReceivedResponse& response) {
    while (FillTo([this] { return buffer_.find("\r\n") != std::string::npos; })) {
      const size_t line = buffer_.find("\r\n");
      const size_t size = std::strtoul(buffer_.c_str(), nullptr, 16);
      if (!FillTo([&] { return buffer_.size() >= line + 2 + size + 2; })) break;
      response.body += buffer_.substr(line + 2, size);
      buffer_.erase(0, line + 2 + size + 2);
      if (size == 0) {
        response.whole = true;
        return;
      }
    }
  }

  SocketClient& client_;
  std::string buffer_;
};

inline std::string Get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

inline std::string Post(const std::string& body, const std::string& fields = "") {
  return "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         fields + "\r\n" + body;
}

}  // namespace zerotouch::test

#endif  // ZEROTOUCH_TEST_SUPPORT_HTTP1_CLIENT_H_
