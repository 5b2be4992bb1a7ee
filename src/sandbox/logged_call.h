// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_SANDBOX_LOGGED_CALL_H_
#define ZEROTOUCH_SANDBOX_LOGGED_CALL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "http/http.h"

namespace google::protobuf {
class Descriptor;
}
namespace openzerotouch::sandbox::v1 {
class Call;
}

namespace zerotouch::sandbox {

namespace proto = openzerotouch::sandbox::v1;

// The begin of a body, at most limits::kLoggedBodyBytes, or a message of gRPC.
struct LoggedBody {
  std::string bytes;
  const google::protobuf::Descriptor* type = nullptr;  // of the message; null: text
};

// A call as it came, with its credentials. Most calls are never read, so one is kept by
// copying what it has, and made readable by Redacted.
struct LoggedCall {
  int64_t number = 0;  // set by CallLog
  absl::Time begun;
  absl::Duration took;
  std::string_view protocol;  // lives as long as the process, as `method` does
  std::string http_method;
  std::string path;         // without the query
  std::string_view method;  // as NameOfMethod
  std::string account;
  http::Headers headers;  // of the request
  std::string request_id;
  std::string faults;   // the rules that acted, with commas between
  int http_status = 0;  // 0 if nothing was answered
  std::string status;   // the name of the code; empty if nothing was answered
  LoggedBody request;
  LoggedBody response;

  size_t BodyBytes() const { return request.bytes.size() + response.bytes.size(); }
};

// Returns the call as people read it, without credentials.
proto::Call Redacted(const LoggedCall& call);

}  // namespace zerotouch::sandbox

#endif  // ZEROTOUCH_SANDBOX_LOGGED_CALL_H_
