#ifndef ZEROTOUCH_WIRE_HTTP_H_
#define ZEROTOUCH_WIRE_HTTP_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

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
  std::string method;  // "GET", as received
  std::string target;  // path and query as received, percent-encoded
  Headers headers;
  std::string body;        // decoded from chunks and gzip; empty until it was read
  std::string request_id;  // made by the server; 16 hexadecimal digits
  bool trailers = false;   // whether the answer may have trailers: over HTTP/2
  bool batched = false;    // whether it came as a part of a POST /batch
  // Asks leave for the body, as it is unpacked, to hold this many bytes in all.
  // Empty if nobody counts.
  std::function<bool(uint64_t)> hold;
};

// An answer's body made piece by piece while it is sent.
class BodySource {
 public:
  virtual ~BodySource() = default;
  // Appends the next piece, some 100 kB, to `out`. False at the end. An error
  // cuts the answer: its status has gone out. Runs on a worker thread.
  virtual absl::StatusOr<bool> Next(std::string& out) = 0;
  // What comes after the body, once Next has said that this is over. Sent to
  // requests with `trailers` alone.
  virtual Headers Trailers() { return {}; }
};

// A call in which both sides speak at once, as in gRPC's streaming methods: its
// answer has begun, with status 200, before its request ends. For one thread at
// a time.
class Exchange {
 public:
  struct Input {
    std::string_view bytes;  // what came of the request since the last time
    bool ended = false;      // nothing more will come
    bool stopping = false;   // the server is about to stop: come to an end
  };

  virtual ~Exchange() = default;
  virtual Headers Header() const = 0;
  // Appends to `out` what is to be sent now, 100 kB or so at most. False once
  // the answer is over but for its trailers. Runs on a worker thread.
  virtual bool Next(const Input& input, std::string& out) = 0;
  virtual Headers Trailers() = 0;
  // How soon Next wants to be called though nothing came.
  virtual absl::Duration Patience() const { return absl::InfiniteDuration(); }
};

struct HttpResponse {
  int status = 200;
  Headers headers;                     // without Content-Length, Connection, Date
  std::string body;                    // used when there is no stream
  Headers trailers;                    // after the body; for requests with `trailers` alone
  std::unique_ptr<BodySource> stream;  // of a length that is not known ahead
};

// What the server calls for each request, on worker threads, many at a time,
// unless a function says otherwise.
class HttpHandler {
 public:
  virtual ~HttpHandler() = default;

  // Sees the header before the body is read. An answer refuses the request
  // there and then, so that a stranger cannot make the server read 64 MiB. Not
  // asked when nothing is left to read: Handle refuses the same.
  virtual std::optional<HttpResponse> RefuseEarly(const HttpRequest& header) = 0;

  // Answers a whole request. Never throws.
  virtual HttpResponse Handle(HttpRequest request) = 0;

  // Renders an error that the transport itself found (too large, malformed), in
  // the form that suits a request of this header, which is empty if none could
  // be read. Quick: may be called on the event loop.
  virtual HttpResponse RenderError(const absl::Status& status, const HttpRequest& header) = 0;

  // The exchange that answers this request; nullptr if Handle does. Asked for
  // requests with `trailers` that RefuseEarly let pass. Quick, as RenderError.
  virtual std::unique_ptr<Exchange> Open(const HttpRequest&) { return nullptr; }

  // How long the caller waits for the answer; past that it gets
  // errors::DeadlineExceeded. Quick, as RenderError.
  virtual absl::Duration TimeLimit(const HttpRequest&) { return absl::InfiniteDuration(); }
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_HTTP_H_
