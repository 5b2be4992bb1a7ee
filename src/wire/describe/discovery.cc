// SPDX-License-Identifier: Apache-2.0
#include "wire/describe/discovery.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "errors/errors.h"
#include "http/content_coding.h"
#include "wire/describe/api_comments.h"
#include "wire/describe/api_surface.h"
#include "wire/describe/discovery_document.h"
#include "wire/rest/error_json.h"
#include "wire/rest/responses.h"

namespace zerotouch::wire {

namespace {

// Google's API, and our own packages.
const OpenApiInfo kPackages[] = {
    {"Android Device Provisioning Partner API",
     "Zero-touch enrolment of Android devices, by OpenZeroTouch.", "v1"},
    {"OpenZeroTouch", "What OpenZeroTouch adds to the Android Device Provisioning Partner API.",
     "openzerotouch.v1"},
    {"OpenZeroTouch sandbox", "The controls of zerotouchd sandbox.", "openzerotouch.sandbox.v1",
     /*needs_credentials=*/false},
};

constexpr std::string_view kGoogles = "v1";

}  // namespace

DiscoveryDocuments::Document::Document(std::string text) {
  http::Response compressed;
  compressed.body = text;
  http::CompressAnswer(compressed);
  gzip = std::make_shared<const std::string>(std::move(compressed.body));
  plain = std::make_shared<const std::string>(std::move(text));
}

void DiscoveryDocuments::SetRootUrl(const RouteTable& routes, std::string url) {
  url += '/';
  const ApiComments comments;
  auto texts = std::make_shared<Texts>(Texts{
      .discovery = Document(DiscoveryDocument(DescribeMethods(routes), comments, url).ToText()),
      .openapi = {}});
  for (const OpenApiInfo& package : kPackages) {
    const std::vector<ApiMethod> methods =
        DescribeMethods(routes, package.version == kGoogles ? "" : package.version);
    if (methods.empty()) continue;
    texts->openapi.emplace(package.version,
                           OpenApiDocument(package, methods, comments, url).ToText());
  }
  const MutexLock lock(mutex_);
  texts_ = std::move(texts);
}

http::Response DiscoveryDocuments::Answer(std::string_view path, const Query& query,
                                          bool gzip) const {
  std::optional<std::string_view> given;
  for (const QueryParameter& parameter : query.parameters) {
    if (parameter.name != "version") continue;
    // Two versions that differ are no version.
    const bool differs = given.has_value() && *given != parameter.value;
    given = differs ? std::string_view() : parameter.value;
  }
  const std::string_view version = given.value_or(kGoogles);
  std::shared_ptr<const Texts> texts;
  {
    const MutexLock lock(mutex_);
    texts = texts_;
  }
  const auto refuse = [&query](const absl::Status& status) {
    return ErrorResponse(status, query.pretty, query.error_format);
  };
  const bool is_google = version == kGoogles;
  if (texts == nullptr && is_google) return refuse(errors::Unavailable("it is starting"));
  const Document* document = texts != nullptr && is_google ? &texts->discovery : nullptr;
  if (texts != nullptr && path == kPaths[1]) {
    const auto found = texts->openapi.find(version);
    document = found != texts->openapi.end() ? &found->second : nullptr;
  }
  if (document == nullptr) {
    return refuse(errors::BadRequest({{"version", "Invalid version: use v1."}}));
  }
  http::Response response = JsonResponse(200, "");
  response.shared_body = gzip ? document->gzip : document->plain;
  if (gzip) response.headers.Add("Content-Encoding", "gzip");
  return response;
}

}  // namespace zerotouch::wire
