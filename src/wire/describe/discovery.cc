// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/discovery.h"

#include <fmt/format.h>

#include <utility>

#include "errors/errors.h"
#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/describe/discovery_document.h"
#include "wire/rest/error_json.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {

void DiscoveryDocuments::SetRootUrl(const RouteTable& routes, std::string url) {
  url += '/';
  const std::vector<ApiMethod> methods = DescribeMethods(routes);
  const ApiComments comments;
  auto texts = std::make_shared<Texts>();
  texts->discovery = DiscoveryDocument(methods, comments, url).ToText();
  texts->openapi = OpenApiDocument(methods, comments, url).ToText();
  const MutexLock lock(mutex_);
  texts_ = std::move(texts);
}

http::Response DiscoveryDocuments::Answer(std::string_view path, const Query& query) const {
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
  return JsonResponse(200, path == kPaths[0] ? texts->discovery : texts->openapi);
}

}  // namespace zerotouch::wire
