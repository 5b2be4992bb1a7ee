// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_WIRE_REST_QUERY_H_
#define ZEROTOUCH_WIRE_REST_QUERY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/violation.h"
#include "http/http.h"

namespace zerotouch::wire {

// A request target in parts: what stands before and after its '?', still
// encoded. Of an absolute-form target (RFC 9112 section 3.2.2) scheme and
// authority are left out.
struct Target {
  std::string_view path;
  std::string_view query;
};
Target SplitTarget(std::string_view target);

// Returns the path of a target as it may be logged: without anything that follows a
// '?' or '#', even an encoded one, because it may hold an access token.
std::string_view PathForLog(std::string_view target);

struct QueryParameter {
  std::string name;
  std::string value;
};

// Which error envelope a caller wants ("System parameters": `$.xgafv`).
enum class ErrorFormat {
  kV1,  // with `errors`, as Google's older APIs have it
  kV2,
};

// The query of a call, decoded: Google's system parameters apart from those
// that belong to the method. System parameters that have no effect here
// (`key`, `quotaUser`, `uploadType`, ...) are recognised and dropped. Of a
// system parameter given twice the first counts; of `$.xgafv`, the last.
struct Query {
  bool pretty = true;  // prettyPrint; off for `false` and `0` alone
  ErrorFormat error_format = ErrorFormat::kV2;
  std::string alt;                         // empty if not given, as the others
  std::string fields;                      // which fields of an answer are wanted
  std::string callback;                    // the function of a JSONP answer
  std::string content_type;                // $ct: what Content-Type should have said
  std::string access_token;                // access_token or oauth_token; a secret
  std::vector<QueryParameter> parameters;  // the method's own, in order
  std::vector<Violation> violations;       // malformed percent-encoding
  // Wrong system parameters: whatever the method, the call is refused.
  std::vector<Violation> system_violations;
};
Query ParseQuery(std::string_view query);

// The same, with the system parameters that came as headers: X-Goog-FieldMask,
// X-Goog-Api-Format-Version. What the query says goes first.
Query ReadQuery(std::string_view query, const http::Headers& headers);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_REST_QUERY_H_
