#ifndef ZEROTOUCH_WIRE_QUERY_H_
#define ZEROTOUCH_WIRE_QUERY_H_

#include <string>
#include <string_view>
#include <vector>

#include "base/violation.h"

namespace zerotouch::wire {

// A request target in parts: what stands before and after its '?', still
// encoded. Of an absolute-form target (RFC 9112 section 3.2.2) scheme and
// authority are left out.
struct Target {
  std::string_view path;
  std::string_view query;
};
Target SplitTarget(std::string_view target);

struct QueryParameter {
  std::string name;
  std::string value;
};

// The query of a call, decoded: Google's system parameters apart from those
// that belong to the method. System parameters that have no effect here
// (`key`, `quotaUser`, `uploadType`, ...) are recognised and dropped. Of a
// system parameter given twice the first counts.
struct Query {
  bool pretty = true;                      // prettyPrint; off for `false` and `0` alone
  std::string alt;                         // empty if not given
  std::string access_token;                // access_token or oauth_token; a secret
  std::vector<QueryParameter> parameters;  // the method's own, in order
  std::vector<Violation> violations;       // malformed percent-encoding
};
Query ParseQuery(std::string_view query);

}  // namespace zerotouch::wire

#endif  // ZEROTOUCH_WIRE_QUERY_H_
