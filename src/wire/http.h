#ifndef ZEROTOUCH_WIRE_HTTP_H_
#define ZEROTOUCH_WIRE_HTTP_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// What a request and an answer are to everything above the transports: nothing
// here knows of sockets, Beast or HTTP/2.
namespace zerotouch::wire {

// Whether two texts are the same but for the case of their ASCII letters.
bool EqualWithoutCase(std::string_view a, std::string_view b);

// Header fields in the order of the wire. Names compare without case.
class Headers {
 public:
  void Add(std::string name, std::string value);
  // In place of all of that name.
  void Set(std::string name, std::string value);
  // The first value of that name; empty if there is none.
  std::string_view Get(std::string_view name) const;
  bool Has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method;   // "GET", as received
  std::string target;   // path and query as received, percent-encoded
  Headers headers;
  std::string body;     // decoded from chunks and gzip; empty until it was read
  std::string request_id;  // made by the server; 16 hexadecimal digits
};

// An answer's body made piece by piece while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece, some 100 kB, to `out`. False at the end. An error
  // cuts the connection: the status line has gone out. Runs on a worker thread.
  virtual absl::StatusOr<bool> Next(std::string& out) = 0;
};

struct HttpResponse {
  int status = 200;
  Headers headers;                     // without Content-Length, Connection, Date
  std::string body;                    // used when there is no stream
  std::unique_ptr<BodySource> stream;  // sent chunked
};

// What the server calls for each request, on worker threads, many at a time.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Sees the header before the body is read. An answer refuses the request
  // there and then, so that a stranger cannot make the server read 64 MiB.
  virtual std::optional<HttpResponse> RefuseEarly(const HttpRequest& header) = 0;

  // Answers a whole request. Never throws.
  virtual HttpResponse Handle(HttpRequest request) = 0;

  // Renders an error that the transport itself found (too large, malformed).
  virtual HttpResponse RenderError(const absl::Status& status) = 0;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_HTTP_H_
