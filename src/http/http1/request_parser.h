// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_HTTP_HTTP1_REQUEST_PARSER_H_
#define ZEROTOUCH_HTTP_HTTP1_REQUEST_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/fault.h"
#include "http/http.h"
#include "http/server.h"

namespace zerotouch::http::http1 {

// Parses one HTTP/1.1 request from bytes as they arrive, on Beast's parser (RFC
// 9112). Stricter than Beast, so that no proxy in front sees another end of the
// request. Not thread-safe.
class RequestParser {
 public:
  // Returns false if the body may not grow to so many bytes, which then is a fault.
  using Grow = std::function<bool(uint64_t bytes)>;

  // `request` is filled; it and `options` must outlive the parser.
  static std::unique_ptr<RequestParser> Create(const ServerOptions& options, Request& request);
  virtual ~RequestParser() = default;

  // Parses as much as possible, to the end of the header before the body is begun.
  // Returns how many bytes were used; the rest must come again, with more behind it.
  virtual size_t Parse(std::string_view bytes) = 0;

  // Returns why the request is refused, once Parse has found that.
  virtual const std::optional<Fault>& fault() const = 0;
  // Returns true if what follows the request cannot be found, or must not be
  // believed: the connection ends.
  virtual bool broken() const = 0;
  virtual bool header_done() const = 0;
  virtual bool done() const = 0;

  // The following are known once header_done().
  virtual int version() const = 0;  // 10 or 11
  virtual bool keep_alive() const = 0;
  virtual bool chunked() const = 0;
  virtual uint64_t declared_bytes() const = 0;  // of the body; 0 if unknown

  // Lets the body begin: at most `limit` bytes, and only as long as `grow` allows.
  virtual void ExpectBody(size_t limit, Grow grow) = 0;
};

}  // namespace zerotouch::http::http1

#endif  // ZEROTOUCH_HTTP_HTTP1_REQUEST_PARSER_H_
