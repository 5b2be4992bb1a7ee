// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_
#define ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "http/http.h"
#include "wire/rest/query.h"
#include "wire/rest/routes.h"

namespace zerotouch::wire {

// The documents that describe the API, with this server's own URL in them.
// Anyone may read them: credentials are not looked at, for Google's Python
// library sends those that it has, good or bad. Thread-safe.
class DiscoveryDocuments {
 public:
  static constexpr std::string_view kPaths[] = {"/$discovery/rest", "/$discovery/OPENAPI3_0"};

  // Makes them. `url` has no slash at its end.
  void SetRootUrl(const RouteTable& routes, std::string url);

  // The document at `path`, one of kPaths. Errors: errors::BadRequest if
  // `version` is another than v1; errors::Unavailable before SetRootUrl.
  http::Response Answer(std::string_view path, const Query& query) const;

 private:
  struct Texts {
    std::string discovery;
    std::string openapi;
  };

  mutable std::mutex mutex_;
  std::shared_ptr<const Texts> texts_;
};

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_DESCRIBE_DISCOVERY_H_
