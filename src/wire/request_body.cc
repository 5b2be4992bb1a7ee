#include "wire/request_body.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "model/errors.h"
#include "wire/gzip.h"

namespace zerotouch::wire {
namespace {

bool IsGzip(std::string_view coding) {
  return EqualWithoutCase(coding, "gzip") || EqualWithoutCase(coding, "x-gzip");
}

auto CountOf(std::string_view name, const Headers& headers) {
  return std::count_if(headers.all().begin(), headers.all().end(),
                       [&](const auto& field) { return EqualWithoutCase(field.first, name); });
}

absl::Status Decode(HttpRequest& request, const ServerOptions& options) {
  if (!IsGzip(request.headers.Get("Content-Encoding"))) return absl::OkStatus();
  const size_t compressed = request.body.size();
  ZT_ASSIGN_OR_RETURN(request.body, Gunzip(request.body, options.body_bytes, [&](size_t bytes) {
                        return request.hold(compressed + bytes);
                      }));
  // Only less than before: this cannot be refused.
  static_cast<void>(request.hold(request.body.size()));
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckHeader(const HttpRequest& header, uint64_t declared,
                         const ServerOptions& options) {
  if (header.target.size() > options.url_bytes) return errors::UrlTooLong(options.url_bytes);
  const std::string_view coding = header.headers.Get("Content-Encoding");
  if (!coding.empty() && !IsGzip(coding) && !EqualWithoutCase(coding, "identity")) {
    return errors::UnsupportedContentCoding();
  }
  // Which of two counts is for the sender to say, not for whoever stands between.
  if (CountOf("Authorization", header.headers) > 1) {
    return errors::BadRequest({{"", "The request has more than one Authorization header."}});
  }
  if (declared > options.body_bytes) return errors::BodyTooLarge(options.body_bytes);
  return absl::OkStatus();
}

HttpResponse DecodeAndHandle(HttpRequest request, const ServerOptions& options,
                             HttpHandler& handler) {
  const absl::Status decoded = Decode(request, options);
  return decoded.ok() ? handler.Handle(std::move(request)) : handler.RenderError(decoded, request);
}

}  // namespace zerotouch::wire
