// SPDX-License-Identifier: Apache-2.0
#include "wire/portal/assets.h"

#include <fmt/format.h>

#include <utility>

#include "base/limits.h"
#include "base/log.h"
#include "http/content_coding.h"
#include "http/gzip.h"

namespace zerotouch::wire {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kAssetFolder = "assets/";

constexpr char kLeftOut[] =
    "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>OpenZeroTouch</title>\n"
    "<p>This build of the server has no portal: it was built without npm. "
    "Install Node.js and build again, or use a released package.</p></html>\n";

}  // namespace

PortalAssets::PortalAssets(std::span<const EmbeddedFile> files) {
  for (const EmbeddedFile& file : files) {
    files_.emplace(file.path, File{.type = file.type,
                                   .digest = file.digest,
                                   .gzip = std::make_shared<const std::string>(file.bytes)});
  }
}

http::Response PortalAssets::Answer(const http::Request& request, const File& file) {
  const bool is_gzip = http::AcceptsGzip(request.headers.Get("Accept-Encoding"));
  const std::string etag = fmt::format("\"{}{}\"", file.digest, is_gzip ? "-gzip" : "");
  http::Response response;
  response.headers.Add("Content-Type", file.type);
  response.headers.Add("Vary", "Accept-Encoding");
  response.headers.Add("ETag", etag);
  if (request.headers.Get("If-None-Match").find(etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  if (is_gzip) {
    response.headers.Add("Content-Encoding", "gzip");
    response.shared_body = file.gzip;
    return response;
  }
  const auto fault = http::Gunzip(
      *file.gzip, limits::kPortalFileBytes, [](size_t) { return true; }, response.body);
  if (fault.has_value()) {
    log::Error("cannot read a file of the portal, which is part of the program");
    response.status = 500;
  }
  return response;
}

http::Response PortalAssets::Index(const http::Request& request) const {
  const auto found = files_.find(kIndex);
  http::Response response;
  if (found != files_.end()) {
    response = Answer(request, found->second);
  } else {
    response.headers.Add("Content-Type", "text/html; charset=utf-8");
    response.body = kLeftOut;
  }
  response.headers.Add("Cache-Control", "no-store");
  return response;
}

std::unique_ptr<http::Response> PortalAssets::Asset(const http::Request& request,
                                                    std::string_view path) const {
  const auto found = path.starts_with(kAssetFolder) ? files_.find(path) : files_.end();
  if (found == files_.end()) return nullptr;
  auto response = std::make_unique<http::Response>(Answer(request, found->second));
  response->headers.Add("Cache-Control", "public, max-age=31536000, immutable");
  return response;
}

}  // namespace zerotouch::wire
