// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_HTTP_RULE_H_
#define ZEROTOUCH_JSON_HTTP_RULE_H_

#include <string>

#include "google/api/http.pb.h"

namespace zerotouch::json {

// The HTTP method and the path template of an RPC.
struct HttpPattern {
  std::string method;         // "POST"
  std::string path_template;  // "/v1/{name=operations/**}:cancel"
};

// Returns the pattern of a google.api.http option. Both parts are empty if it has none.
HttpPattern PatternOf(const google::api::HttpRule& rule);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_HTTP_RULE_H_
