// SPDX-License-Identifier: Apache-2.0
#include "zerotouch/auth_token.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "base/terminal_text.h"
#include "client/access_tokens.h"
#include "client/credentials.h"
#include "client/pacer.h"
#include "client/retry.h"
#include "zerotouch/operations.h"

namespace zerotouch::cli {
namespace {

absl::StatusOr<std::string> FetchToken(const Invocation& flags) {
  const std::string given = flags.Get("scope");
  ZT_ASSIGN_OR_RETURN(const std::string scope, ScopeOf(given.empty() ? "reseller" : given));
  ZT_ASSIGN_OR_RETURN(client::Credentials credentials, ReadKeyFile(flags.connection));
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<client::CurlTransport> transport,
                      OpenTransport(flags.connection));
  client::RetryPolicy policy;
  policy.deadline = absl::Now() + flags.connection.timeout;
  const auto on_retry = [](const absl::Status& failure, absl::Duration pause) {
    PrintError(RetryText(failure, pause));
  };
  client::AccessTokens tokens(std::move(credentials), scope, *transport, client::Pacer::System(),
                              on_retry);
  return tokens.Get(policy);
}

}  // namespace

absl::StatusOr<std::string> ScopeOf(const std::string& text) {
  if (text == "reseller") return std::string(client::kResellerScope);
  if (text == "customer") return std::string(client::kCustomerScope);
  if (text.find("://") != std::string::npos) return text;
  return absl::InvalidArgumentError(
      fmt::format("Invalid scope \"{}\": use reseller, customer or an OAuth scope's URL", text));
}

ExitCode RunToken(const Invocation& invocation) {
  const absl::StatusOr<std::string> token = FetchToken(invocation);
  if (!token.ok()) {
    PrintError(MessageOf(token.status()));
    return ExitCodeOf(token.status(), /*sent=*/false);
  }
  fmt::print("{}\n", ForTerminal(*token));
  return kDone;
}

}  // namespace zerotouch::cli
