// SPDX-License-Identifier: Apache-2.0
#include "http/request_body.h"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "base/ascii.h"
#include "http/gzip.h"

namespace zerotouch::http {
namespace {

bool IsGzip(std::string_view coding) {
  return EqualIgnoringCase(coding, "gzip") || EqualIgnoringCase(coding, "x-gzip");
}

auto CountOf(std::string_view name, const Headers& headers) {
  return std::count_if(headers.begin(), headers.end(),
                       [&](const auto& field) { return EqualIgnoringCase(field.first, name); });
}

// Inflates the body of `request`.
std::optional<Fault> Decode(Request& request, const ServerOptions& options) {
  const size_t compressed = request.body.size();
  std::string inflated;
  const std::optional<Fault> fault = Gunzip(
      request.body, BodyLimit(request, options),
      [&](size_t bytes) { return request.hold(compressed + bytes); }, inflated);
  if (fault.has_value()) return fault;
  request.body = std::move(inflated);
  // Cannot fail, because it is less than before.
  static_cast<void>(request.hold(request.body.size()));
  return std::nullopt;
}

}  // namespace

std::optional<Fault> CheckHeader(const Request& header, uint64_t declared,
                                 const ServerOptions& options) {
  if (header.target.size() > options.url_bytes) return UrlTooLong(options.url_bytes);
  const std::string_view coding = header.headers.Get("Content-Encoding");
  if (!coding.empty() && !IsGzip(coding) && !EqualIgnoringCase(coding, "identity")) {
    return UnsupportedContentCoding();
  }
  // A proxy in front could choose the other one.
  if (CountOf("Authorization", header.headers) > 1) {
    return Malformed("The request has more than one Authorization header.");
  }
  if (declared > options.body_bytes) return BodyTooLarge(options.body_bytes);
  return std::nullopt;
}

size_t BodyLimit(const Request& request, const ServerOptions& options) {
  return std::min(request.body_limit, options.body_bytes);
}

void DecodeAndServe(Request request, const ServerOptions& options, Handler& handler,
                    Executors& executors, Done done) {
  if (request.body.empty() || !IsGzip(request.headers.Get("Content-Encoding"))) {
    handler.Serve(std::move(request), executors, std::move(done));
    return;
  }
  executors.Post([request = std::move(request), &options, &handler, &executors,
                  done = std::move(done)]() mutable {
    std::optional<Fault> fault;
    try {
      fault = Decode(request, options);
    } catch (const std::bad_alloc&) {
      fault = TooBusy("memory");
    }
    if (fault.has_value()) return std::move(done)(handler.RenderFault(*fault, request));
    handler.Serve(std::move(request), executors, std::move(done));
  });
}

}  // namespace zerotouch::http
