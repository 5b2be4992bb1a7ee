// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/discovery.h"

#include <fmt/format.h>

#include <utility>

#include "errors/errors.h"
#include "http/content_coding.h"
#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/describe/discovery_document.h"
#include "wire/rest/error_json.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {

DiscoveryDocuments::Document::Document(std::string text) {
  http::Response compressed;
  compressed.body = text;
  http::CompressAnswer(compressed);
  gzip = std::make_shared<const std::string>(std::move(compressed.body));
  plain = std::make_shared<const std::string>(std::move(text));
}

void DiscoveryDocuments::SetRootUrl(const RouteTable& routes, std::string url) {
  url += '/';
  const std::vector<ApiMethod> methods = DescribeMethods(routes);
  const ApiComments comments;
  auto texts = std::make_shared<const Texts>(
      Texts{.discovery = Document(DiscoveryDocument(methods, comments, url).ToText()),
            .openapi = Document(OpenApiDocument(methods, comments, url).ToText())});
  const MutexLock lock(mutex_);
  texts_ = std::move(texts);
}

http::Response DiscoveryDocuments::Answer(std::string_view path, const Query& query,
                                          bool gzip) const {
  for (const QueryParameter& parameter : query.parameters) {
    if (parameter.name == "version" && parameter.value != "v1") {
      return ErrorResponse(errors::BadRequest({{"version", "Invalid version: use v1."}}),
                           query.pretty, query.error_format);
    }
  }
  std::shared_ptr<const Texts> texts;
  {
    const MutexLock lock(mutex_);
    texts = texts_;
  }
  if (texts == nullptr) {
    return ErrorResponse(errors::Unavailable("it is starting"), query.pretty, query.error_format);
  }
  const Document& document = path == kPaths[0] ? texts->discovery : texts->openapi;
  http::Response response = JsonResponse(200, "");
  response.shared_body = gzip ? document.gzip : document.plain;
  if (gzip) response.headers.Add("Content-Encoding", "gzip");
  return response;
}

}  // namespace zerotouch::wire
