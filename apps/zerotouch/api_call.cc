// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/api_call.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/ascii.h"
#include "base/status_macros.h"
#include "base/terminal_text.h"
#include "zerotouch/auth_token.h"
#include "zerotouch/message_flags.h"
#include "zerotouch/method_call.h"
#include "zerotouch/operations.h"
#include "zerotouch/output.h"

namespace zerotouch::cli {
namespace {

bool IsHttpMethod(const std::string& text) {
  for (const char* method : {"GET", "POST", "PATCH", "PUT", "DELETE"}) {
    if (text == method) return true;
  }
  return false;
}

absl::StatusOr<std::string> Call(const Invocation& invocation) {
  const std::string method = AsciiUpper(invocation.positionals[0]);
  const std::string& path = invocation.positionals[1];
  if (!IsHttpMethod(method)) {
    return absl::InvalidArgumentError(fmt::format(
        "Invalid HTTP method \"{}\": use GET, POST, PATCH or DELETE", invocation.positionals[0]));
  }
  if (!path.starts_with('/')) {
    return absl::InvalidArgumentError(
        fmt::format("Invalid path \"{}\": use a path such as /v1/customers", path));
  }
  std::string body;
  if (invocation.Has("data")) {
    ZT_ASSIGN_OR_RETURN(body, TextOrFile(invocation.Get("data")));
  }
  ConnectionFlags flags = invocation.connection;
  flags.is_anonymous = path.starts_with("/sandbox/");
  flags.is_customer =
      path.starts_with("/v1/customers") || path.starts_with("/openzerotouch/v1/customers");
  // The customer of the path, for the key files of a sandbox.
  const size_t customers = path.find("/customers/");
  if (flags.is_customer && customers != std::string::npos) {
    flags.customer = std::strtoll(path.c_str() + customers + 11, nullptr, 10);
  }
  if (invocation.Has("scope")) {
    ZT_ASSIGN_OR_RETURN(flags.scope, ScopeOf(invocation.Get("scope")));
  }
  ZT_ASSIGN_OR_RETURN(const Connection connection,
                      Connect(flags, [](const absl::Status& failure, absl::Duration pause) {
                        PrintError(RetryText(failure, pause));
                      }));
  return connection.client->Send(method, path, body);
}

}  // namespace

ExitCode RunApiCall(const Invocation& invocation) {
  const absl::StatusOr<std::string> answer = Call(invocation);
  if (!answer.ok()) return Fail(invocation, answer.status());
  const bool is_for_people = isatty(STDOUT_FILENO) == 1;
  Print(is_for_people ? ForTerminal(*answer, Lines::kMany) : *answer);
  if (!answer->empty() && !answer->ends_with('\n')) Print("\n");
  const absl::Status written = EndOutput();
  return written.ok() ? kDone : Fail(invocation, written);
}

}  // namespace zerotouch::cli
