// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_QUERY_H_
#define ZEROTOUCH_WIRE_REST_QUERY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/violation.h"
#include "http/http.h"
#include "wire/target.h"

namespace zerotouch::wire {

struct QueryParameter {
  std::string name;
  std::string value;
};

// The version of the error envelope ("System parameters": `$.xgafv`).
enum class ErrorFormat {
  kV1,  // with `errors`, as in Google's older APIs
  kV2,
};

// The decoded query of a call, with Google's system parameters separated from the
// method's parameters. System parameters without effect (`key`, `quotaUser`,
// `trace`, `uploadType`, ...) are dropped. If a system parameter is given twice, the
// first value is used; for `$.xgafv`, the last.
struct Query {
  bool pretty = true;  // prettyPrint; only `false` and `0` turn it off
  ErrorFormat error_format = ErrorFormat::kV2;
  std::string alt;                         // this and the next are empty if not given
  std::string fields;                      // the fields of the answer to return
  std::string callback;                    // the function that a JSONP answer calls
  std::string content_type;                // $ct: replaces Content-Type
  std::string access_token;                // access_token or oauth_token; a secret
  std::vector<QueryParameter> parameters;  // the method's, in order
  std::vector<Violation> violations;       // malformed percent-encoding
  // Invalid system parameters, for which calls of every method are refused.
  std::vector<Violation> system_violations;
};
Query ParseQuery(std::string_view query);

// Returns the query with the system parameters in headers: X-Goog-FieldMask,
// X-Goog-Api-Format-Version. A parameter in the query replaces its header.
Query ReadQuery(std::string_view query, const http::Headers& headers);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_QUERY_H_
