// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_JSON_HTTP_RULE_H_
#define ZEROTOUCH_JSON_HTTP_RULE_H_

#include <string>

#include "google/api/http.pb.h"

namespace zerotouch::json {

// Where a method is found over HTTP.
struct HttpPattern {
  std::string method;         // "POST"
  std::string path_template;  // "/v1/{name=operations/**}:cancel"
};

// What a google.api.http option says of that; both empty if it has no pattern.
HttpPattern PatternOf(const google::api::HttpRule& rule);

}  // namespace zerotouch::json

#endif  // ZEROTOUCH_JSON_HTTP_RULE_H_
