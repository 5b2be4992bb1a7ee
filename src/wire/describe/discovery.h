// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_
#define ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/mutex.h"
#include "http/http.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// The documents that describe the API and our own packages, with this server's URL. They are public
// and credentials are ignored, because Google's Python library sends its credentials even if they
// are invalid. Thread-safe.
class DiscoveryDocuments {
 public:
  static constexpr std::string_view kPaths[] = {"/$discovery/rest", "/$discovery/OPENAPI3_0"};

  // Makes the documents. `url` has no slash at its end.
  void SetRootUrl(const RouteTable& routes, std::string url);

  // Returns the document at `path`, one of kPaths, errors::BadRequest if it has no
  // `version` of this name (v1, which is Google's API, or of OpenAPI documents also a
  // package of our own that `routes` has), or errors::Unavailable before SetRootUrl. The answer is
  // compressed if `gzip` is true and it is a document.
  http::Response Answer(std::string_view path, const Query& query, bool gzip = false) const;

 private:
  // A document, which all answers share.
  struct Document {
    explicit Document(std::string text);
    std::shared_ptr<const std::string> plain;
    std::shared_ptr<const std::string> gzip;
  };
  struct Texts {
    Document discovery;
    std::map<std::string, Document, std::less<>> openapi;  // by version
  };

  mutable Mutex mutex_;
  std::shared_ptr<const Texts> texts_ ZT_GUARDED_BY(mutex_);
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_
